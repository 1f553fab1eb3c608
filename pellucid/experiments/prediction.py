"""Raw rows in, predictions out: scaling, encodings and names are the run's."""

import csv
import io
from os import PathLike
from typing import Any, NamedTuple

import numpy as np

from pellucid.experiments.folder import Run
from pellucid.experiments.running import outputs
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
    """Return a prediction for each raw row of a file, frame, folder or array.

    Classes come with the probability of each; `row` is the line of the file where there
    is one, else a count from 0.

    Raises:
        DataError: a column is missing, or a cell is not what it was in training.
    """
    found = run.encoding.encode_new(data)
    output = outputs(run.encoding, run.model, found.x)
    places = range(len(output)) if found.lines is None else found.lines.tolist()
    row = "row" if found.lines is None else "line"
    target = run.encoding.answer.column
    if run.encoding.task == "regression":
        lines = tuple(zip(places, (f"{number:.7g}" for number in output), strict=True))
        return Predictions((row, target), lines, found.notes)
    names = run.encoding.class_names
    said = np.array(names)[output.argmax(1)]
    lines = tuple(
        (place, word, *(f"{p:.4f}" for p in ps))
        for place, word, ps in zip(places, said, output, strict=True)
    )
    columns = (row, target, *(f"probability of {name}" for name in names))
    return Predictions(columns, lines, found.notes)


def write_predictions(predictions: Predictions, path: str | PathLike[str]) -> None:
    """Write predictions as a CSV file, whole or not at all."""
    write_atomically(path, predictions.to_csv().encode())
