"""# A learning rate that is too low

A step changes the weights by a millionth of their size: after all epochs they are where they
were drawn, and the loss has hardly moved. It looks like a network that cannot learn, but it
has not begun to.

The cure is a higher learning rate: as many powers of ten as make a step about a thousandth of
the weights. Usual values are 0.001 for Adam and 0.01 for plain gradient descent.

![The loss stays before, and falls after](lr_too_low.svg)
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
adam = pc.optimizers.Adam(learning_rate=1e-6)
model.compile(adam, "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=EPOCHS, verbose=0)
finding = model.findings[0]
print(finding)

cure = model.repair(x, y, epochs=EPOCHS)
print(cure)
better = cure.model

panels = {"loss": {"before": model.history["loss"], "after": better.history["loss"]}}
before_after(panels).savefig("lr_too_low.svg")
