"""# A loss that does not fit

The loss has to fit what is to be learnt and how it is written. Labels in one column, 0, 1, 2,
take `sparse_categorical_crossentropy`; one column for each class takes
`categorical_crossentropy`; yes or no takes `binary_crossentropy`; amounts take
`mean_squared_error`. Some mistakes are refused, since nothing could come of them. Others run,
and teach something else: the squared error over classes gives small gradients where the
network is sure and wrong.

![Accuracy stays low before, and rises after](wrong_loss.svg)
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input
from pellucid.plots.before_after import before_after

EPOCHS = 10 if "--quick" in sys.argv else 30  # quick: fewer

random = np.random.default_rng(0)
centres = random.normal(size=(12, 8)) * 1.2
labels = random.integers(12, size=1500)
x = (centres[labels] + random.normal(size=(1500, 8))).astype("float32")
y = np.eye(12, dtype="float32")[labels]

model = pc.Sequential([Input((8,)), Dense(32, "relu"), Dense(12, "softmax")])
sgd = pc.optimizers.SGD(learning_rate=0.02)
model.compile(sgd, "mean_squared_error", metrics=["accuracy"])
model.fit(x, y, epochs=EPOCHS, verbose=0)
finding = next(found for found in model.findings if found.check == "wrong_loss")
print(finding)

better = finding.apply(model)
better.fit(x, y, epochs=EPOCHS, verbose=0)
print(f"accuracy: {model.history['accuracy'][-1]:.3f} -> {better.history['accuracy'][-1]:.3f}")

panels = {
    "accuracy": {
        "mean_squared_error": model.history["accuracy"],
        "categorical_crossentropy": better.history["accuracy"],
    }
}
before_after(panels).savefig("wrong_loss.svg")
