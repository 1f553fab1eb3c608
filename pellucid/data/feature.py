"""One column of raw rows, and the columns of the matrix it becomes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from pellucid.base.errors import DataError, explain, nearest
from pellucid.data.column import Column
from pellucid.data.ends import Ends

MISSING_WORD = "(missing)"


@dataclass(frozen=True)
class Feature:
    """How a column is written as numbers, as learnt from training rows.

    A number stays as it is (scaling belongs to the network, as a layer), a boolean is 0
    or 1, and a category has a column a word, 1 where the row has it. `fill` stands in for
    a missing cell; without it such a cell is refused. `flag` adds a 0/1 column that says
    where something was missing. `low` and `high` are the ends of a number's training rows.
    """

    column: str
    kind: str
    categories: tuple[str, ...] = ()
    fill: float | str | None = None
    flag: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns of the matrix."""
        if self.kind == "category":
            return tuple(f"{self.column}={word}" for word in self.categories)
        return (self.column, f"{self.column} is missing") if self.flag else (self.column,)

    def encode(
        self, column: Column, where: Callable[[int], str], unknown: str
    ) -> Float32[np.ndarray, "rows columns"]:
        """Return the columns of the matrix for the rows of `column`.

        Raises:
            DataError: a cell is missing, or has a category that training rows lacked.
        """
        if self.fill is None and column.missing.any():
            row = int(np.flatnonzero(column.missing)[0])
            what = f"{where(row)} has nothing in column {self.column!r}."
            got = f"{np.count_nonzero(column.missing)} missing cells"
            hint = "fill it in, or train with missing='median'"
            raise DataError(explain(what, got=got, expected="a value in each cell", hint=hint))
        if self.kind == "category":
            return self._one_hot(column, where, unknown)
        filled = np.where(column.missing, self.fill or 0.0, column.values)
        block = [filled, column.missing] if self.flag else [filled]
        return np.stack(block, axis=1).astype(np.float32)

    def strangeness(self, column: Column, where: Callable[[int], str]) -> str | None:
        """Return in words that numbers lie where none of training did, or None."""
        if self.low is None or self.high is None:
            return None
        return Ends(self.low, self.high).strangeness(repr(self.column), column.values, where)

    def _one_hot(
        self, column: Column, where: Callable[[int], str], unknown: str
    ) -> Float32[np.ndarray, "rows columns"]:
        place = {word: index for index, word in enumerate(self.categories)}
        strange, nothing = len(place), place.get(str(self.fill), len(place))
        codes = np.array([*(place.get(word, strange) for word in column.words), nothing])
        codes = codes[column.values]  # a missing cell's code is -1, the last
        if unknown == "refuse" and (codes == strange).any():
            row = int(np.flatnonzero(codes == strange)[0])
            word = str(column.cell(row))
            what = f"{where(row)} has {word!r} in column {self.column!r}, unknown in training."
            shown = ", ".join(self.categories[:20]) + (", ..." if self.categories[20:] else "")
            hint = nearest(word, self.categories) or "unknown='ignore' makes it none of them"
            raise DataError(explain(what, got=repr(word), expected=shown, hint=hint))
        return np.eye(len(place) + 1, len(place), dtype=np.float32)[codes]


def learn_feature(column: Column, missing: str, gaps: bool) -> Feature:
    """Return what the training rows of a column teach.

    `gaps` says whether any row of the whole set lacks this cell: only then is
    "category" worth a column of its own.

    Raises:
        DataError: the training rows have nothing in this column.
    """
    present = column.values[~column.missing]
    if not len(present):
        what = f"No training row has anything in column {column.name!r}."
        hint = f"leave it out: drop={column.name!r}"
        raise DataError(explain(what, got="only missing cells", expected="values", hint=hint))
    if column.kind != "category":
        flag, fill = missing == "category" and gaps, _fill(column.kind, present, missing)
        ends = (float(present.min()), float(present.max())) if column.kind == "number" else ()
        return Feature(column.name, column.kind, (), fill, flag, *ends)
    words = tuple(column.words[code] for code in np.unique(present))
    if missing in ("refuse", "drop"):
        return Feature(column.name, "category", words)
    if missing == "category" and gaps:
        return Feature(column.name, "category", (*words, MISSING_WORD), MISSING_WORD)
    return Feature(column.name, "category", words, column.words[int(_most_frequent(present))])


def _fill(kind: str, present: np.ndarray, missing: str) -> float | None:
    if missing in ("refuse", "drop"):
        return None
    if kind == "boolean" or missing == "most_frequent":
        return _most_frequent(present)
    return float(np.mean(present) if missing == "mean" else np.median(present))


def _most_frequent(present: np.ndarray) -> float:
    levels, counts = np.unique(present, return_counts=True)
    return float(levels[counts.argmax()])
