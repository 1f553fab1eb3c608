"""Sets one can look at: truth tables, points in the plane, and curves with noise.

Every generator takes a random stream, a number of rows and an amount of noise, and
returns inputs with labels, or with numbers where the task is regression. The rows are
shuffled and the classes as equal in number as can be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float64, Int, Num

from pellucid.base.errors import DataError, explain
from pellucid.data.column import Column, as_category
from pellucid.data.dataset import Dataset
from pellucid.data.reading import PLAIN, Reading

Labelled: TypeAlias = tuple[Float64[np.ndarray, "rows 2"], Int[np.ndarray, " rows"]]
Measured: TypeAlias = tuple[Float64[np.ndarray, "rows features"], Float64[np.ndarray, " rows"]]

FEWEST_ROWS = 6
GATES: Mapping[str, tuple[int, ...]] = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "nand": (1, 1, 1, 0),
    "nor": (1, 0, 0, 0),
    "xor": (0, 1, 1, 0),
    "not": (1, 0),
}


def moons(random: np.random.Generator, rows: int, noise: float) -> Labelled:
    """Two half circles that reach into each other; no line parts them."""
    y = _labels(random, rows, 2)
    arc = _ring(random.uniform(0, np.pi, rows), 1.0)
    points = np.where(y[:, None] == 0, arc, [1.0, 0.5] - arc)
    return _stray(random, points, noise), y


def circles(random: np.random.Generator, rows: int, noise: float) -> Labelled:
    """A ring around a smaller ring."""
    y = _labels(random, rows, 2)
    points = _ring(random.uniform(0, 2 * np.pi, rows), np.where(y == 0, 1.0, 0.5))
    return _stray(random, points, noise), y


def spiral(random: np.random.Generator, rows: int, noise: float) -> Labelled:
    """Two arms wound around each other: hard for a small network."""
    return _arms(random, rows, noise, 2)


def spirals(random: np.random.Generator, rows: int, noise: float) -> Labelled:
    """Three arms wound around each other."""
    return _arms(random, rows, noise, 3)


def _arms(random: np.random.Generator, rows: int, noise: float, arms: int) -> Labelled:
    y = _labels(random, rows, arms)
    along = np.sqrt(random.uniform(0.02, 1, rows))
    turn = 3 * np.pi * along + 2 * np.pi * y / arms
    return _stray(random, _ring(turn, along), noise), y


def xor_points(random: np.random.Generator, rows: int, noise: float) -> Labelled:
    """Four clouds in the corners of a square, opposite ones alike: XOR with noise."""
    corner = random.permutation(np.arange(rows) % 4)
    sides = np.stack([corner % 2, corner // 2], axis=1)
    points = random.uniform(0.1, 1, (rows, 2)) * (2 * sides - 1)
    return _stray(random, points, noise), sides[:, 0] ^ sides[:, 1]


def blobs(random: np.random.Generator, rows: int, noise: float) -> Labelled:
    """Three round clouds, far enough apart for straight lines."""
    y = _labels(random, rows, 3)
    return _stray(random, _ring(2 * np.pi * y / 3, 2.0), noise), y


def gauss(random: np.random.Generator, rows: int, noise: float) -> Labelled:
    """Two round clouds that overlap: with noise 1 the best line still errs in 16 of 100."""
    y = _labels(random, rows, 2)
    points = np.stack([2.0 * y - 1.0, np.zeros(rows)], axis=1)
    return _stray(random, points, noise), y


def sine(random: np.random.Generator, rows: int, noise: float) -> Measured:
    """One period of a sine, measured with noise."""
    x = random.uniform(-np.pi, np.pi, (rows, 1))
    return x, _stray(random, np.sin(x[:, 0]), noise)


def plane(random: np.random.Generator, rows: int, noise: float) -> Measured:
    """A slanted plane, y = 0.5 x1 - 0.25 x2 + 1, measured with noise."""
    x: Num[np.ndarray, "rows 2"] = random.uniform(-1, 1, (rows, 2))
    return x, _stray(random, x @ np.array([0.5, -0.25]) + 1.0, noise)


def _labels(random: np.random.Generator, rows: int, classes: int) -> Int[np.ndarray, " rows"]:
    return random.permutation(np.arange(rows) % classes)


def _ring(angle: np.ndarray, radius: np.ndarray | float) -> Float64[np.ndarray, "rows 2"]:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _stray(random: np.random.Generator, points: np.ndarray, noise: float) -> np.ndarray:
    return points + noise * random.standard_normal(points.shape)


@dataclass(frozen=True)
class Toy:
    """A generator with the rows and the noise that show it best; 0 classes: a curve."""

    make: Callable[[np.random.Generator, int, float], tuple[np.ndarray, np.ndarray]]
    rows: int
    noise: float
    features: int
    classes: int


TOYS: Mapping[str, Toy] = {
    "moons": Toy(moons, 300, 0.1, 2, 2),
    "circles": Toy(circles, 300, 0.08, 2, 2),
    "spiral": Toy(spiral, 400, 0.03, 2, 2),
    "spirals": Toy(spirals, 450, 0.03, 2, 3),
    "xor-points": Toy(xor_points, 300, 0.05, 2, 2),
    "blobs": Toy(blobs, 300, 0.6, 2, 3),
    "gauss": Toy(gauss, 300, 1.0, 2, 2),
    "sine": Toy(sine, 200, 0.1, 1, 0),
    "plane": Toy(plane, 200, 0.1, 2, 0),
}


def open_gate(name: str) -> Dataset:
    """Return the truth table of a logic gate: a row for each input, in counting order."""
    outputs = GATES[name]
    inputs = np.array([[0], [1]] if len(outputs) == 2 else [[0, 0], [0, 1], [1, 0], [1, 1]])
    return _as_dataset(name, inputs, np.array(outputs), "classification", PLAIN)


def open_toy(name: str, reading: Reading) -> Dataset:
    """Return the points of a generator, with the rows, noise and seed of `reading`.

    Raises:
        DataError: too few rows to have two of each class.
    """
    toy = TOYS[name]
    rows = toy.rows if reading.rows is None else reading.rows
    noise = toy.noise if reading.noise is None else reading.noise
    if rows < FEWEST_ROWS:
        what, expected = f"{name!r} needs more rows.", f"at least {FEWEST_ROWS}"
        raise DataError(explain(what, got=rows, expected=expected, hint="say rows=300"))
    x, y = toy.make(np.random.default_rng(reading.seed), rows, noise)
    return _as_dataset(name, x, y, "classification" if toy.classes else "regression", reading)


def _as_dataset(name: str, x: np.ndarray, y: np.ndarray, task: str, reading: Reading) -> Dataset:
    columns = tuple(
        Column(f"x{place}", "number", values.astype(np.float64))
        for place, values in enumerate(x.T, 1)
    )
    target = Column("y", "number", y.astype(np.float64))
    target = as_category(target) if task == "classification" else target
    return Dataset(name, columns, target, task, reading)
