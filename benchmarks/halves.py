"""What it costs to let layers compute in bfloat16: accuracy on rows not trained on, and time.

    python benchmarks/halves.py [--seeds 5]

Each seed draws other weights and another order of rows, the same ones for both; the difference is
taken seed by seed. Weights, sums of the loss and the optimizer are float32 either way.
"""

import argparse
import statistics
from typing import NamedTuple

import numpy as np
from contenders import in_words_of_keras
from machine import timed
from tasks import TASKS, Task

import pellucid as pc
from pellucid import layers

TRAINED, EPOCHS = 0.8, 5  # share of the rows that are trained on
DTYPES = ("float32", "bfloat16")


class Fit(NamedTuple):
    """How a fit went: accuracy on held-out rows, and seconds of a second one like it."""

    accuracy: float
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(parser.parse_args().seeds)
    print(f"{'':12}{'float32':>18}{'bfloat16':>18}{'difference':>18}{'times as long':>16}")
    for name in ("digits", "table", "pictures"):
        task = TASKS[name]()
        plain, half = ([fitted(task, dtype, seed) for seed in seeds] for dtype in DTYPES)
        change = [b.accuracy - a.accuracy for a, b in zip(plain, half, strict=True)]
        slower = statistics.median(b.seconds / a.seconds for a, b in zip(plain, half, strict=True))
        columns = ([fit.accuracy for fit in plain], [fit.accuracy for fit in half], change)
        print(f"{name:12}" + "".join(_spread(column) for column in columns) + f"{slower:16.1f}")


def fitted(task: Task, dtype: str, seed: int) -> Fit:
    """Train a task's network on most of its rows, and judge it on the rest."""
    count = int(TRAINED * len(task.x))
    rows = slice(0, min(count, 10_000))

    def fit() -> pc.Sequential:
        model = pc.Sequential(
            [layers.Input(task.x.shape[1:]), *in_words_of_keras(task, layers)], seed=seed
        )
        model.compile("adam", "sparse_categorical_crossentropy", dtype=dtype)
        told = {"batch_size": task.batch_size, "epochs": EPOCHS, "verbose": 0}
        model.fit(task.x[rows], task.y[rows], **told)
        return model

    fit()
    seconds, model = timed(fit)
    answers = model.predict(task.x[count:]).argmax(axis=1)
    return Fit(float(np.mean(answers == task.y[count:])), seconds)


def _spread(column: list[float]) -> str:
    return f"{statistics.mean(column):10.4f} ± {statistics.stdev(column):.4f}"


if __name__ == "__main__":
    main()
