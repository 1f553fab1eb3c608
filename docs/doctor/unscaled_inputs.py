"""# Inputs that are not scaled

Fresh weights are drawn for inputs of about 1. Where one column holds years, another grams and
a third shares, the large ones decide alone what the first layer answers, sigmoid units sit on
their flat ends, and one learning rate is too long for some weights and too short for others.

The cure is a layer in front that takes each column to mean 0 and deviation 1. It learns both
from the training rows, and goes with the model wherever it goes.

![The loss swings and stays high before, and falls after](unscaled_inputs.svg)
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input
from pellucid.plots.before_after import before_after

EPOCHS = 10 if "--quick" in sys.argv else 60  # quick: fewer

random = np.random.default_rng(0)
z = random.normal(size=(500, 3))
x = (z * [15, 4000, 0.1] + [1980, 60_000, 0.3]).astype("float32")
y = (z[:, :1] + z[:, 1:2] * z[:, 2:] > 0).astype("float32")

model = pc.Sequential([Input((3,)), Dense(16, "relu"), Dense(16, "relu"), Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=EPOCHS, verbose=0)
finding = model.findings[0]
print(finding)

better = finding.apply(model)
better.fit(x, y, epochs=EPOCHS, verbose=0)
print(f"accuracy: {model.history['accuracy'][-1]:.3f} -> {better.history['accuracy'][-1]:.3f}")

panels = {
    name: {"before": model.history[name], "after": better.history[name]}
    for name in ("loss", "accuracy")
}
before_after(panels).savefig("unscaled_inputs.svg")
