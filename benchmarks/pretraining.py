"""What pretraining buys where labels are few: 100 of them, on the digits in the package.

python benchmarks/pretraining.py             three to seven minutes on two cores
python benchmarks/pretraining.py --seeds 2   the first two of the five seeds

Of 10,000 digits, 2,000 are set aside to test on and 1,000 to choose by; 7,000 train, of
which 100 (ten a class) keep their labels. Each seed draws another split and other weights.
The network is 784-500-500-500-10 with sigmoids. It is trained on the 100 labels twice: from
its usual random start, and from machines that have seen the 7,000 pictures without labels.
Both have the same optimizer, the same learning rates to choose from and the same rule of
stopping; rate and epoch are those with the best result on the 1,000. The network with ReLU
and He's start, which needs no pretraining to be trained, stands beside them.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

import pellucid as pc
from pellucid.layers import Dense
from pellucid.optimizers import Adam

UNITS = (500, 500, 500)
RATES = (0.0003, 0.001, 0.003, 0.01)
PRETRAINING_EPOCHS = 20
TEST, CHOICE, LABELS = 2000, 1000, 10  # rows, rows, rows of each class
KINDS = ("random start", "pretrained", "ReLU, He")

Rows = tuple[np.ndarray, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(parser.parse_args().seeds)
    began = time.perf_counter()
    print(f"accuracy on {TEST:,} test digits, 100 labels, 784-500-500-500-10")
    print("seed  " + "  ".join(f"{kind:>14}" for kind in KINDS))
    scores = []
    for seed in seeds:
        scores.append(run(seed))
        print(f"{seed:>4}  " + "  ".join(f"{score:14.3f}" for score in scores[-1]), flush=True)
    table = np.array(scores)
    print("mean  " + "  ".join(f"{score:14.3f}" for score in table.mean(axis=0)))
    if len(table) > 1:
        print("s.d.  " + "  ".join(f"{score:14.3f}" for score in table.std(axis=0, ddof=1)))
        for other in (0, 2):
            gain = table[:, 1] - table[:, other]
            spread = f"s.d. {gain.std(ddof=1):.3f}, from {gain.min():.3f} to {gain.max():.3f}"
            print(f"pretrained - {KINDS[other]}: {gain.mean():+.3f} ({spread})")
    print(f"{time.perf_counter() - began:.0f} s in all")


def run(seed: int) -> list[float]:
    """Return the test accuracy of each kind of start, for one split."""
    labelled, choice, test, unlabelled = split(seed)
    stack = pc.pretrain(UNITS, unlabelled, epochs=PRETRAINING_EPOCHS, seed=seed, verbose=0)
    starts = (
        lambda: network("sigmoid", "glorot_uniform", seed),
        lambda: stack.unroll(10, seed=seed),
        lambda: network("relu", "he_normal", seed),
    )
    return [best(start, labelled, choice, test) for start in starts]


def split(seed: int) -> tuple[Rows, Rows, Rows, np.ndarray]:
    """Return rows with labels to learn from, to choose by, to test on, and all training rows."""
    data = pc.open_data("mnist")
    x, y = (np.float32(data.x) / np.float32(255)).reshape(data.rows, -1), data.labels
    order = np.random.default_rng(seed).permutation(data.rows)
    test, choice, train = np.split(order, [TEST, TEST + CHOICE])
    few = np.concatenate([train[y[train] == digit][:LABELS] for digit in range(10)])
    return (x[few], y[few]), (x[choice], y[choice]), (x[test], y[test]), x[train]


def network(activation: str, initializer: str, seed: int) -> pc.Sequential:
    hidden = [Dense(n, activation, kernel_initializer=initializer) for n in UNITS]
    return pc.Sequential([pc.Input((784,)), *hidden, Dense(10, "softmax")], seed=seed)


def best(start: Callable[[], pc.Sequential], labelled: Rows, choice: Rows, test: Rows) -> float:
    """Return the test accuracy of the fit that was best on the rows to choose by."""
    fits = []
    for rate in RATES:
        model = start()
        model.compile(Adam(rate), "sparse_categorical_crossentropy", ["accuracy"])
        stop = pc.EarlyStopping("val_loss", patience=20, restore_best_weights=True)
        model.fit(
            *labelled,
            batch_size=10,
            epochs=300,
            validation_data=choice,
            callbacks=[stop],
            verbose=0,
        )
        fits.append((model.evaluate(*choice)["accuracy"], rate, model))
    *_, chosen = max(fits, key=lambda fit: fit[:2])
    return chosen.evaluate(*test)["accuracy"]


if __name__ == "__main__":
    main()
