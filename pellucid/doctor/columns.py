"""Rows as tables: what every check of the data measures on, sampled where that is enough.

All rows are read where one row may matter (a missing number, a copy, the largest value), a
sample of them for averages.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from pellucid.doctor.chart import Chart, Rows
from pellucid.doctor.task import CLASSES, YES_OR_NO, Task

MOST_ROWS, FEWEST_ROWS, MOST_NUMBERS = 10_000, 200, 500_000  # in a sample
CHUNK = 2**18  # bytes of rows that are read at a time: what a core has at hand
NUMERIC = "fiub"
MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits without a pattern: 2^64 by the golden ratio

Kept = TypeVar("Kept")


class Table(NamedTuple):
    """Sampled rows of one input, a feature a column, with what they are rows of."""

    x: Float[np.ndarray, "rows features"]
    places: Int[np.ndarray, " rows"]
    total: int  # rows there are
    is_flat: bool  # given as a table: no picture, no sequence

    @property
    def features(self) -> int:
        """How many columns there are."""
        return self.x.shape[1]


class Spread(NamedTuple):
    """The numbers of a table in a few: overall, and for each column."""

    rms: float
    largest: float
    mean: Float[np.ndarray, " features"]
    deviation: Float[np.ndarray, " features"]
    varied: Bool[np.ndarray, " features"]  # columns that are not nearly always the same


def kept(chart: Chart, name: str, make: Callable[[], Kept]) -> Kept:
    """Return what was computed once for a chart, and keep it there."""
    store = chart.__dict__.setdefault("_kept", {})
    if name not in store:
        store[name] = make()
    return store[name]


def table_of(chart: Chart, source: str, *, held_out: bool = False) -> Table | None:
    """Return an input as a table, or None if it has no rows of finite numbers."""
    rows = chart.held_out if held_out else chart.rows
    if rows is None or source not in rows.x:
        return None
    return kept(chart, f"table {source} {held_out}", lambda: _table(rows.x[source]))


def _table(x: Any) -> Table | None:
    x = np.asarray(x)
    if x.dtype.kind not in NUMERIC or x.ndim == 0 or not x.size:
        return None
    places = sampled(len(x), x.size // len(x))
    flat = x[places].reshape(len(places), -1).astype(np.float32)
    return Table(flat, places, len(x), x.ndim <= 2) if np.isfinite(flat).all() else None


def sampled(count: int, features: int) -> Int[np.ndarray, " rows"]:
    """Return places of rows to look at: all of them if they are few, else drawn evenly."""
    most = int(np.clip(MOST_NUMBERS // max(features, 1), FEWEST_ROWS, MOST_ROWS))
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False))


def spread_of(chart: Chart, source: str, *, held_out: bool = False) -> Spread | None:
    """Return the mean and deviation of an input, or None where they cannot be told."""
    table = table_of(chart, source, held_out=held_out)
    if table is None:
        return None
    return kept(chart, f"spread {source} {held_out}", lambda: _spread(table.x))


def _spread(x: Float[np.ndarray, "rows features"]) -> Spread:
    mean, square = x.mean(axis=0, dtype=np.float64), np.square(x, dtype=np.float64).mean(axis=0)
    deviation = np.sqrt(np.maximum(square - np.square(mean), 0))
    few = x[:: max(1, len(x) // 2000)]
    usual = np.median(np.ascontiguousarray(few.T), axis=1)  # columns that lie apart take longer
    varied = ((few != usual).mean(axis=0) > 0.05) & (deviation > 1e-6 * np.abs(mean))
    rms, largest = float(np.sqrt(square.mean())), float(np.abs(x).max())
    return Spread(rms, largest, mean, deviation, varied)


def chunks(x: Shaped[np.ndarray, "rows ..."]) -> Iterator[Shaped[np.ndarray, "some features"]]:
    """Give rows some at a time, flat, so that no large copy is made."""
    some = max(CHUNK * len(x) // max(x.nbytes, 1), 1)
    for first in range(0, len(x), some):
        part = x[first : first + some]
        yield part.reshape(len(part), -1)


def fingerprints(chart: Chart, *, held_out: bool = False) -> Int[np.ndarray, " rows"] | None:
    """Return a 64-bit number for each row, the same for rows that are the same in all inputs.

    None if the rows cannot be compared.
    """
    rows = chart.held_out if held_out else chart.rows
    if rows is None or not len(rows):
        return None
    return kept(chart, f"fingerprints {held_out}", lambda: _fingerprints(rows))


def _fingerprints(rows: Rows) -> Int[np.ndarray, " rows"] | None:
    total = np.zeros(len(rows), np.uint64)
    for name in sorted(rows.x):
        x = np.asarray(rows.x[name])
        if x.dtype.kind not in NUMERIC or len(x) != len(total):
            return None
        kind = np.float64 if x.dtype.kind in "iu" and x.dtype.itemsize > 2 else np.float32
        parts = [_hashes(part.astype(kind, copy=False)) for part in chunks(x)]
        total = total * MIX + np.concatenate(parts)
    return total.view(np.int64)


def _hashes(x: Shaped[np.ndarray, "rows features"]) -> Shaped[np.ndarray, " rows"]:
    """Return sum over words v of w f(v) mod 2^64: w are drawn, f mixes high bits into low ones."""
    words = np.zeros((len(x), -(-x.shape[1] * x.itemsize // 8)), np.uint64)
    words.view(x.dtype)[:, : x.shape[1]] = x
    words *= MIX
    words ^= words >> np.uint64(32)
    weights = np.random.default_rng(0).integers(2**64, size=words.shape[1], dtype=np.uint64)
    return words @ (weights | np.uint64(1))


def class_values(y: Any, task: Task) -> Shaped[np.ndarray, " rows"] | None:
    """Return the class of each row as it is written, or None where a row has no one class."""
    y = np.asarray(y)
    if task.kind not in (CLASSES, YES_OR_NO) or y.dtype.kind not in NUMERIC or not len(y):
        return None
    flat = y.reshape(len(y), -1)
    if flat.shape[1] == 1:
        return flat[:, 0]
    one_hot = y.ndim == 2 and bool((flat.sum(axis=1) == 1).all())
    return flat.argmax(axis=1) if one_hot and task.labels is not None else None


def is_copy(x: Any, y: Any) -> bool:
    """Tell whether targets are the inputs themselves, as an autoencoder's are."""
    x, y = np.asarray(x), np.asarray(y)
    return (
        x.shape == y.shape
        and x.ndim > 1
        and bool(np.array_equal(x[:100], y[:100]))
        and bool(np.array_equal(x, y))
    )


def amounts(y: Any) -> Float[np.ndarray, "rows columns"] | None:
    """Return targets as columns of finite numbers, or None."""
    y = np.asarray(y)
    if y.dtype.kind not in NUMERIC or y.ndim == 0 or not y.size:
        return None
    flat = y.reshape(len(y), -1).astype(np.float64)
    return flat if np.isfinite(flat).all() else None


def listed(places: Any, most: int = 20) -> tuple[int, ...]:
    """Return the first row numbers, for a finding."""
    return tuple(int(place) for place in np.asarray(places)[:most])
