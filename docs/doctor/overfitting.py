"""# Overfitting

A network with many weights and few rows learns the rows by heart, their noise too. The loss
on the rows it is trained on falls and falls; on rows it has not seen it falls at first, then
climbs. Only rows held out show it.

The cure is to stop where the held-out loss was lowest, and to keep the weights of then.
Dropout, a penalty on weights, or more rows make that point come later and lie lower.

![Held-out loss climbs before; training ends at its lowest point after](overfitting.svg)
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input
from pellucid.plots.before_after import before_after

EPOCHS = 60 if "--quick" in sys.argv else 150  # quick: fewer

random = np.random.default_rng(0)
x = random.normal(size=(160, 10)).astype("float32")
y = (x[:, :1] + random.normal(size=(160, 1)) > 0).astype("float32")

model = pc.Sequential([Input((10,)), Dense(64, "relu"), Dense(64, "relu"), Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=EPOCHS, validation_split=0.4, verbose=0)
finding = next(found for found in model.findings if found.check == "overfitting")
print(finding)

better = model.repaired()  # the same model once more, from the same start
stop = model.stopper(finding.change.settings["early_stopping"])
better.fit(x, y, epochs=EPOCHS, validation_split=0.4, callbacks=[stop], verbose=0)
least = min(better.history["val_loss"])
print(f"held-out loss: {model.history['val_loss'][-1]:.3f} -> {least:.3f}")

panels = {
    "loss on rows held out": {
        "to the end": model.history["val_loss"],
        "stopped early": better.history["val_loss"],
    },
    "loss on rows trained on": {
        "to the end": model.history["loss"],
        "stopped early": better.history["loss"],
    },
}
before_after(panels).savefig("overfitting.svg")
