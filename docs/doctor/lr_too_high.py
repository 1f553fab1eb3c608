"""# A learning rate that is too high

A step goes along the slope as far as the learning rate says. Too far, and it lands on the
other side of the valley, higher up than before: the loss swings, climbs, or is no number any
more. The sign is a step that changes the weights by more than a twentieth of their size,
while nothing is learnt.

The cure is a lower learning rate: as many powers of ten as bring a step down to about a
hundredth of the weights.

![The loss falls to what guessing costs before, and goes on falling after](lr_too_high.svg)
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input
from pellucid.plots.before_after import before_after

EPOCHS = 10 if "--quick" in sys.argv else 40  # quick: fewer

random = np.random.default_rng(0)
x = random.normal(size=(500, 4)).astype("float32")
y = (x[:, :1] * x[:, 1:2] > 0).astype("float32")

model = pc.Sequential([Input((4,)), Dense(16, "relu"), Dense(16, "relu"), Dense(1, "sigmoid")])
adam = pc.optimizers.Adam(learning_rate=1.0)
model.compile(adam, "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=EPOCHS, verbose=0)
finding = next(found for found in model.findings if found.check == "lr_too_high")
print(finding)

cure = model.repair(x, y, epochs=EPOCHS)
print(cure)
better = cure.model

panels = {"loss": {"before": model.history["loss"], "after": better.history["loss"]}}
before_after(panels).savefig("lr_too_high.svg")
