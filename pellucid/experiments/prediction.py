"""Raw rows in, predictions out: scaling, encodings and names are the run's."""

import csv
import io
from collections.abc import Sequence
from os import PathLike
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import FileError, explain
from pellucid.data.encoding import NewRows
from pellucid.experiments.answers import outputs
from pellucid.experiments.folder import SCORES, Run
from pellucid.experiments.judging import Judgement, decided
from pellucid.interop.atomic import write_atomically


class Predictions(NamedTuple):
    """What a run says of each row, in the words of its training data."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...]

    def to_csv(self) -> str:
        """Return the predictions as CSV with a header."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()


def predict_rows(run: Run, data: Any) -> Predictions:
    """Return a prediction for each raw row of a file, folder, frame or array.

    Classes come with the probability of each; which one it is, the run's threshold decides, if
    it has one, else the likeliest. The first column says which row it was: the
    line of a file, a picture's file, else a count from 0.

    Raises:
        DataError: a column is missing, or a cell is not what it was in training.
    """
    found = run.encoding.encode_new(data)
    output = outputs(run.encoding, run.model, found.x)
    kind, places = _places(found, len(output))
    target = run.encoding.answer.column
    if run.encoding.task == "regression":
        lines = tuple(zip(places, (f"{number:.7g}" for number in output), strict=True))
        return Predictions((kind, target), lines, found.notes)
    names, judged = run.encoding.class_names, run.json(SCORES, Judgement.from_json)
    said = decided(output, np.array(judged.training), judged.decision)
    lines = tuple(
        (place, names[one], *(f"{p:.4f}" for p in row))
        for place, one, row in zip(places, said, output, strict=True)
    )
    columns = (kind, target, *(f"probability of {name}" for name in names))
    return Predictions(columns, lines, found.notes)


def _places(found: NewRows, rows: int) -> tuple[str, Sequence[Any]]:
    if found.files:
        return "file", found.files
    return ("row", range(rows)) if found.lines is None else ("line", found.lines.tolist())


def write_predictions(predictions: Predictions, path: str | PathLike[str]) -> None:
    """Write predictions as a CSV file, whole or not at all.

    Raises:
        FileError: the file cannot be written.
    """
    try:
        write_atomically(path, predictions.to_csv().encode())
    except OSError as error:
        what = f"The predictions cannot be written to {path}."
        got = error.strerror
        raise FileError(explain(what, got=got, expected="a file in a folder there is")) from error
