"""Rows that are read from disk while a network trains on others.

A source has pieces that can be read one by one: runs of rows of an array, stretches of a
table's file, pictures, batches of an iterable. Each epoch takes the pieces in a new order,
and mixes the rows of so many pieces as fill a window. Both are drawn by counting, from the
seed, the epoch and the place alone, so that reading can begin anywhere in any epoch.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import numpy as np
from jaxtyping import Int

from pellucid.base.errors import DataError, explain
from pellucid.data.blocks import leaves, mapped
from pellucid.data.encoding import Encoding
from pellucid.data.windows import Windows

# Of rows that are mixed, unless somebody says how many rows. What is larger than 32 MiB goes back
# to the system as soon as it is freed (glibc's malloc keeps less for later, in pieces).
WINDOW_BYTES = 40 * 2**20
OF_PIECES, OF_ROWS = 0, 1  # what an order is of


class Source(ABC):
    """Rows in pieces.

    Attributes:
        name: What it is called in messages.
        counts: How many rows each piece has.
        sequential: Whether pieces can only be read one after the other, from the first on.
    """

    name: str
    counts: Int[np.ndarray, " pieces"]
    sequential: ClassVar[bool] = False

    @property
    def encoding(self) -> Encoding | None:
        """How cells become numbers; None where they are numbers."""
        return None

    @abstractmethod
    def read(self, pieces: Sequence[int]) -> Iterator[Any]:
        """Give the rows of pieces in that order, as blocks of any number of rows.

        A block is a tuple of x, y and, if rows count differently, their weights.
        """

    def learnt_from(self, pieces: Sequence[int]) -> "Source":
        """Return the source with an encoding that knows of these pieces only."""
        return self


class Plan(NamedTuple):
    """The order in which an epoch takes the pieces, and how many rows lie up to the end of each."""

    pieces: Int[np.ndarray, " pieces"]
    ends: Int[np.ndarray, " pieces"]


@dataclass(frozen=True, eq=False)
class Stream:
    """Rows of a source that may be larger than memory. `fit` takes it in place of x and y.

    Attributes:
        source: Where they come from.
        window: How many rows are mixed together; about twice as many are in memory.
        pieces: Which pieces of the source belong to it, in ascending order.
        notes: Sentences for the user about what was decided on the way.
    """

    source: Source
    window: int
    pieces: Int[np.ndarray, " some"]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return int(self.source.counts[self.pieces].sum())

    def part(
        self,
        first: int,
        last: int,
        *,
        seed: int = 0,
        epoch: int = 0,
        shuffle: bool = True,
    ) -> Any:
        """Return the rows `first` up to `last` of an epoch as x, y and weights, mixed.

        Raises:
            DataError, FileError: rows cannot be read, or have another form than those before.
        """
        rows = self.rows(first, last, seed=seed, epoch=epoch, shuffle=shuffle)
        order = self.order(first, last, seed=seed, epoch=epoch) if shuffle else slice(None)
        return mapped(lambda column: column[order], rows)

    def rows(
        self,
        first: int,
        last: int,
        *,
        seed: int = 0,
        epoch: int = 0,
        shuffle: bool = True,
        windows: Windows | None = None,
        room: int = 0,
    ) -> Any:
        """Return the same rows as they are read, one piece after the other, in one of `windows`.

        Where there is `room` for more, the first of them stands in what is left.

        Raises:
            DataError, FileError: rows cannot be read, or have another form than those before.
        """
        plan = self._plan(seed, epoch, shuffle)
        some = _touched(plan, first, last)
        begin = int(plan.ends[some.start] - self.source.counts[plan.pieces[some.start]]) - first
        whole, windows = None, windows or Windows()
        for block in self.source.read(plan.pieces[some].tolist()):
            whole = windows.like(block, max(last - first, room)) if whole is None else whole
            ours, theirs = leaves(whole), leaves(block)
            if [_form(column) for column in ours] != [_form(column) for column in theirs]:
                what = f"The rows of {self.source.name} are not all of one form."
                got, expected = list(map(_form, theirs)), list(map(_form, ours))
                raise DataError(explain(what, got=got, expected=expected))
            end = begin + len(theirs[0])
            taken = slice(max(-begin, 0), max(last - first - begin, 0))
            for column, more in zip(ours, theirs, strict=True):
                column[max(begin, 0) : min(max(end, 0), last - first)] = more[taken]
            begin = end
        for column in leaves(whole):
            column[last - first :] = column[0]
        return whole

    def order(self, first: int, last: int, *, seed: int, epoch: int) -> Int[np.ndarray, " rows"]:
        """Return in which order an epoch visits these rows, counted from 0 as they are read."""
        return drawn_order(last - first, seed, epoch, OF_ROWS, first)

    def numbers(
        self, first: int, last: int, *, seed: int = 0, epoch: int = 0, shuffle: bool = True
    ) -> Int[np.ndarray, " rows"]:
        """Return which rows of the source those of a part are, counted from 0."""
        plan, counts = self._plan(seed, epoch, shuffle), self.source.counts
        some = _touched(plan, first, last)
        pieces = plan.pieces[some]
        starts = (np.cumsum(counts) - counts)[pieces]
        rows = np.concatenate(
            [start + np.arange(n) for start, n in zip(starts, counts[pieces], strict=True)]
        )
        skipped = first - int(plan.ends[some.start] - counts[pieces[0]])
        read = rows[skipped:][: last - first]
        return read[self.order(first, last, seed=seed, epoch=epoch)] if shuffle else read

    def blocks(self) -> Iterator[Any]:
        """Give all rows once, in the order in which they are stored, in blocks of any size."""
        return self.source.read(self.pieces.tolist())

    @property
    def encoding(self) -> Encoding | None:
        """How the cells of a table became numbers; None where they were numbers."""
        return self.source.encoding

    def split(self, *rows: int, seed: int = 0) -> "tuple[Stream, ...]":
        """Return what is left when so many rows are set aside, and those rows in turn.

        Whole pieces are set aside, drawn from all over the source, so there are a few rows
        more than were asked for. An encoding is learnt from what is left.

        Raises:
            DataError: nothing would be left, or the pieces must be read in order.
        """
        if self.source.sequential:
            what = f"Rows of {self.source.name} cannot be set aside: they come one after the other."
            hint = "make the rows to be judged on a stream, or arrays, of their own"
            raise DataError(explain(what, got="an iterable", expected="files", hint=hint))
        drawn = self.pieces[drawn_order(len(self.pieces), seed, 0, OF_PIECES, 1)]
        ends = np.cumsum(self.source.counts[drawn])
        cuts = [0, *np.searchsorted(ends, np.cumsum(rows)) + 1]
        parts = [np.sort(drawn[a:b]) for a, b in zip(cuts, [*cuts[1:], None], strict=True)]
        if not all(map(len, parts)):
            what = f"{self.source.name} has too few rows for so many to be set aside."
            got = f"{len(self)} rows in {len(self.pieces)} pieces"
            raise DataError(explain(what, got=got, expected=f"more than {sum(rows)} rows"))
        source = self.source.learnt_from(parts[-1].tolist())
        ordered = (parts[-1], *parts[:-1])
        return tuple(replace(self, source=source, pieces=pieces) for pieces in ordered)

    def glimpse(self) -> Any:
        """Return x of a few rows."""
        return next(self.source.read(self.pieces[:1].tolist()))[0]

    def excerpt(self, rows: int, seed: int = 0) -> "Stream":
        """Return so many rows or a few more, in whole pieces from all over the source."""
        drawn = self.pieces[drawn_order(len(self.pieces), seed, 0, OF_PIECES, 2)]
        enough = np.searchsorted(np.cumsum(self.source.counts[drawn]), rows) + 1
        return replace(self, pieces=np.sort(drawn[:enough]))

    def load(self) -> Any:
        """Return all rows as arrays, in the order in which they are stored."""
        return self.part(0, len(self), shuffle=False)

    def _plan(self, seed: int, epoch: int, shuffle: bool) -> Plan:
        return _planned(self, seed, epoch, shuffle and not self.source.sequential)


def drawn_order(count: int, *when: int) -> Int[np.ndarray, " count"]:
    """Return 0 .. count - 1 in an order drawn by seed, epoch, kind and place.

    The numbers are those of the Philox generator, which are counted: no order depends on
    another having been drawn before.
    """
    seed, epoch, kind, place = when
    bits = np.random.Philox(key=[seed, epoch], counter=[0, place, kind, 0]).random_raw(count)
    return np.argsort(bits, kind="stable")


@lru_cache(maxsize=4)
def _planned(stream: Stream, seed: int, epoch: int, mixed: bool) -> Plan:
    pieces = stream.pieces
    if mixed:
        pieces = pieces[drawn_order(len(pieces), seed, epoch, OF_PIECES, 0)]
    return Plan(pieces, np.cumsum(stream.source.counts[pieces]))


def _touched(plan: Plan, first: int, last: int) -> slice:
    """Return the pieces of a plan that have rows from `first` up to `last`."""
    start, end = np.searchsorted(plan.ends, [first, last - 1], side="right")
    return slice(int(start), int(end) + 1)


def _form(column: np.ndarray) -> tuple[Any, ...]:
    return column.dtype, *column.shape[1:]
