"""# 11. Full batch, mini-batch, online

The weights move against the slope of the loss: W_new = W_old - lr * dJ/dW. The question is
how many rows that slope is measured on. *Full-batch* training takes all n rows for one
update. *Mini-batch* training takes m of them, 16 or 32 say, and so makes ceil(n/m) updates
of each pass over the rows. *Online* training (stochastic gradient descent in the strict
sense) makes an update after every single row.

In Keras's verbs it is one argument: `fit(..., batch_size="full")`, `batch_size=32`,
`batch_size=1`. `compare_regimes` runs all three from one start, with one learning rate, on
the irises.

![The same three losses against updates, examples seen and seconds](11-regimes.svg)

Look at the three panels together. Against *updates*, full batch and mini-batch fall alike:
a small sample gives nearly the same direction as all rows. Against *examples seen*, the
smaller batches win by far, because they do more with each row. The third panel is what one
really pays: an update from one row is cheap, but a pass over the rows takes many of them.
Online training also never comes to rest: its curve shivers.
"""

import sys
from pathlib import Path

import numpy as np

import pellucid as pc
from pellucid.data.encoding import learn
from pellucid.layers import Dense, Normalization
from pellucid.plots.figures import to_svg

QUICK = "--quick" in sys.argv  # fewer epochs

irises = pc.open_data("iris")
x, y = learn(irises, np.arange(irises.rows)).encode(irises)

model = pc.Sequential([pc.Input((4,)), Normalization(), Dense(8, "tanh"), Dense(3, "softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
regimes = pc.compare_regimes(
    model, x, y, epochs=5 if QUICK else 60, batch_size=32, learning_rate=0.05
)
for name, one in regimes.items():
    print(
        f"{name:>16}: {one.updates_per_epoch:3} updates an epoch, {one.updates[-1]:5,} in all, "
        f"loss {one.loss[0]:.3f} -> {one.loss[-1]:.3f}"
    )
Path("11-regimes.svg").write_text(to_svg(regimes.plot()), encoding="utf-8")
