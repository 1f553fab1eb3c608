"""# 12. Training in action

An *epoch* is one pass over all rows. Before each epoch the rows are shuffled; then they are
dealt out in batches, and after each batch the weights take a step. Twenty rows in batches
of four make five steps: batch 1, step 1; batch 2, step 2; ... When the fifth batch is done
the first epoch is complete; the rows are shuffled; and step 6 begins the second epoch.

`training_in_action` tells exactly that while the network trains. The row numbers are not
for show: they come from the function by which the trainer itself draws its order, and the
weights at the end are bit for bit those of `fit`.

![The loss of each batch, step by step, with the ends of the epochs](12-steps.svg)

Look at the lines: no row comes twice in an epoch, the order differs in the second, and the
loss of a batch is that before its step, so it jumps from batch to batch.
"""

from pathlib import Path

import numpy as np

import pellucid as pc
from pellucid.experiments.action import Batch
from pellucid.layers import Dense
from pellucid.plots.figures import to_svg
from pellucid.plots.steps import steps

rng = np.random.default_rng(0)
x = rng.normal(size=(20, 2))
y = x[:, 0] + x[:, 1] > 0


def fresh() -> pc.Sequential:
    """Return the same untrained network each time."""
    made = pc.Sequential([pc.Input((2,)), Dense(4, "tanh"), Dense(1, "sigmoid")], seed=1)
    made.compile(pc.optimizers.SGD(0.3), "binary_crossentropy")
    return made


model, losses = fresh(), []
for event in pc.training_in_action(model, x, y, batch_size=4, epochs=3):
    print(event)
    if isinstance(event, Batch):
        losses.append(event.loss)

fitted = fresh()
fitted.fit(x, y, batch_size=4, epochs=3, verbose=0)
pairs = zip(model.get_weights(), fitted.get_weights(), strict=True)
print("the same weights as fit's:", all(np.array_equal(ours, theirs) for ours, theirs in pairs))
Path("12-steps.svg").write_text(to_svg(steps(losses, steps_per_epoch=5)), encoding="utf-8")
