"""A set of rows, read once: the value that every source of data becomes.

The room in five lines:

    raw = open_data("iris")                        # or "mnist", "data.csv", a folder, a frame
    parts = divide(raw, (0.7, 0.15, 0.15), seed=0) # by class, group or time; indices of rows
    encoding = learn(raw, parts.train)             # statistics of training rows only
    x, y = encoding.encode(raw)                    # float32 (rows, features), int32 (rows,)
    new = encoding.encode_new("tomorrow.csv")      # new.x, new.y, new.notes

`sources.py` opens anything by name. A table goes through `sheet.py` (files and frames to
cells), `cells.py` (cells to typed columns) and `tables.py` (columns to a `Dataset`);
pictures through `images.py` or `known.py`; generated points through `toys.py`. All of them
end here. `encoding.py` turns a `Dataset` into the arrays that a network learns from, and
nothing in it has seen the rows held out.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Int, Num, UInt8

from pellucid.base.errors import DataError, explain
from pellucid.data.column import Column, in_types
from pellucid.data.reading import PLAIN, Reading

Pictures = UInt8[np.ndarray, "rows height width channels"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows with what is to be predicted of them, before anything is learnt.

    Attributes:
        name: What messages call it.
        x: Columns of a table, or pictures as bytes.
        target: What is to be predicted; None where rows came without it.
        task: "classification" or "regression".
        reading: The settings it was read with.
        groups: A code a row; rows of one code must stay in one part of a split.
        time: A number a row, which orders the rows.
        held_out: Rows that the makers of the set keep for the final test.
        lines: The line of each row in its file, counted from 1.
        files: The file of each row, for pictures of a folder.
        notes: Sentences for the user about what was decided on the way.
    """

    name: str
    x: tuple[Column, ...] | Pictures
    target: Column | None
    task: str = "classification"
    reading: Reading = PLAIN
    groups: Int[np.ndarray, " rows"] | None = None
    time: Num[np.ndarray, " rows"] | None = None
    held_out: Int[np.ndarray, " held"] | None = None
    lines: Int[np.ndarray, " rows"] | None = None
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.x[0]) if isinstance(self.x, tuple) else len(self.x)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of a table's columns without the target; nothing for pictures."""
        return tuple(column.name for column in self.x) if isinstance(self.x, tuple) else ()

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes in the order of their labels; nothing in regression."""
        return self.target.words if self.target is not None else ()

    @property
    def labels(self) -> Int[np.ndarray, " rows"] | None:
        """The class of each row as an index into `class_names`; None in regression."""
        if self.target is None or self.task != "classification":
            return None
        return self.target.values

    @property
    def class_values(self) -> np.ndarray:
        """The classes in their own type: words, integers or truth values."""
        return in_types(self.class_names, self.target.stands_for if self.target else "text")

    def where(self, row: int | np.integer) -> str:
        """Return how to find a row again: "Line 17 of data.csv", or a picture's file."""
        if self.files:
            return self.files[row]
        if self.lines is None:
            return f"Row {row} of {self.name}"
        return f"Line {self.lines[row]} of {self.name}"

    def column(self, name: str) -> Column:
        """Return a table's column by its name.

        Raises:
            DataError: there is none.
        """
        for column in self.x if isinstance(self.x, tuple) else ():
            if column.name == name:
                return column
        what, expected = f"{self.name} has no column {name!r}.", ", ".join(self.feature_names)
        raise DataError(explain(what, got=repr(name), expected=expected or "pictures"))

    def take(self, rows: Int[np.ndarray, " some"]) -> "Dataset":
        """Return the set of those rows only. It no longer knows the rows held out."""
        x = tuple(c.take(rows) for c in self.x) if isinstance(self.x, tuple) else self.x[rows]
        return replace(
            self,
            x=x,
            target=None if self.target is None else self.target.take(rows),
            groups=None if self.groups is None else self.groups[rows],
            time=None if self.time is None else self.time[rows],
            lines=None if self.lines is None else self.lines[rows],
            files=tuple(self.files[row] for row in rows) if self.files else (),
            held_out=None,
        )

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of what is in the rows: equal digests, equal data."""
        digest = hashlib.sha256()
        if isinstance(self.x, np.ndarray):
            digest.update(repr(self.x.shape).encode())
            digest.update(self.x.tobytes())
        columns = self.x if isinstance(self.x, tuple) else ()
        for column in (*columns, *([self.target] if self.target is not None else [])):
            digest.update(repr((column.name, column.kind, column.words)).encode())
            digest.update(column.values.tobytes())
        return digest.hexdigest()
