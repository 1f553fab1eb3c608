"""What is trained in the benchmarks: the data, split once, and the networks.

A network is written as the layers between input and output: `dense(units)`, `filters(n)` for a
convolution of 3x3, `normalised(n)` for one whose answers are normalised over the batch before
ReLU, `pool` and `flat`. All have ReLU, and a softmax over the classes at the end.

Epochs are so many that a fit takes Pellucid half a second to three, and the slowest peer less than
twenty; iris's are what such a table asks for.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from pellucid.data.sources import open_data


class Part(NamedTuple):
    """A layer of a network, in words that every contender understands."""

    kind: str  # "dense", "filters", "normalised", "pool" or "flat"
    units: int = 0


def dense(units: int) -> Part:
    return Part("dense", units)


def filters(count: int) -> Part:
    return Part("filters", count)


def normalised(count: int) -> Part:
    return Part("normalised", count)


POOL, FLAT = Part("pool"), Part("flat")


class Task(NamedTuple):
    """A classification that every contender trains in the same way, by Adam at 0.001."""

    words: str
    x: np.ndarray  # float32 (rows, features), or (rows, height, width, 1)
    y: np.ndarray  # int32 (rows,)
    validation: tuple[np.ndarray, np.ndarray] | None
    network: tuple[Part, ...]
    classes: int
    batch_size: int
    epochs: int  # of one repetition

    @property
    def steps(self) -> int:
        """How many mini-batches one repetition trains on; a smaller last one counts."""
        return self.epochs * -(-len(self.x) // self.batch_size)

    @property
    def has_pictures(self) -> bool:
        """Whether its rows are pictures, for a network with convolutions."""
        return self.x.ndim == 4

    @property
    def products(self) -> int:
        """Multiplications and additions in the matrix products of one repetition.

        A product is taken three times: forward, for the weights' gradient, and for the
        gradient of what came in (not at the first layer).
        """
        side, channels, wide, total = self.x.shape[1], self.x.shape[-1], self.x.shape[-1], 0
        for place, (kind, units) in enumerate((*self.network, dense(self.classes))):
            if kind in ("filters", "normalised"):
                side -= 2
                cost, channels = side * side * 9 * channels * units, units
            elif kind == "dense":
                cost, wide = wide * units, units
            else:
                side = side // 2 if kind == "pool" else side
                wide, cost = side * side * channels, 0
            total += 2 * cost * (3 if place else 2)
        return total * len(self.x) * self.epochs


def iris() -> Task:
    """Return 4-10-3 on 120 irises, with 30 to validate on after each epoch."""
    data = open_data("iris")
    x = np.stack([np.asarray(column.values, np.float32) for column in data.x], axis=1)
    x, y = _shuffled((x - x.mean(0)) / x.std(0), np.asarray(data.labels, np.int32))
    words = "iris, 4-10-3, batch 16, 200 epochs, validated after each"
    held_out = (x[120:], y[120:])
    return Task(words, x[:120], y[:120], held_out, (dense(10),), 3, 16, 200)


def digits() -> Task:
    """Return 784-128-10 on 8,000 of the digits that come with the package."""
    x, y = _flat(8000)
    words = "digits, 784-128-10, batch 32, 12 epochs of 8,000"
    return Task(words, x, y, None, (dense(128),), 10, 32, 12)


def wide() -> Task:
    """Return 784-512-512-10 on the same."""
    x, y = _flat(8000)
    words = "digits, 784-512-512-10, batch 128, 10 epochs of 8,000"
    return Task(words, x, y, None, (dense(512), dense(512)), 10, 128, 10)


def pictures() -> Task:
    """Return two convolutions, 32 and 64 filters of 3x3, on 5,120 digits."""
    x, y = _pictures(5120)
    network = (filters(32), POOL, filters(64), POOL, FLAT)
    words = "digits, convolutions 32-64, batch 128, 2 epochs of 5,120"
    return Task(words, x, y, None, network, 10, 128, 2)


def deep() -> Task:
    """Return four normalised convolutions and a dense layer, on 2,560 digits."""
    x, y = _pictures(2560)
    twice = (normalised(32), normalised(32), POOL, normalised(64), normalised(64), POOL)
    words = "digits, four normalised convolutions, batch 128, 2 epochs of 2,560"
    return Task(words, x, y, None, (*twice, FLAT, dense(128)), 10, 128, 2)


def table() -> Task:
    """Return 50-64-64-2 on 100,000 rows drawn at random, whose label is a curved boundary."""
    random = np.random.default_rng(0)
    x = random.normal(size=(100_000, 50)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(np.int32)
    words = "a table of 100,000 x 50, 50-64-64-2, batch 256, 10 epochs"
    return Task(words, x, y, None, (dense(64), dense(64)), 2, 256, 10)


TASKS: dict[str, Callable[[], Task]] = {
    "iris": iris,
    "digits": digits,
    "wide": wide,
    "pictures": pictures,
    "deep": deep,
    "table": table,
}


def _flat(rows: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = _pictures(rows)
    return x.reshape(rows, -1), y


def _pictures(rows: int) -> tuple[np.ndarray, np.ndarray]:
    data = open_data("mnist")
    x, y = np.float32(data.x) / np.float32(255), np.asarray(data.labels, np.int32)
    x, y = _shuffled(x, y)
    return x[:rows], y[:rows]


def _shuffled(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(0).permutation(len(x))
    return np.ascontiguousarray(x[order], np.float32), y[order]
