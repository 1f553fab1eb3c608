"""# 26. Eight filters of 5 x 5

A fully connected layer gives each unit a weight for every pixel. A convolution gives eight
filters of 5 x 5 weights each, slides them over the digit and keeps what each answers at every
place: eight maps. What is a stroke on the left is one on the right, and the same weights find
both.

![The eight filters after training: some have become edges in several directions](26-filters.svg)

Blue weights ask for ink, orange ones for none. One digit, and what the filters answer to it;
ReLU has set to 0 what speaks against a filter's pattern.

![A digit of the test rows](26-digit.svg)

![Eight maps of the same digit, each bright where its filter's pattern is](26-maps.svg)

Look at the counts that are printed: the same number of answers from a fully connected layer
would take many thousand times as many weights.
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Conv2D, Dense, Flatten, MaxPooling2D, Rescaling
from pellucid.plots.images import images

QUICK = "--quick" in sys.argv
EPOCHS, ROWS = (1, 500) if QUICK else (8, 8000)  # quick: one epoch, few rows

data = pc.open_data("mnist")
x, y = np.asarray(data.x), np.asarray(data.labels)
order = np.random.default_rng(0).permutation(data.rows)
train, test = order[:ROWS], order[8000:]
model = pc.Sequential(
    [
        pc.Input((28, 28, 1)),
        Rescaling(1 / 255),
        Conv2D(8, 5, activation="relu", name="filters"),
        MaxPooling2D(2),
        Flatten(),
        Dense(10, "softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[train], y[train], epochs=EPOCHS, batch_size=32, verbose=0)
scores = model.evaluate(x[test], y[test])
print(f"accuracy on {len(test)} digits held out: {scores['accuracy']:.4f}")

convolution = next(row for row in model.summarize().rows if row.name == "filters")
answers = int(np.prod(convolution.output_shape[-3:]))
dense = 28 * 28 * answers + answers
print(f"8 filters of 5 x 5 x 1 and 8 biases: {convolution.parameters} numbers to learn")
print(f"fully connected, 784 pixels to the same {answers} answers: {dense:,}")
print(f"that is {dense / convolution.parameters:,.0f} times as many")

digit = x[test[:1]]
model.plot_filters("filters").savefig("26-filters.svg")
images(digit, [f"a {y[test[0]]}"]).savefig("26-digit.svg")
model.plot_activations(digit, "filters").savefig("26-maps.svg")
