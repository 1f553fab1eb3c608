"""Going on after an interruption."""

import json
import os
import shutil
from pathlib import Path

from pellucid.base.errors import ConfigError, FileError, StateError, explain
from pellucid.interop.atomic import write_atomically
from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.keras.callbacks.needs import finest, needs_beyond

INTERRUPTED = "interrupted"  # the history's word for a fit that was to be gone on with


class BackupAndRestore(Callback):
    """Keeps the weights and the number of the epoch in `backup_dir`, and goes on from there.

    A fit that was interrupted, called again, loads them and trains the epochs that are left.
    A fit that ends well removes them, unless `delete_checkpoint` is False. With
    `double_checkpoint` the state before the last one is kept, too.
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: int | str = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not backup_dir or (save_freq != "epoch" and not isinstance(save_freq, int)):
            what = "BackupAndRestore needs a folder, and how often to save."
            got = f"backup_dir={backup_dir!r}, save_freq={save_freq!r}"
            raise ConfigError(explain(what, got=got, expected="a path; 'epoch' or an int"))
        self.backup_dir, self.save_freq = os.fspath(backup_dir), save_freq
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
        folder = Path(self.backup_dir)
        self._weights, self._progress = (
            folder / "latest.weights.h5",
            folder / "training_metadata.json",
        )
        self._epoch = self._batches = 0
        self._seen = -1

    def needs(self) -> str:
        own = "epochs" if self.save_freq == "epoch" else "batches"
        return finest(own, needs_beyond(self, BackupAndRestore))

    def on_train_begin(self, logs: Logs = None) -> None:
        if not self.model.built:
            what = "BackupAndRestore needs a model that knows the shape of its input."
            hint = "give it an Input, or call build(...) before fit"
            raise StateError(
                explain(what, got="an unbuilt model", expected="a built one", hint=hint)
            )
        try:
            self._restore(self._weights, self._progress)
        except (OSError, ValueError, KeyError):
            if not _before(self._weights).exists():
                raise
            self._restore(_before(self._weights), _before(self._progress))

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._epoch, self._seen = epoch + 1, -1
        if self.save_freq == "epoch":
            self._save()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if self.save_freq == "epoch":
            return
        self._batches += batch - self._seen if batch > self._seen else batch + 1
        self._seen = batch
        if self._batches >= int(self.save_freq):
            self._batches = 0
            self._save()

    def on_train_end(self, logs: Logs = None) -> None:
        history = getattr(self.model, "history", None)
        interrupted = getattr(history, "stopped_because", "") == INTERRUPTED
        if interrupted or not self.delete_checkpoint:
            return
        for path in (self._weights, self._progress):
            path.unlink(missing_ok=True)
            _before(path).unlink(missing_ok=True)
        folder = Path(self.backup_dir)
        # What else somebody keeps there is not ours to remove.
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    def _save(self) -> None:
        Path(self.backup_dir).mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint:
            for path in (self._weights, self._progress):
                if path.exists():
                    shutil.copyfile(path, _before(path))
        fresh = self._weights.with_name("new.weights.h5")
        self.model.save_weights(str(fresh), overwrite=True)
        fresh.replace(self._weights)
        progress = {"epoch": self._epoch, "batch": max(self._seen, 0)}
        write_atomically(self._progress, json.dumps(progress).encode())

    def _restore(self, weights: Path, progress: Path) -> None:
        if not weights.exists():
            return
        if weights.name.endswith(".h5"):
            self.model.load_weights(str(weights))
        else:
            borrowed = weights.with_name("old.weights.h5")
            shutil.copyfile(weights, borrowed)
            self.model.load_weights(str(borrowed))
            borrowed.unlink()
        if progress.exists():
            self.model._initial_epoch = _epoch_of(progress)


def _before(path: Path) -> Path:
    return path.with_name(f"{path.name}.bkp")


def _epoch_of(progress: Path) -> int:
    told = json.loads(progress.read_text())
    epoch = told.get("epoch") if isinstance(told, dict) else None
    if not isinstance(epoch, int) or epoch < 0:
        what = "The file does not say how far the interrupted fit had come."
        raise FileError(explain(what, got=progress, expected='{"epoch": a number, ...}'))
    return epoch
