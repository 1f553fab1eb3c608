"""# Vanishing gradients

Backpropagation multiplies the error at each layer by the weights and by the slope of the
activation. The sigmoid's slope is a quarter at most: through ten such layers next to nothing
of the error is left, so that the first layers stay as they were drawn. The loss does not
move, and the network answers the same to every row.

The cure is an activation whose slope does not shrink what passes, ReLU with He's initial
weights, or normalisation between the layers. A smaller network would do as well.

![Towards the first layer the gradient falls, with ReLU hardly](vanishing_gradient.svg)
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input
from pellucid.plots.before_after import before_after

EPOCHS = 30 if "--quick" in sys.argv else 100  # quick: fewer

random = np.random.default_rng(0)
x = random.normal(size=(500, 4)).astype("float32")
y = (x[:, :1] * x[:, 1:2] > 0).astype("float32")

hidden = [Dense(16, "sigmoid") for _ in range(10)]
model = pc.Sequential([Input((4,)), *hidden, Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=EPOCHS, verbose=0)
finding = model.findings[0]
print(finding)

better = finding.apply(model)
better.fit(x, y, epochs=EPOCHS, verbose=0)
print(f"accuracy: {model.history['accuracy'][-1]:.3f} -> {better.history['accuracy'][-1]:.3f}")


def gradients(trained: pc.Model) -> list[float]:
    """Return the size of each kernel's gradient, first layer first, after the first steps."""
    return [kernel.gradient for kernel in trained.chart.examinations[1].kernels.values()]


figure = before_after(
    {
        "gradient of the kernel": {"sigmoid": gradients(model), "relu": gradients(better)},
    },
    along="layer",
)
figure.savefig("vanishing_gradient.svg")
