"""One column of a table as it was read, before anything is learnt from it."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Int, Num


@dataclass(frozen=True, eq=False)
class Column:
    """A named column: numbers, or codes that point into a list of words.

    Numbers and booleans are float64 and NaN where a cell is missing; a category's codes
    are int32 and -1 there. `stands_for` says what the words were before they were
    written as text: "text", "integer", "number" or "boolean".
    """

    name: str
    kind: str
    values: Num[np.ndarray, " rows"]
    words: tuple[str, ...] = ()
    stands_for: str = "text"

    def __len__(self) -> int:
        return len(self.values)

    @property
    def missing(self) -> Bool[np.ndarray, " rows"]:
        """Which rows have nothing here."""
        return self.values < 0 if self.kind == "category" else np.isnan(self.values)

    def take(self, rows: Int[np.ndarray, " some"]) -> "Column":
        """Return the column of those rows only."""
        return replace(self, values=self.values[rows])

    def cell(self, row: int | np.integer) -> object:
        """Return what stands in one row, in its own type; None where it is missing."""
        if self.missing[row]:
            return None
        value = self.values[row]
        return self.words[int(value)] if self.kind == "category" else float(value)


def as_category(column: Column) -> Column:
    """Return a column of numbers as one of categories, in ascending order."""
    if column.kind == "category":
        return column
    present = ~column.missing
    levels, codes = np.unique(column.values[present], return_inverse=True)
    values = np.full(len(column), -1, np.int32)
    values[present] = codes
    if column.kind == "boolean":
        words, stands_for = tuple(str(bool(level)) for level in levels), "boolean"
    elif np.all(levels == np.floor(levels)):
        words, stands_for = tuple(str(int(level)) for level in levels), "integer"
    else:
        words, stands_for = tuple(str(float(level)) for level in levels), "number"
    return Column(column.name, "category", values, words, stands_for)


def in_types(words: tuple[str, ...], stands_for: str) -> np.ndarray:
    """Return words as the values they stand for: decoded labels, in their own type."""
    if stands_for == "boolean":
        return np.array([word == "True" for word in words], bool)
    types = {"integer": np.int64, "number": np.float64, "text": np.str_}
    return np.array(words, np.str_).astype(types[stands_for])
