"""# 27. A network like that of ConvNetJS

Andrej Karpathy's ConvNetJS trains a network on MNIST in a browser, and draws its filters and
maps while it learns. Its page starts with these layers: a convolution of 8 filters of 5 x 5
with ReLU, pooling by 2, one of 16 filters of 5 x 5 with ReLU, pooling by 3, softmax over ten
digits; Adadelta, 20 digits a step, an L2 penalty; inputs of 24 x 24 pixels. Here is a network
like it.

Not all is the same: here the digits are moved by up to two pixels while training, then their
margin of two pixels is cut off; and fewer digits are learnt.

![Eight filters of the first layer](27-filters.svg)

What the first layer answers to one digit shows its strokes, each filter another direction. The
second layer's answers are coarser: where a combination of such strokes is.

![Eight maps of the first layer, for one digit](27-first.svg)

![Sixteen maps of the second layer, for the same digit](27-second.svg)

![Loss and accuracy by epoch](27-history.svg)

The lab is not built yet: so far this is a page to read, not one to play with.

Source of the layers: demo/mnist.js of the repository karpathy/convnetjs.
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.functions.regularizers import L2
from pellucid.layers import (
    CenterCrop,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    RandomTranslation,
    Rescaling,
)
from pellucid.optimizers import Adadelta

QUICK = "--quick" in sys.argv
EPOCHS, ROWS = (1, 500) if QUICK else (10, 8000)  # quick: one epoch, few rows

data = pc.open_data("mnist")
x, y = np.asarray(data.x), np.asarray(data.labels)
order = np.random.default_rng(0).permutation(data.rows)
train, test = order[:ROWS], order[8000:]
same = {"padding": "same", "activation": "relu", "kernel_regularizer": L2(0.0005)}
model = pc.Sequential(
    [
        pc.Input((28, 28, 1)),
        Rescaling(1 / 255, offset=-0.5),
        RandomTranslation(2 / 28, 2 / 28, fill_mode="constant", fill_value=-0.5),
        CenterCrop(24, 24),
        Conv2D(8, 5, **same, name="first"),
        MaxPooling2D(2),
        Conv2D(16, 5, **same, name="second"),
        MaxPooling2D(3),
        Flatten(),
        Dense(10, "softmax", kernel_regularizer=L2(0.0005)),
    ]
)
model.summary()
model.compile(Adadelta(1.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x[train],
    y[train],
    epochs=EPOCHS,
    batch_size=20,
    validation_data=(x[test], y[test]),
    verbose=0,
)
print(f"accuracy on {len(test)} digits held out: {history['val_accuracy'][-1]:.4f}")

digit = x[test[:1]]
model.plot_filters("first").savefig("27-filters.svg")
model.plot_activations(digit, "first").savefig("27-first.svg")
model.plot_activations(digit, "second").savefig("27-second.svg")
history.plot().savefig("27-history.svg")
