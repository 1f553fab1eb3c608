"""# 20. Handwritten digits

MNIST: grey digits of 28 x 28 pixels. Unrolled, each is a vector of 784 numbers, and a
network makes ten probabilities of it. The package holds the first 10,000 digits, so nothing
need be fetched; `mnist-full` is the whole set.

`run` does what `pellucid train mnist` does: it splits the digits, chooses a network by their
size (here with convolutions, page 26), keeps the weights that did best on validation rows, and
judges on others.

![Confusion matrix: nearly all digits lie on the diagonal](20-confusion.svg)

A row is a true digit, a column what it was taken for. Then the mistakes the network was surest
of, with what it said and its probability. Some of them one would forgive.

![Digits taken for others, with what was said](20-mistakes.svg)

![The network that was chosen: two convolutions, each pooled, and two dense layers](20-network.svg)

For comparison, the lectures' way, on the same split: 784 numbers into one hidden layer.
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Dropout, Flatten, Rescaling
from pellucid.plots.classification import confusion
from pellucid.plots.mistakes import mistakes

QUICK = "--quick" in sys.argv
EPOCHS = 1 if QUICK else None  # quick: one epoch; else until validation says stop
NETWORK = "c4-16" if QUICK else "auto"  # quick: a smaller one

outcome = pc.run(pc.Experiment("mnist", network=NETWORK, epochs=EPOCHS), folder="digits", verbose=0)
material = outcome.material
for score in material.judgement.scores[:2]:
    print(
        f"{score.name}: {score.value:.4f}, 95 % from {score.low:.4f} to {score.high:.4f};", end=""
    )
    print(f" {material.judgement.baseline} scores {score.baseline:.4f}")
wrong = int((material.said != material.true).sum())
print(f"{wrong} of {material.judgement.rows} digits held out are taken for others")
print(f"{len(material.history.records)} epochs; ended by {material.ending()}")

names, pictures = material.judgement.class_names, material.ready.x[material.rows]
surely = material.output[np.arange(len(material.said)), material.said]
confusion(np.array(material.judgement.confusion), names).savefig("20-confusion.svg")
mistakes(pictures, material.true, material.said, surely, names, 16).savefig("20-mistakes.svg")
outcome.run.model.plot().savefig("20-network.svg")

train, validation, test = material.ready.parts
x, y = material.ready.x, material.ready.y
plain = pc.Sequential(
    [
        pc.Input((28, 28, 1)),
        Rescaling(1 / 255),
        Flatten(),
        Dense(128, "relu"),
        Dropout(0.3),
        Dense(10, "softmax"),
    ]
)
plain.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
plain.fit(
    x[train],
    y[train],
    epochs=1 if QUICK else 30,
    batch_size=64,
    validation_data=(x[validation], y[validation]),
    callbacks=[pc.EarlyStopping(patience=4, restore_best_weights=True)],
    verbose=0,
)
print(f"one hidden layer of 128: accuracy {plain.evaluate(x[test], y[test])['accuracy']:.4f}")
