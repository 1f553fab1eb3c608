"""A table's file as a stream: what its columns are is learnt in one pass over it.

Kinds of columns, target and task are judged by rows from all over the file, as those of a
table in memory are; each row must then agree. Categories, classes and what stands in for a
missing cell come from all rows that teach.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.data.cells import read_column
from pellucid.data.column import Column, as_category
from pellucid.data.dataset import Dataset
from pellucid.data.encoding import Encoding, learn
from pellucid.data.feature import MISSING_WORD
from pellucid.data.reading import Reading
from pellucid.data.sheet import Sheet, polars
from pellucid.data.stream import OF_PIECES, Source, drawn_order
from pellucid.data.table_pieces import TablePieces, table_pieces
from pellucid.data.tables import (
    INDEX_NAMES,
    MOST_CATEGORIES,
    identifies,
    read_table,
    refuse_missing,
    too_many,
)

JUDGED_BY = 16  # pieces: from 100,000 rows on, or 16 MB of text


class Vocabulary(dict[str, int]):
    """Words in the order in which they came; a set of them is a number with a bit for each."""

    def bits(self, words: Iterable[str]) -> int:
        """Return a set of words, of which some may be new."""
        return sum(1 << self.setdefault(word, len(self)) for word in words)

    def words(self, bits: int) -> list[str]:
        """Return the words of a set in ascending order."""
        return sorted(word for word, place in self.items() if bits >> place & 1)


class Course(NamedTuple):
    """What each piece of a table holds, as far as an encoding is learnt from it."""

    rows: Int[np.ndarray, " pieces"]
    words: Mapping[str, list[int]]  # sets of words by column and piece
    sums: Mapping[str, Float[np.ndarray, "2 pieces"]]  # likewise: how many numbers, their sum
    vocabularies: Mapping[str, Vocabulary]
    gaps: set[str]  # columns that lack a cell somewhere


class TableSource(Source):
    """The rows of a table's file, encoded as they are read."""

    def __init__(self, table: TablePieces, encoding: Encoding, course: Course) -> None:
        self.name, self.counts = table.name, course.rows
        self._table, self._course, self._encoding = table, course, encoding

    @property
    def encoding(self) -> Encoding:
        """How cells become numbers."""
        return self._encoding

    def read(self, pieces: Sequence[int]) -> Iterator[Any]:
        """Give x and y of pieces.

        Raises:
            FileError, DataError: a cell is not what it was in the first pass; the line is named.
        """
        for sheet in self._table.sheets(pieces):
            data = _kept(self.encoding, sheet)
            if data.rows:
                yield self.encoding.encode(data)

    def learnt_from(self, pieces: Sequence[int]) -> "TableSource":
        """Return the same source with an encoding that knows of these pieces only."""
        return TableSource(
            self._table, _encoding(self.encoding, self._course, pieces), self._course
        )

    def dataset(self, pieces: Sequence[int]) -> Dataset:
        """Return the rows of pieces in memory, with their cells as they were read."""
        data = _kept(self.encoding, _together(self._table, pieces))
        if data.target is None or data.task != "classification":
            return data
        return replace(data, target=as_category(data.target))


def learn_table(path: Path, reading: Reading) -> tuple[TableSource, tuple[str, ...]]:
    """Return the source of a table's rows, and what was decided on the way.

    Raises:
        FileError: the file is missing, or not what its name says.
        DataError: see `tables.read_table`.
        ConfigError: a setting needs all rows at once.
    """
    _check_reading(reading)
    table = table_pieces(path, reading)
    numbering = _numbering(_together(table, [0]), reading)
    reading = replace(reading, drop=(*reading.drop, *numbering))
    drawn = np.sort(drawn_order(len(table), 0, 0, OF_PIECES, 0)[:JUDGED_BY])
    judged = read_table(_together(table, drawn.tolist()), reading)
    encoding = learn(judged)
    course = _course(table, encoding)
    source = TableSource(table, encoding, course).learnt_from(range(len(table)))
    notes = tuple(f"left out column {name!r}, which numbers the rows" for name in numbering)
    if len(drawn) < len(table):
        notes += (f"kinds of columns are judged by {judged.rows:,} rows from all over the file",)
        if reading.missing in ("median", "most_frequent", "category"):
            kind = "most frequent value" if reading.missing == "most_frequent" else "median"
            notes += (f"what stands in for a missing number is the {kind} of those rows",)
    return source, (*judged.notes, *table.notes, *notes)


def _check_reading(reading: Reading) -> None:
    for setting in ("groups", "time"):
        if getattr(reading, setting) is not None:
            what = f"Rows cannot be held out by {setting} while they are streamed."
            hint = "give the rows to be judged on as a file of their own"
            raise ConfigError(
                explain(what, got=getattr(reading, setting), expected="None", hint=hint)
            )


def _together(table: TablePieces, pieces: Sequence[int]) -> Sheet:
    """Return pieces as one sheet."""
    sheets = list(table.sheets(pieces))
    if not sheets:
        raise DataError(explain(f"{table.name} has no data rows.", got="0 rows", expected="rows"))
    lines, numbers = ([getattr(s, kind) for s in sheets] for kind in ("lines", "numbers"))
    return replace(
        sheets[0],
        frame=polars().concat([sheet.frame for sheet in sheets]),
        lines=None if lines[0] is None else np.concatenate(lines),
        numbers=None if numbers[0] is None else np.concatenate(numbers),
    )


def _numbering(head: Sheet, reading: Reading) -> list[str]:
    """Return the columns that number the rows, which rows from all over the file cannot tell."""
    known = {reading.target, *reading.drop, *reading.categorical}
    names = [n for n in head.columns if n.lower() in INDEX_NAMES and n not in known]
    columns = [read_column(head, name, reading) for name in names]
    return [c.name for c in columns if c.kind == "number" and identifies(c)]


def _kept(encoding: Encoding, sheet: Sheet) -> Dataset:
    """Return the rows of a sheet without those that are to be left out."""
    data = encoding.rows_of(sheet, encoding.reading, labels=True)
    if encoding.reading.missing != "drop":
        return data
    gaps = np.any([column.missing for column in _columns(data)], axis=0)
    return data.take(np.flatnonzero(~gaps)) if gaps.any() else data


def _columns(data: Dataset) -> list[Column]:
    """Return the columns of a table, the target last."""
    return [*(c for c in (*data.x, data.target) if isinstance(c, Column))]


def _course(table: TablePieces, encoding: Encoding) -> Course:
    """Go through a table once.

    Raises:
        DataError: a cell is missing or of another kind, or there are very many categories.
    """
    count, reading = len(table), encoding.reading
    course = Course(
        np.zeros(count, int),
        defaultdict(lambda: [0] * count),
        defaultdict(lambda: np.zeros((2, count))),
        defaultdict(Vocabulary),
        set(),
    )
    for piece in range(count):
        for sheet in table.sheets([piece]):
            data = _kept(encoding, sheet)
            *columns, target = _columns(data)
            refuse_missing(data.where, [target], "refuse")
            if reading.missing == "refuse":
                refuse_missing(data.where, columns, "refuse")
            course.rows[piece] = data.rows
            as_words = as_category(target) if encoding.task == "classification" else target
            for column in (*columns, as_words):
                _note(course, piece, column)
    for name, vocabulary in course.vocabularies.items():
        named = (*reading.categorical, encoding.answer.column)
        if len(vocabulary) > MOST_CATEGORIES and name not in named:
            raise too_many(table.name, name, len(vocabulary))
    return course


def _note(course: Course, piece: int, column: Column) -> None:
    """Write down what a piece has in a column."""
    if column.missing.any():
        course.gaps.add(column.name)
    present = column.values[~column.missing]
    if column.kind == "category":
        words = (column.words[code] for code in np.unique(present))
        course.words[column.name][piece] = course.vocabularies[column.name].bits(words)
    else:
        course.sums[column.name][:, piece] = len(present), present.sum()


def _encoding(encoding: Encoding, course: Course, pieces: Sequence[int]) -> Encoding:
    """Return an encoding with the categories, classes and means of some pieces."""

    def words(name: str) -> tuple[str, ...]:
        bits = reduce(or_, (course.words[name][piece] for piece in pieces))
        return tuple(course.vocabularies[name].words(bits))

    missing, features = encoding.reading.missing, []
    for feature in encoding.features:
        name, visible = feature.column, missing == "category" and feature.column in course.gaps
        if feature.kind == "category":
            fill = MISSING_WORD if visible else None if missing == "category" else feature.fill
            more = (MISSING_WORD,) if visible else ()
            features.append(replace(feature, categories=(*words(name), *more), fill=fill))
            continue
        known, total = course.sums[name][:, list(pieces)].sum(axis=1)
        mean = missing == "mean" and feature.kind == "number"
        fill = float(total / known) if mean and known else feature.fill
        features.append(replace(feature, fill=fill, flag=visible))
    answer = encoding.answer
    if encoding.task == "classification":
        number = answer.stands_for in ("integer", "number")
        answer = replace(
            answer, classes=tuple(sorted(words(answer.column), key=float if number else None))
        )
    width = sum(len(feature.names) for feature in features)
    return replace(encoding, features=tuple(features), shape=(width,), answer=answer)
