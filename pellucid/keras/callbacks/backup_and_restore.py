"""Going on after an interruption."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from pellucid.base.errors import ConfigError, FileError, StateError, explain
from pellucid.interop.atomic import write_atomically
from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.keras.callbacks.needs import finest, needs_beyond
from pellucid.keras.engine.base.hints import hint

BEFORE = "before"  # in the file of progress: what was said of the weights before
INTERRUPTED = "interrupted"  # the history's word for a fit that was to be gone on with


class BackupAndRestore(Callback):
    """Keeps the weights and the number of the epoch in `backup_dir`, and goes on from there.

    A fit that was interrupted, called again, loads them and trains the epochs that are left.
    It takes the very steps that it would have taken, as far as the callbacks remember nothing:
    these begin anew, as in Keras. Saved in the middle of an epoch, by a number `save_freq` of
    batches, that epoch is trained again from its start. A fit that ends well removes the
    files, unless `delete_checkpoint` is False. With `double_checkpoint` the state before the
    last one is kept, too.

    The two files cannot be renamed at once, so the JSON file tells of the weights before, too,
    and knows each by its SHA-256.
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
        self._told: dict[str, Any] | None = None  # of the weights that are saved
        self._seen = -1

    def needs(self) -> str:
        own = "epochs" if self.save_freq == "epoch" else "batches"
        return finest(own, needs_beyond(self, BackupAndRestore))

    def on_train_begin(self, logs: Logs = None) -> None:
        if not self.model.built:
            what = "BackupAndRestore needs a model that knows the shape of its input."
            tip = "give it an Input, or call build(...) before fit"
            raise StateError(
                explain(what, got="an unbuilt model", expected="a built one", hint=tip)
            )
        try:
            self._restore(self._weights, self._progress)
        except (OSError, ValueError, KeyError) as error:
            if not _before(self._weights).exists():
                raise
            hint("broken backup", f"the backup before it is taken: {error}")
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
        seed, epochs = self.model._learner.place
        told = {"epoch": self._epoch, "batch": max(self._seen, 0), "seed": seed, "epochs": epochs}
        told["sha256"] = _digest(fresh)
        write_atomically(self._progress, json.dumps({**told, BEFORE: self._told}).encode())
        fresh.replace(self._weights)
        self._told = told

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
        if not progress.exists():
            return
        told = _told_of(progress, _digest(weights))
        self.model._initial_epoch = told["epoch"]
        if "epochs" in told:
            self.model._learner.place = told["seed"], told["epochs"]
        self._told = told


def _before(path: Path) -> Path:
    return path.with_name(f"{path.name}.bkp")


def _told_of(progress: Path, digest: str) -> dict[str, Any]:
    """Return what a file tells of the fit that had the weights of this digest.

    Keras's own files know of no digests; they are believed.

    Raises:
        FileError: it tells of no such fit.
    """
    told = json.loads(progress.read_text())
    for one in (told, told.get(BEFORE)) if isinstance(told, dict) else ():
        if not isinstance(one, dict) or one.get("sha256", digest) != digest:
            continue
        counts = [one.get("epoch"), one.get("epochs", 0), one.get("seed", 0)]
        if all(isinstance(count, int) and count >= 0 for count in counts):
            return one
    what = "The file does not say how far the interrupted fit had come."
    raise FileError(explain(what, got=progress, expected='{"epoch": a number, ...}'))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
