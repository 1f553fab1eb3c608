"""# 34. A deep convolutional network

In 2012 AlexNet won the ImageNet contest by a wide margin: a deep network of convolutions,
pooling and ReLU, with dropout and changed copies of its pictures against learning by heart,
trained on two GPUs. The same means, small enough for a laptop, on digits: four convolutions,
each normalised (that came in 2015), in two blocks; dropout after each block; digits that are
turned, moved and zoomed a little, differently in every epoch.

![Four digits, and seven changed copies of each](34-augmented.svg)

Augmentation and dropout act in training only; predictions see the digit as it is. So the loss
on digits held out may lie below the loss in training.

![Loss and accuracy by epoch, in training and on digits held out](34-history.svg)

![The layers](34-network.svg)

The rate falls along half a cosine. Nothing in the script says where it runs: it is compiled
for what JAX finds (page 19).
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.functions.schedules import CosineDecay
from pellucid.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
    Rescaling,
)
from pellucid.optimizers import Adam
from pellucid.plots.images import images

QUICK = "--quick" in sys.argv
EPOCHS, ROWS, FILTERS = (1, 256, (4, 4)) if QUICK else (7, 8000, (16, 32))  # quick: small
BATCH = 32

data = pc.open_data("mnist")
x, y = np.asarray(data.x), np.asarray(data.labels)
order = np.random.default_rng(0).permutation(data.rows)
train, test = order[:ROWS], order[8000:]

changes = [
    RandomRotation(0.02, fill_mode="constant"),
    RandomTranslation(0.07, 0.07, fill_mode="constant"),
    RandomZoom(0.1, fill_mode="constant"),
]
blocks = []
for filters in FILTERS:
    for _ in range(2):
        blocks += [Conv2D(filters, 3, padding="same", use_bias=False)]
        blocks += [BatchNormalization(momentum=0.9), Activation("relu")]
    blocks += [MaxPooling2D(2), Dropout(0.1)]
head = [Flatten(), Dense(128, "relu"), Dropout(0.3), Dense(10, "softmax")]
model = pc.Sequential([pc.Input((28, 28, 1)), Rescaling(1 / 255), *changes, *blocks, *head])

steps = EPOCHS * -(-ROWS // BATCH)
model.compile(Adam(CosineDecay(0.002, steps)), "sparse_categorical_crossentropy", ["accuracy"])
history = model.fit(
    x[train],
    y[train],
    epochs=EPOCHS,
    batch_size=BATCH,
    validation_data=(x[test], y[test]),
    verbose=0,
)
summary = model.summarize()
kinds = [row.kind for row in summary.rows]
print(f"{kinds.count('Conv2D')} convolutions, {kinds.count('Dense')} dense layers,", end=" ")
print(f"{summary.trainable:,} parameters to learn")
print(f"accuracy on {len(test)} digits held out: {history['val_accuracy'][-1]:.4f}")
print(f"{EPOCHS} epochs of {ROWS} digits in {history.seconds:.0f} s")

digits = x[test[:4]]
copies = pc.ensemble(model, digits, samples=7, layer="random_zoom").all  # 7 times 4 digits
shown = np.concatenate([digits[None] / 255, copies]).swapaxes(0, 1)  # 4 times 8 pictures
images(shown.reshape(-1, 28, 28, 1), across=8).savefig("34-augmented.svg")
history.plot().savefig("34-history.svg")
model.plot().savefig("34-network.svg")
