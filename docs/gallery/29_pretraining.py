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

The history shows the training of the first machine, on rows held out, too. The gap in free
energy tells when it begins to learn its training rows by heart: then they are more probable to
it than rows held out, and ever more so.

![Reconstruction error, pseudo-likelihood and free-energy gap, epoch by epoch](29-history.svg)

What it buys: of 7,000 digits only 100 have labels. The same network is fine-tuned on the 100
from its usual random start and from the stack, with the same optimizer, and both stop where
they do best on 1,000 rows held out; 2,000 others judge. `benchmarks/pretraining.py` does this
for five splits, with several learning rates for both.

![Accuracy of each seed without and with pretraining](29-gain.svg)

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
UNITS, EPOCHS, TRAIN = ([60, 40], 2, 1000) if QUICK else ([500, 500, 500], 12, 7000)
SEEDS, MOST_EPOCHS = (1, 20) if QUICK else (3, 300)

data = pc.open_data("mnist")
digits, labels = data.x[..., 0] / np.float32(255), data.labels
order = np.random.default_rng(0).permutation(len(digits))
test, held, train = order[:2000], order[2000:3000], order[3000 : 3000 + TRAIN]
few = np.concatenate([train[labels[train] == digit][:10] for digit in range(10)])

stack = pc.pretrain(UNITS, digits[train], epochs=EPOCHS, validation_data=digits[held], verbose=0)
bottom, shown = stack.machines[0], digits[test[:10]]
bottom.plot_filters().savefig("29-filters.svg")
stack.histories[0].plot().savefig("29-history.svg")
dreamer = pc.RBM(UNITS[-1], k=3, persistent=True, learning_rate=0.05, momentum=0.0)
dreamer.fit(digits[train], epochs=EPOCHS, batch_size=50, verbose=0)
lines = {
    "digits": shown,
    "one machine": bottom.reconstruct(shown),
    "the stack": stack.reconstruct(shown),
    "dreamt": dreamer.reconstruct(dreamer.sample(10, 200, start=shown)),
}
galleries(lines).savefig("29-reconstructions.svg")
for name, values in stack.histories[0].items():
    print(f"{name:26} {values[0]:9.4f} -> {values[-1]:9.4f}")


def accuracy(model: pc.Sequential) -> float:
    """Fine-tune on the few labels; return the accuracy on the test digits."""
    model.compile(Adam(0.003), "sparse_categorical_crossentropy", ["accuracy"])
    stop = pc.EarlyStopping("val_loss", patience=20, restore_best_weights=True)
    judges, choice = (digits[test], labels[test]), (digits[held], labels[held])
    model.fit(
        digits[few],
        labels[few],
        batch_size=10,
        epochs=MOST_EPOCHS,
        validation_data=choice,
        callbacks=[stop],
        verbose=0,
    )
    return model.evaluate(*judges)["accuracy"]


scores = {"random start": [], "pretrained": []}
for seed in range(SEEDS):
    layers = [pc.layers.Flatten(), *(Dense(units, "sigmoid") for units in UNITS)]
    fresh = pc.Sequential([pc.Input((28, 28)), *layers, Dense(10, "softmax")], seed=seed)
    scores["random start"].append(accuracy(fresh))
    scores["pretrained"].append(accuracy(stack.unroll(10, seed=seed)))
for name, values in scores.items():
    print(f"{name:13} accuracy on 2,000 digits, 100 labels: {np.mean(values):.3f}")
pairs(scores, "accuracy on 2,000 test digits").savefig("29-gain.svg")
