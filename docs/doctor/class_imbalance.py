"""# A rare class

Where one row in thirty is of a class, a network that never says so is right in 97 % of cases,
and its loss is low. So that is what it learns first. What one wants to know is how many of
the rare rows it finds: recall, class by class, and its mean, the balanced accuracy.

The cure is to let each class weigh the same in the loss, `class_weight="balanced"`: a row of
the rare class then counts as much as thirty others. More of the common rows will be called
rare; a threshold on the answers chooses between the two mistakes.

![The rare class is hardly found before, and mostly found after](class_imbalance.svg)
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input
from pellucid.plots.before_after import before_after

EPOCHS = 10 if "--quick" in sys.argv else 40  # quick: fewer

random = np.random.default_rng(0)
rare = random.random(3000) < 1 / 30
x = (random.normal(size=(3000, 4)) + 0.9 * rare[:, None]).astype("float32")
y = rare[:, None].astype("float32")

model = pc.Sequential([Input((4,)), Dense(16, "relu"), Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=EPOCHS, verbose=0)
finding = next(found for found in model.findings if found.check == "class_imbalance")
print(finding)

better = model.repaired()  # the same model once more, from the same start
better.fit(x, y, epochs=EPOCHS, verbose=0, **finding.change.settings)


def recall(trained: pc.Model) -> list[float]:
    """Return the share of the common and of the rare rows that are recognised."""
    said = trained.predict(x)[:, 0] > 0.5
    return [float((~said[~rare]).mean()), float(said[rare].mean())]


before, after = recall(model), recall(better)
print(f"recall of the common class: {before[0]:.2f} -> {after[0]:.2f}")
print(f"recall of the rare class:   {before[1]:.2f} -> {after[1]:.2f}")

panels = {"recall": {"every row counts 1": before, "every class counts the same": after}}
before_after(panels, along="class", names=["common", "rare"]).savefig("class_imbalance.svg")
