"""A line of a CSV file for each epoch."""

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.models.trackers.guard import Guard


class CSVLogger(Callback):
    """Writes each epoch's values to `filename`: `epoch`, counted from 0, then names in order.

    Without validation the file has empty columns for it, filled with NA, as Keras's has.
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        super().__init__()
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self.append_header = True
        self.keys: list[str] | None = None
        self.csv_file: Any = None
        self.writer: Any = None
        self._guard = Guard("CSVLogger")

    def on_train_begin(self, logs: Logs = None) -> None:
        self._guard = Guard("CSVLogger")
        self._guard(self._open)

    def _open(self) -> None:
        path = Path(self.filename)
        if self.append and path.exists():
            self.append_header = path.stat().st_size == 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._close()
        self.csv_file = path.open("a" if self.append else "w", newline="")
        self.writer = self.keys = None

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._guard(self._write, epoch, logs or {})

    def _write(self, epoch: int, logs: Mapping[str, Any]) -> None:
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(name.startswith("val_") for name in self.keys):
                self.keys += [f"val_{name}" for name in self.keys]
        if self.writer is None:
            self.writer = csv.writer(self.csv_file, delimiter=self.sep)
            if self.append_header:
                self.writer.writerow(["epoch", *self.keys])
        self.writer.writerow([epoch, *(_cell(logs.get(name, "NA")) for name in self.keys)])
        self.csv_file.flush()

    def on_train_end(self, logs: Logs = None) -> None:
        self._guard.at_last(self._close)

    def _close(self) -> None:
        if self.csv_file is not None:
            self.csv_file.close()
        self.csv_file = self.writer = None


def _cell(value: Any) -> Any:
    if isinstance(value, str) or np.ndim(value) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'
