"""# Dying ReLU

A ReLU unit whose z is below 0 for every row answers 0 to all of them, and its slope is 0
there: no error comes through, so that it stays dead. It happens where biases are drawn far
below 0, where one step was so long that it threw the weights over, or where inputs are all of
one sign and large. If most units of a layer are dead, so is the network.

The cure is an activation with some slope below 0, `leaky_relu`, with weights drawn by
he_normal and biases of 0; and shorter steps, if it was the steps.

![All units of the first layer are dead before; the loss falls after](dying_relu.svg)
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input
from pellucid.plots.before_after import before_after

EPOCHS = 10 if "--quick" in sys.argv else 60  # quick: fewer

random = np.random.default_rng(0)
x = random.normal(size=(500, 4)).astype("float32")
y = (x[:, :1] * x[:, 1:2] > 0).astype("float32")

below = pc.functions.initializers.Constant(-6.0)
hidden = [Dense(16, "relu", bias_initializer=below), Dense(16, "relu")]
model = pc.Sequential([Input((4,)), *hidden, Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=EPOCHS, verbose=0)
finding = model.findings[0]
print(finding)

better = finding.apply(model)
better.fit(x, y, epochs=EPOCHS, verbose=0)
print(f"accuracy: {model.history['accuracy'][-1]:.3f} -> {better.history['accuracy'][-1]:.3f}")


def dead(trained: pc.Model) -> list[float]:
    """Return the share of units that answer 0 to every row, layer by layer."""
    return [signal.dead for signal in trained.chart.last.layers.values()][:-1]


panels = {
    "units that answer 0 to all rows": {"relu": dead(model), "leaky_relu": dead(better)},
    "loss": {"relu": model.history["loss"], "leaky_relu": better.history["loss"]},
}
before_after(panels, along=["layer", "epoch"]).savefig("dying_relu.svg")
