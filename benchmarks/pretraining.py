"""What pretraining buys where labels are few: 100 of them, and 9,900 digits without.

python benchmarks/pretraining.py             about eight minutes on two cores
python benchmarks/pretraining.py --seeds 2   the first two of the five seeds

Of the 10,000 digits in the package, 100 (ten a class) keep their labels; each seed draws
others, and other weights. The network is 784-500-500-500-10 with sigmoids. It is trained on
the 100 twice: from its usual random start, and from machines that have learnt all 10,000
pictures without labels. The network with ReLU and He's start, which needs no pretraining to
be trained, stands beside them. Optimizer, batches and choice of settings are the same for
all: learning rate and number of epochs are those with the least loss in a cross-validation
within the 100 labels. The machines' own settings are the defaults, fixed beforehand.

What is judged are the 9,900 digits whose labels nobody saw. The machines did see them as
pictures: this is learning for these digits (transductive), not for digits yet to come.

All five seeds leave results in pretraining.json; a test holds README.md and the gallery's page
to them.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import pellucid as pc
from pellucid.layers import Dense
from pellucid.optimizers import Adam

RESULTS = Path(__file__).with_name("pretraining.json")
UNITS = (500, 500, 500)
SEEDS, LABELS, FOLDS = 5, 10, 5  # LABELS of each class
RATES, MOST_EPOCHS, BATCH = (0.0003, 0.001, 0.003), 60, 20
RANDOM, PRETRAINED, RELU = KINDS = ("random start", "pretrained", "ReLU, He")

Start = Callable[[], pc.Sequential]


class Score(NamedTuple):
    """How one kind of start did with one seed, and the settings that were chosen for it."""

    accuracy: float
    rate: float
    epochs: int


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=SEEDS)
    seeds = parser.parse_args().seeds
    began = time.perf_counter()
    print("accuracy on the 9,900 digits without labels (learning rate, epochs)")
    print("seed" + "".join(f"{kind:>22}" for kind in KINDS))
    rows = []
    for seed in range(seeds):
        rows.append(run(seed))
        cells = (f"{s.accuracy:.3f} ({s.rate:g}, {s.epochs})" for s in rows[-1])
        print(f"{seed:>4}" + "".join(f"{cell:>22}" for cell in cells), flush=True)
    results = {kind: [row[at] for row in rows] for at, kind in enumerate(KINDS)}
    if seeds > 1:
        print(sentence(results))
        print(f"Pretrained against ReLU with He's start: {gain(results, RELU)}.")
    print(f"{time.perf_counter() - began:.0f} s in all")
    if seeds == SEEDS:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def sentence(results: Mapping[str, list[Any]]) -> str:
    """Return what README.md and the gallery say of the results."""
    means = {kind: np.mean([score[0] for score in scores]) for kind, scores in results.items()}
    return (
        f"With 100 labels, the network with pretraining has {means[PRETRAINED]:.1%} of the other "
        f"9,900 digits right, without it {means[RANDOM]:.1%}: {gain(results)}; with ReLU "
        f"and He's start in place of pretraining, {means[RELU]:.1%}."
    )


def gain(results: Mapping[str, list[Any]], other: str = RANDOM) -> str:
    """Return by how much pretraining is ahead, seed by seed, in points of accuracy."""
    first, second = (np.array([s[0] for s in results[kind]]) for kind in (PRETRAINED, other))
    ahead = 100 * (first - second)
    return (
        f"{ahead.mean():+.1f} points over {len(ahead)} seeds (s.d. {ahead.std(ddof=1):.1f}, "
        f"from {ahead.min():+.1f} to {ahead.max():+.1f})"
    )


def run(seed: int) -> list[Score]:
    """Return how each kind of start does, for one draw of the labels."""
    data = pc.open_data("mnist")
    x, y = (np.float32(data.x) / np.float32(255)).reshape(data.rows, -1), data.labels
    order = np.random.default_rng(seed).permutation(data.rows)
    few = np.concatenate([order[y[order] == digit][:LABELS] for digit in range(10)])
    hidden = np.setdiff1d(order, few)
    stack = pc.pretrain(UNITS, x, seed=seed, verbose=0)
    starts: tuple[Start, ...] = (
        lambda: network("sigmoid", "glorot_uniform", seed),
        lambda: stack.unroll(10, seed=seed),
        lambda: network("relu", "he_normal", seed),
    )
    scores = []
    for start in starts:
        rate, epochs = choose(start, x[few], y[few])
        model, _ = fine_tuned(start, rate, x[few], y[few], epochs=epochs)
        accuracy = model.evaluate(x[hidden], y[hidden])["accuracy"]
        scores.append(Score(float(accuracy), rate, epochs))
    return scores


def network(activation: str, initializer: str, seed: int) -> pc.Sequential:
    hidden = [Dense(n, activation, kernel_initializer=initializer) for n in UNITS]
    return pc.Sequential([pc.Input((784,)), *hidden, Dense(10, "softmax")], seed=seed)


def choose(start: Start, x: np.ndarray, y: np.ndarray) -> tuple[float, int]:
    """Return the learning rate and the epochs with the least cross-validated loss.

    Each fold holds two of the ten rows of each class, which lie one class after another.
    """
    fold = np.arange(len(y)) % FOLDS
    losses = {}
    for rate in RATES:
        courses = []
        for held in range(FOLDS):
            out, own = fold == held, fold != held
            _, history = fine_tuned(start, rate, x[own], y[own], validation_data=(x[out], y[out]))
            courses.append(history["val_loss"])
        losses |= {(rate, i): loss for i, loss in enumerate(np.mean(courses, axis=0), 1)}
    return min(losses, key=lambda setting: losses[setting])


def fine_tuned(
    start: Start, rate: float, x: np.ndarray, y: np.ndarray, **settings: Any
) -> tuple[pc.Sequential, Any]:
    """Return the network after training on rows with labels, and the course of it."""
    model = start()
    model.compile(Adam(rate), "sparse_categorical_crossentropy", ["accuracy"])
    wanted = {"epochs": MOST_EPOCHS, "batch_size": BATCH, "verbose": 0, **settings}
    return model, model.fit(x, y, **wanted)


if __name__ == "__main__":
    main()
