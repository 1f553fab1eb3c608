"""From raw rows to the arrays a network learns from, and the memory of how.

An `Encoding` is learnt from training rows, travels as JSON beside the network, and reads
rows that come later just as it read the first.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float32, Int, Int32, UInt8

from pellucid.base.errors import DataError, FileError, PellucidError, explain, nearest
from pellucid.data.answer import Answer
from pellucid.data.cells import read_column
from pellucid.data.column import Column
from pellucid.data.dataset import Dataset
from pellucid.data.feature import Feature, learn_feature
from pellucid.data.images import read_new_pictures
from pellucid.data.reading import PLAIN, Reading
from pellucid.data.sheet import Sheet, open_sheet
from pellucid.data.sources import open_data, set_name

Inputs = Float32[np.ndarray, "rows features"] | UInt8[np.ndarray, "rows height width channels"]
Answers = Int32[np.ndarray, " rows"] | Float32[np.ndarray, " rows"]


class NewRows(NamedTuple):
    """Rows that came later: `y` is None where they have no target.

    `lines` are those of the file, counted from 1, or None; `files` those of pictures.
    """

    x: Inputs
    y: Answers | None
    notes: tuple[str, ...] = ()
    lines: Int[np.ndarray, " rows"] | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Encoding:
    """What must be remembered to turn raw rows into arrays. A value: no arrays, no files.

    Attributes:
        features: A table's columns in the order of the matrix; nothing for pictures.
        shape: Of one row's input: (features,), or (height, width, channels).
        answer: What is predicted.
        reading: The settings that raw rows are read with.
    """

    features: tuple[Feature, ...]
    shape: tuple[int, ...]
    answer: Answer
    reading: Reading = PLAIN

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the matrix's columns; nothing for pictures."""
        return tuple(name for feature in self.features for name in feature.names)

    @property
    def task(self) -> str:
        """What to do: "classification" or "regression"."""
        return self.answer.task

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in the order of their labels; nothing in regression."""
        return self.answer.classes

    def encode(self, data: Dataset) -> tuple[Inputs, Answers]:
        """Return x and y of a set that has its target.

        x is float32 (rows, features), or the bytes of pictures as they are. y is int32
        labels (rows,), or float32 numbers (rows,) in regression.

        Raises:
            DataError: the rows do not fit what was learnt; row and column are named.
        """
        if data.target is None:
            what = f"{data.name} has no target column {self.answer.column!r}."
            raise DataError(explain(what, got="inputs only", expected="a target in each row"))
        return self._inputs(data), self.answer.encode(data.target, data.where)

    def encode_new(self, source: Any, labels: bool | None = None, **changes: Any) -> NewRows:
        """Return the arrays of rows that came later: a file, frame, folder, array or set.

        Columns may stand in another order, and further ones are ignored with a note. The
        target is read if it is there; `labels=True` insists on it, `labels=False` ignores
        it. `changes` are settings of `Reading` that differ from the training file's.

        Raises:
            FileError: a file is missing, or not what its name says.
            DataError: a column is missing, or a cell is not what it was in training.
        """
        reading = Reading.from_config(self.reading.to_config() | changes)
        if isinstance(source, str) and set_name(source):
            source = open_data(source, **changes)
        if isinstance(source, Dataset):
            data = source
        elif self.features:
            data = self._read_rows(source, reading, labels)
        else:
            data = read_new_pictures(source, self.shape, self.answer.column, labels is not False)
        if labels and data.target is None:
            what = f"{data.name} has no target column {self.answer.column!r}."
            raise DataError(explain(what, got="inputs only", expected="a target in each row"))
        x, known = self._inputs(data), data.target if labels is not False else None
        y = None if known is None else self.answer.encode(known, data.where)
        strange = [f.strangeness(data.column(f.column), data.where) for f in self.features]
        return NewRows(x, y, (*data.notes, *filter(None, strange)), data.lines, data.files)

    def decode(self, labels: Int[np.ndarray, "*rows"]) -> np.ndarray:
        """Return the classes that labels mean, in the type they had in the data."""
        return self.answer.decode(labels)

    def to_json(self) -> dict[str, Any]:
        """Return the encoding as a dictionary of JSON values."""
        return {
            "features": [asdict(feature) for feature in self.features],
            "shape": list(self.shape),
            "answer": asdict(self.answer),
            "reading": self.reading.to_config(),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Encoding":
        """Return the encoding that `to_json` described.

        Raises:
            FileError: it describes none.
        """
        try:
            features = [
                Feature(**(settings | {"categories": tuple(settings["categories"])}))
                for settings in told["features"]
            ]
            answer = Answer(**(told["answer"] | {"classes": tuple(told["answer"]["classes"])}))
            reading = Reading.from_config(told["reading"])
            return cls(tuple(features), tuple(told["shape"]), answer, reading)
        except (KeyError, TypeError, PellucidError) as error:
            what, expected = "This is no encoding of data.", "what Encoding.to_json returned"
            raise FileError(explain(what, got=repr(error)[:120], expected=expected)) from error

    def _inputs(self, data: Dataset) -> Inputs:
        if not isinstance(data.x, tuple) and data.x.shape[1:] == self.shape:
            return data.x
        if not (isinstance(data.x, tuple) and self.features):
            what = f"The rows of {data.name} have another shape than those of training."
            got = "a table" if isinstance(data.x, tuple) else f"pictures {data.x.shape[1:]}"
            expected = ", ".join(f.column for f in self.features) or f"pictures {self.shape}"
            raise DataError(explain(what, got=got, expected=expected))
        x = np.empty((data.rows, *self.shape), np.float32)
        start = 0
        for feature in self.features:
            block = feature.encode(data.column(feature.column), data.where, self.reading.unknown)
            x[:, start : start + block.shape[1]] = block
            start += block.shape[1]
        return x

    def _read_rows(self, source: Any, reading: Reading, labels: bool | None) -> Dataset:
        if isinstance(source, np.ndarray) and source.ndim == 2:
            source = self._named_columns(source)
        return self.rows_of(open_sheet(source, reading), reading, labels)

    def rows_of(self, sheet: Sheet, reading: Reading, labels: bool | None = None) -> Dataset:
        """Return the rows of a sheet, with columns of the kinds they had in training.

        Raises:
            DataError: a column is missing, or a cell is not what it was in training.
        """
        _check_columns(sheet.name, [f.column for f in self.features], sheet.columns)
        columns = [read_column(sheet, f.column, reading, f.kind) for f in self.features]
        answer = self.answer.column
        target = None
        if labels is not False and answer in sheet.columns:
            kind = "number" if self.task == "regression" else None
            target = read_column(sheet, answer, reading, kind)
            target = None if labels is None and target.missing.all() else target
        used = {answer, *(f.column for f in self.features), *reading.drop}
        extra = [name for name in sheet.columns if name not in used]
        notes = (f"ignored columns: {', '.join(extra[:20])}",) if extra else ()
        name, notes = sheet.name, (*sheet.notes, *notes)
        return Dataset(
            name, tuple(columns), target, self.task, reading, lines=sheet.lines, notes=notes
        )

    def _named_columns(self, array: np.ndarray) -> dict[str, np.ndarray]:
        names = [feature.column for feature in self.features]
        if array.shape[1] != len(names):
            what, got = "This array has another number of columns than training had.", array.shape
            raise DataError(explain(what, got=got, expected=f"{len(names)}: {', '.join(names)}"))
        return dict(zip(names, array.T, strict=True))


def learn(data: Dataset, rows: Int[np.ndarray, " some"] | None = None) -> Encoding:
    """Return the encoding that the training rows teach; without `rows`, all of them.

    What stands in for a missing cell, the categories and the classes come from these rows
    only, so that nothing is known of the rows held out.

    Raises:
        DataError: there are no training rows, or they have one class.
    """
    if data.target is None or (rows is not None and not len(rows)):
        what, got = f"There is nothing to learn from in {data.name}.", "no target, or no rows"
        raise DataError(explain(what, got=got, expected="training rows with a target"))
    train = data if rows is None else data.take(rows)
    answer = _learn_answer(train, data.target.take(np.arange(data.rows) if rows is None else rows))
    if not isinstance(data.x, tuple):
        return Encoding((), data.x.shape[1:], answer, data.reading)
    features = tuple(
        learn_feature(seen, data.reading.missing, bool(whole.missing.any()))
        for seen, whole in zip(_columns(train), data.x, strict=True)
    )
    width = sum(len(feature.names) for feature in features)
    return Encoding(features, (width,), answer, data.reading)


def _columns(data: Dataset) -> tuple[Column, ...]:
    return data.x if isinstance(data.x, tuple) else ()


def _learn_answer(train: Dataset, target: Column) -> Answer:
    if train.task == "regression":
        return Answer(target.name, "regression")
    words = tuple(target.words[code] for code in np.unique(target.values))
    if len(words) < 2:
        what = f"The training rows of {train.name} have one class only."
        hint = "split with stratify, or choose other rows"
        raise DataError(explain(what, got=words, expected="two classes or more", hint=hint))
    return Answer(target.name, "classification", words, target.stands_for)


def _check_columns(name: str, wanted: list[str], found: tuple[str, ...]) -> None:
    lacking = [column for column in wanted if column not in found]
    if lacking:
        what = f"{name} lacks {'columns' if lacking[1:] else 'column'} {', '.join(lacking)}."
        expected, hint = ", ".join(wanted), nearest(lacking[0], found)
        raise DataError(explain(what, got=", ".join(found[:30]), expected=expected, hint=hint))
