"""# Exploding gradients

Where each layer answers with more than it was given, numbers grow from layer to layer beyond
what a computer can hold, and gradients with them. Exponential units do it within a few
layers, ReLU units with weights that were drawn too large do it in a deep network. The loss is
enormous, or no number at all, from the first step on.

The cure is an activation and initial weights that keep the size of what passes: ReLU with
He's, SELU with LeCun's; or normalisation between the layers. Where single steps are to blame,
clip gradients: `clipnorm=1`.

![Answers grow with the layer before, and keep their size after](exploding_gradient.svg)
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input
from pellucid.plots.before_after import before_after

EPOCHS = 5 if "--quick" in sys.argv else 30  # quick: fewer

random = np.random.default_rng(0)
x = random.normal(size=(500, 4)).astype("float32")
y = x[:, :1] * x[:, 1:2]

wide = pc.functions.initializers.RandomNormal(stddev=1.0)
hidden = [Dense(64, "relu", kernel_initializer=wide) for _ in range(10)]
model = pc.Sequential([Input((4,)), *hidden, Dense(1)])
model.compile("adam", "mean_squared_error")
model.fit(x, y, epochs=EPOCHS, verbose=0)
finding = next(found for found in model.findings if found.check == "exploding_gradient")
print(finding)

better = finding.apply(model)
better.fit(x, y, epochs=EPOCHS, verbose=0)
print(f"loss: {model.history['loss'][-1]:.3g} -> {better.history['loss'][-1]:.3g}")


def largest(trained: pc.Model) -> list[float]:
    """Return the largest answer of each layer before the first step."""
    layers = trained.chart.start.layers.values()
    return [signal.a.largest for signal in layers]


figure = before_after(
    {"largest answer at the start": {"wide weights": largest(model), "he_normal": largest(better)}},
    along="layer",
)
figure.savefig("exploding_gradient.svg")
