"""# 29. Pretraining with restricted Boltzmann machines

Before 2006 deep networks were hard to train from a random start. Then came a way round: let
each layer first learn, without labels, what is usual in what the layer below shows it, as a
restricted Boltzmann machine; start the network at these weights; fine-tune it with labels.

The machine has visible units v and hidden units h, and an energy for every state,
E(v, h) = -b·v - c·h - vWh; what has low energy is probable. Learning lowers the energy of
the data and raises that of what the machine itself draws, a few steps of sampling away from
the data: contrastive divergence.

![Weights of 60 hidden units: strokes and spots, blue positive, orange negative](29-filters.svg)

Each hidden unit of the first layer has found a stroke, a spot or an edge that digits share;
nobody told it what a digit is.

![Digits, what one machine and the stack make of them, and dreams](29-reconstructions.svg)

Where a machine knows its rows, there and back gives nearly the same row. The last line is
drawn by a machine whose chains of samples went on from step to step (persistent contrastive
divergence): begun at the digits above, 200 rounds of sampling led it to others. It wanders to
what it finds most probable, so some come more than once.

The history is that of a machine which learnt 9,000 digits, looked at on the other 1,000, too.
The gap in free energy tells when it begins to learn its rows by heart: then they are more
probable to it than rows held out, and ever more so.

![Reconstruction error, pseudo-likelihood and free-energy gap, epoch by epoch](29-history.svg)

What it buys: of 10,000 digits only 100 have labels, ten of each class; the machines learn all
10,000 as pictures. The same network is fine-tuned on the 100 from its usual random start and
from the stack, with the same optimizer, rate and epochs. The 9,900 whose labels nobody saw
judge.

![Accuracy of each draw of the labels, without and with pretraining](29-gain.svg)

`benchmarks/pretraining.py` does this with a stack for each of five seeds, and chooses rate and
epochs for each start by cross-validation within the 100 labels:

> With 100 labels, the network with pretraining has 82.2% of the other 9,900 digits right,
> without it 75.0%: +7.1 points over 5 seeds (s.d. 0.9, from +5.8 to +8.1); with ReLU and He's
> start in place of pretraining, 76.2%.

The digits that judge were among the pictures that the machines learnt from. So this is what
pretraining does for these digits, not for digits that come later.

Today ReLU, better starts and normalisation train deep networks without it. Where labels are
few and rows without labels are many, learning from the rows first still pays.
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense
from pellucid.optimizers import Adam
from pellucid.plots.boltzmann import galleries, pairs

QUICK = "--quick" in sys.argv  # fewer pictures, smaller layers, fewer epochs
UNITS, EPOCHS, ROWS = ([60, 40], 2, 1000) if QUICK else ([500, 500, 500], 10, 10_000)
DRAWS, TUNING = (1, 20) if QUICK else (3, 35)  # draws of the labels, epochs of fine-tuning

data = pc.open_data("mnist")
digits, labels = data.x[:ROWS, ..., 0] / np.float32(255), data.labels[:ROWS]

stack = pc.pretrain(UNITS, digits, epochs=EPOCHS, verbose=0)
bottom, shown = stack.machines[0], digits[:10]
bottom.plot_filters().savefig("29-filters.svg")
learn, held = np.split(digits, [9 * ROWS // 10])
history = pc.RBM(UNITS[0]).fit(learn, epochs=EPOCHS, validation_data=held, verbose=0)
history.plot().savefig("29-history.svg")
dreamer = pc.RBM(UNITS[-1], k=3, persistent=True, learning_rate=0.05, momentum=0.0)
dreamer.fit(digits, epochs=EPOCHS, batch_size=50, verbose=0)
lines = {
    "digits": shown,
    "one machine": bottom.reconstruct(shown),
    "the stack": stack.reconstruct(shown),
    "dreamt": dreamer.reconstruct(dreamer.sample(10, 200, start=shown)),
}
galleries(lines).savefig("29-reconstructions.svg")
for name, values in history.items():
    print(f"{name:26} {values[0]:9.4f} -> {values[-1]:9.4f}")


def accuracy(model: pc.Sequential, few: np.ndarray) -> float:
    """Fine-tune on the rows with labels; return the accuracy on all others."""
    model.compile(Adam(0.001), "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(digits[few], labels[few], batch_size=20, epochs=TUNING, verbose=0)
    others = np.setdiff1d(np.arange(ROWS), few)
    return model.evaluate(digits[others], labels[others])["accuracy"]


scores = {"random start": [], "pretrained": []}
for seed in range(DRAWS):
    order = np.random.default_rng(seed).permutation(ROWS)
    few = np.concatenate([order[labels[order] == digit][:10] for digit in range(10)])
    layers = [pc.layers.Flatten(), *(Dense(units, "sigmoid") for units in UNITS)]
    fresh = pc.Sequential([pc.Input((28, 28)), *layers, Dense(10, "softmax")], seed=seed)
    scores["random start"].append(accuracy(fresh, few))
    scores["pretrained"].append(accuracy(stack.unroll(10, seed=seed), few))
for name, values in scores.items():
    print(f"{name:13} accuracy on {ROWS - 100:,} digits, 100 labels: {np.mean(values):.3f}")
pairs(scores, "accuracy on the digits without labels").savefig("29-gain.svg")
