"""# An output activation that does not fit

The last activation says which answers are possible at all. Softmax over one unit is always 1.
A sigmoid gives shares, and never reaches a price of 7. ReLU gives nothing below 0. Cross
entropies take probabilities: sigmoid for yes or no and for several labels at once, softmax
for one of several classes. Amounts take no activation.

![Answers end at 1 before, and follow the targets after](wrong_output_activation.svg)
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input
from pellucid.plots.before_after import before_after

EPOCHS = 10 if "--quick" in sys.argv else 100  # quick: fewer

random = np.random.default_rng(0)
x = random.normal(size=(500, 2)).astype("float32")
y = (x @ np.array([[1.5], [-1.0]]) + x[:, :1] ** 2).astype("float32")

model = pc.Sequential([Input((2,)), Dense(32, "relu"), Dense(1, "sigmoid")])
model.compile("adam", "mean_squared_error")
model.fit(x, y, epochs=EPOCHS, verbose=0)
finding = model.findings[0]
print(finding)

better = finding.apply(model)
better.fit(x, y, epochs=EPOCHS, verbose=0)
print(f"loss: {model.history['loss'][-1]:.3f} -> {better.history['loss'][-1]:.3f}")

order = np.argsort(y[:, 0])
answers = {"before": model.predict(x)[order, 0], "after": better.predict(x)[order, 0]}
panels = {"answers": {**answers, "right": y[order, 0]}}
before_after(panels, along="row, by its target").savefig("wrong_output_activation.svg")
