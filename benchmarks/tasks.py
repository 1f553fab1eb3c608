"""What is trained in the benchmarks: the data, split once, and the size of the work."""

from dataclasses import dataclass

import numpy as np

from pellucid.data.sources import open_data


@dataclass(frozen=True)
class Task:
    """A classification that every contender trains in the same way, by Adam at 0.001."""

    name: str
    x: np.ndarray  # float32 (rows, features), or (rows, height, width, 1)
    y: np.ndarray  # int32 (rows,)
    validation: tuple[np.ndarray, np.ndarray] | None
    hidden: int  # units of the hidden layer; 0 stands for the convolutional network
    classes: int
    batch_size: int
    epochs: int  # of one repetition

    @property
    def steps(self) -> int:
        """How many mini-batches one repetition trains on; a smaller last one counts."""
        return self.epochs * -(-len(self.x) // self.batch_size)


def iris(epochs: int) -> Task:
    """Return 4-10-3 on 120 irises, with 30 to validate on after each epoch."""
    data = open_data("iris")
    x = np.stack([np.asarray(column.values, np.float32) for column in data.x], axis=1)
    x, y = _shuffled((x - x.mean(0)) / x.std(0), np.asarray(data.labels, np.int32))
    return Task("iris", x[:120], y[:120], (x[120:], y[120:]), 10, 3, 16, epochs)


def digits(epochs: int) -> Task:
    """Return 784-128-10 on 8,000 of the digits that come with the package."""
    x, y = _pictures()
    return Task("digits", x.reshape(len(x), -1)[:8000], y[:8000], None, 128, 10, 32, epochs)


def pictures(rows: int) -> Task:
    """Return the convolutional network, 32 and 64 filters of 3x3, on `rows` digits."""
    x, y = _pictures()
    return Task("pictures", x[:rows], y[:rows], None, 0, 10, 128, 1)


def _pictures() -> tuple[np.ndarray, np.ndarray]:
    data = open_data("mnist")
    return _shuffled(np.float32(data.x) / np.float32(255), np.asarray(data.labels, np.int32))


def _shuffled(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(0).permutation(len(x))
    return np.ascontiguousarray(x[order], np.float32), y[order]
