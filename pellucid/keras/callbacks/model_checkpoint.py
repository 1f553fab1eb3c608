"""Saving the model while it trains."""

import os
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, FileError, explain
from pellucid.keras.callbacks.callback import Logs
from pellucid.keras.callbacks.history import Series
from pellucid.keras.callbacks.monitor_callback import Expected, MonitorCallback
from pellucid.keras.callbacks.needs import finest, needs_beyond
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.settings import say

MODELS, WEIGHTS = (".keras", ".h5", ".hdf5"), (".weights.h5", ".h5", ".hdf5")


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, after every epoch or every `save_freq` batches.

    `filepath` may name `{epoch}` (the first is 1), `{batch}` and any value of the logs, as
    "{epoch:02d}-{val_loss:.2f}.keras". With `save_best_only` only what beats the best so far
    of `monitor` is saved; `initial_value_threshold` is where that begins.
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: int | str = "epoch",
        initial_value_threshold: float | None = None,
        *,
        period: int | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        if save_freq != "epoch" and not isinstance(save_freq, int):
            what = "ModelCheckpoint saves every epoch, or every so many batches."
            expected = "'epoch' or an int"
            raise ConfigError(explain(what, got=f"save_freq={save_freq!r}", expected=expected))
        if period is not None:
            hint("period", "period= went away with Keras 3: save_freq= counts batches instead")
        self.filepath, self.verbose = os.fspath(filepath), verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.save_freq, self.period = save_freq, period or 1
        self._epoch = self._batches = 0
        self._seen = -1
        self._epochs_waited = 0
        _advise(self.filepath, save_weights_only)

    def needs(self) -> str:
        own = "epochs" if self.save_freq == "epoch" else "batches"
        return finest(own, needs_beyond(self, ModelCheckpoint))

    def expect(self, expected: Expected) -> None:
        named = {
            field.split("[")[0] for _, field, _, _ in Formatter().parse(self.filepath) if field
        }
        for name in sorted(named - {"epoch", "batch"}):
            expected.find(name, "The filepath of ModelCheckpoint")
        if self.save_best_only:
            super().expect(expected)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if self.save_freq == "epoch":
            return
        self._batches += batch + 1 if batch <= self._seen else batch - self._seen
        self._seen = batch
        if self._batches >= int(self.save_freq):
            self._batches = 0
            self._save(self._epoch, batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._epochs_waited += 1
        if self.save_freq == "epoch" and self._epochs_waited >= self.period:
            self._epochs_waited = 0
            self._save(epoch, None, logs)

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        path = self._path(epoch, batch, logs)
        told = self._verdict(logs)
        if told is None:
            return
        saves, why = told
        if self.verbose:
            say(f"\nEpoch {epoch + 1}: {why}{f'saving model to {path}' if saves else ''}")
        if saves:
            self._write(Path(path))

    def _verdict(self, logs: Logs) -> tuple[bool, str] | None:
        """Return whether to save, and why."""
        if not self.save_best_only:
            return True, ""
        value = self._value(logs)
        if value is None:
            return None if self.watched else (True, "")
        if np.ndim(value):
            hint("checkpoint array", f"{self.monitor!r} is no single number: every epoch is saved")
            return True, ""
        before = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(value, self.best):
            return False, f"{self.monitor} did not improve from {before}"
        self.best = value
        return True, f"{self.monitor} improved from {before} to {value:.5f}, "

    def _path(self, epoch: int, batch: int | None, logs: Logs) -> str:
        values = Series(logs or {}) | {"epoch": epoch + 1}
        if batch is not None:
            values.setdefault("batch", batch + 1)
        try:
            return self.filepath.format_map(Series(values))
        except (KeyError, ValueError, IndexError) as error:
            what = "The filepath of ModelCheckpoint cannot be filled in."
            expected = f"names among {', '.join(values)}"
            text = explain(what, got=f"{self.filepath!r} ({error})", expected=expected)
            raise ConfigError(text) from error

    def _write(self, path: Path) -> None:
        if path.is_dir():
            what = "ModelCheckpoint cannot write a file where a folder is."
            raise FileError(explain(what, got=path, expected="a filepath that is no folder"))
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            write_as(path, self.model.save_weights, WEIGHTS)
        else:
            write_as(path, self.model.save, MODELS)


def write_as(path: Path, save: Callable[..., Any], endings: tuple[str, ...]) -> None:
    """Save to `path`, whatever it is called: in the first format, unless its name says which."""
    if path.name.endswith(endings):
        save(str(path), overwrite=True)
        return
    beside = path.with_name(f".{path.name}{endings[0]}")
    try:
        save(str(beside), overwrite=True)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _advise(filepath: str, weights_only: bool) -> None:
    fine, best = (".weights.h5", WEIGHTS) if weights_only else (".keras", MODELS)
    if filepath.endswith(fine) or (not weights_only and filepath.endswith(".h5")):
        return
    kind = "weights" if weights_only else "a whole model"
    written = "" if filepath.endswith(best) else f"; written in that format as {filepath}"
    hint(f"checkpoint {kind}", f"Keras 3 calls a file of {kind} *{fine}{written}")
