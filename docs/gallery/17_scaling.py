"""# 17. Scaling

Columns in different units train badly: a large one drowns the others. Three scalings help: to
[0, 1], to [-1, 1], and to mean 0 and deviation 1. Here each is a layer. It learns from the
training rows only, when `fit` begins, and travels inside the saved model, so new rows cannot
be forgotten to be scaled.

![Loss by epoch: on raw columns it stays where it is, on scaled ones it falls](17-losses.svg)

Look at the new row in the printed lines: it lies outside the training range, so its scaled
value lies outside [0, 1]. Nothing is clipped, and the scale does not move.
"""

import sys
from pathlib import Path

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input, MinMaxScaling, Normalization
from pellucid.optimizers import SGD
from pellucid.plots.lines import lines

QUICK = "--quick" in sys.argv

SCALINGS = {
    "none": [],
    "to 0..1": [MinMaxScaling()],
    "to -1..1": [MinMaxScaling(low=-1.0)],
    "standardised": [Normalization()],
}
random = np.random.default_rng(0)
x = np.stack([random.normal(170, 10, 200), random.normal(0.02, 0.005, 200)], axis=1)
y = ((x[:, 0] - 170) / 10 + (x[:, 1] - 0.02) / 0.005 > 0).astype(int)
print(f"columns: {x[0].round(4)} and the like")

losses = {}
for name, scaling in SCALINGS.items():
    model = pc.Sequential([Input((2,)), *scaling, Dense(8, "tanh"), Dense(1, "sigmoid")])
    model.compile(SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=10 if QUICK else 60, verbose=0)  # quick: fewer epochs
    losses[name] = history["loss"]
    print(f"{name:13} loss {history['loss'][-1]:.3f}   accuracy {history['accuracy'][-1]:.3f}")
    if name == "to 0..1":
        new = np.array([[250.0, 0.02]])
        (scaled,) = model.view_of(new).outputs("min_max_scaling")
        print(f"              a new row {new[0]} becomes {scaled[0].round(3)}")
        model.save("scaled.pellucid")
        again = pc.load("scaled.pellucid").predict(new)
        print(f"              saved and loaded, the same answer: {again == model.predict(new)}")
        Path("scaled.pellucid").unlink()
lines(losses).savefig("17-losses.svg")
