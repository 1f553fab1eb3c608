"""One row of a run, or of a saved model, laid open."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.base.errors import DataError, FileError, explain
from pellucid.experiments.answers import targets
from pellucid.experiments.folder import open_run
from pellucid.experiments.preparing import prepare
from pellucid.functions.losses import LOSSES
from pellucid.inspection.inspection import Inspection
from pellucid.models.loading import load


def inspect_row(path: str, row: int = 0, data: str | None = None) -> Inspection:
    """Return the step that one row would cause, in a run or in a model saved to a file.

    Rows are those of `data`, else all rows of the run's own data, counted from 0. For a
    saved model `data` is a .npz file with arrays x and y.

    Raises:
        FileError: there is no run or model, or no such data.
        DataError: there is no such row, or it cannot be read.
    """
    if Path(path).is_file():
        model, (x, y) = load(path), _arrays(path, data)
    else:
        found = open_run(path)
        model, encoding = found.model, found.encoding
        if data is None:
            ready = prepare(found.experiment)
            x, y = encoding.encode_new(ready.data, labels=True)[:2]
        else:
            x, y = encoding.encode_new(data, labels=True)[:2]
        loss = LOSSES.name_of(type(model.recipe.goals[0].loss)) or ""
        y = targets(encoding, np.asarray(y), loss)
    if not -len(x) <= row < len(x):
        what = f"There is no row {row} in {data or f'the data of {path}'}."
        raise DataError(explain(what, got=row, expected=f"0 to {len(x) - 1}"))
    place = row % len(x)
    return replace(model.inspect(x[place : place + 1], y[place : place + 1]), first_row=place)


def _arrays(path: str, data: str | None) -> tuple[Any, Any]:
    """Return x and y of a .npz file, for a model that was saved without its data."""
    hint = "give --data FILE.npz, written by numpy.savez(FILE, x=x, y=y)"
    if data is None:
        what = f"{path} is a saved model, which keeps no data."
        raise FileError(explain(what, got="no data", expected="rows to look at", hint=hint))
    try:
        with np.load(data, allow_pickle=False) as arrays:
            return arrays["x"], arrays["y"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"{data} holds no rows for a saved model."
        got = type(error).__name__
        raise FileError(explain(what, got=got, expected="arrays x and y", hint=hint)) from error
