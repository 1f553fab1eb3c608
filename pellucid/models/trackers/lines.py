"""A line of a file for each epoch: as CSV, or as JSON."""

import csv
import json
import math
import os
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from pellucid.base.errors import DataError, explain
from pellucid.models.trackers.tracker import Tracker, numbers
from pellucid.training.record import EpochRecord


class CSVLogger(Tracker):
    """Writes `epoch`, the values by name, `learning_rate` and `seconds` to a CSV file.

    With `append`, lines are added to a file that is there, if it has the same columns. Each
    line is on disk when its epoch has ended.
    """

    def __init__(self, filename: str | os.PathLike[str], append: bool = False) -> None:
        super().__init__()
        self.filename, self.append = Path(filename), append
        self._file: TextIO | None = None
        self._columns: list[str] = []

    def begin(self) -> None:
        self._columns = _first_line(self.filename) if self.append else []
        self._file = _opened(self.filename, self.append)

    def log(self, record: EpochRecord) -> None:
        row: dict[str, Any] = {"epoch": record.epoch, **numbers(record)}
        writer = csv.DictWriter(self._file, self._columns or list(row), lineterminator="\n")  # pyright: ignore[reportArgumentType]
        if not self._columns:
            self._columns = list(row)
            writer.writeheader()
        elif set(row) != set(self._columns):
            what = f"{self.filename} has other columns than this fit."
            expected = ", ".join(self._columns)
            raise DataError(explain(what, got=", ".join(row), expected=expected))
        writer.writerow(row)
        self._file.flush()  # pyright: ignore[reportOptionalMemberAccess]

    def end(self) -> None:
        if self._file is not None:
            self._file.close()


class JSONLogger(Tracker):
    """Writes a JSON object for each epoch, each on a line of its own ("JSON lines").

    Metrics with several numbers are lists; what is not finite is null.
    """

    def __init__(self, filename: str | os.PathLike[str], append: bool = False) -> None:
        super().__init__()
        self.filename, self.append = Path(filename), append
        self._file: TextIO | None = None

    def begin(self) -> None:
        self._file = _opened(self.filename, self.append)

    def log(self, record: EpochRecord) -> None:
        row = {"epoch": record.epoch, **record.values, **numbers(record)}
        line = json.dumps({name: _plain(value) for name, value in row.items()}, allow_nan=False)
        self._file.write(f"{line}\n")  # pyright: ignore[reportOptionalMemberAccess]
        self._file.flush()  # pyright: ignore[reportOptionalMemberAccess]

    def end(self) -> None:
        if self._file is not None:
            self._file.close()


def _opened(path: Path, append: bool) -> TextIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a" if append else "w", encoding="utf-8", newline="")


def _first_line(path: Path) -> list[str]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def _plain(value: Any) -> Any:
    if np.ndim(value):
        return [_plain(part) for part in value]
    return value if isinstance(value, int) or math.isfinite(value) else None
