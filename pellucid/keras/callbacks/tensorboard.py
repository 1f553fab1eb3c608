"""The values of a fit, for TensorBoard to show."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.keras.callbacks.needs import finest, needs_beyond
from pellucid.keras.engine.base.hints import hint
from pellucid.models.trackers.event_file import EventFile
from pellucid.models.trackers.guard import Guard


class TensorBoard(Callback):
    """Writes `epoch_loss` and its like: `log_dir`/train, held-out ones to `log_dir`/validation.

    With `update_freq="batch"` or a number, `batch_loss` and its like, too, every so many
    batches. Pictures of the graph, histograms, embeddings and profiles are not written.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: int | str = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
        **old: Any,
    ) -> None:
        super().__init__()
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq, self.embeddings_freq = histogram_freq, embeddings_freq
        self.write_graph, self.write_images = write_graph, write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self._files: dict[str, EventFile] = {}
        self._guard = Guard("TensorBoard")
        self._batch = 0
        self._steps, self._began = 0, 0.0
        asked = {"histogram_freq": histogram_freq, "write_images": write_images}
        asked |= {"profile_batch": profile_batch, "embeddings_freq": embeddings_freq}
        unwritten = [name for name, value in (asked | old).items() if value]
        if unwritten or embeddings_metadata:
            named = ", ".join(unwritten or ["embeddings_metadata"])
            hint(f"TensorBoard {named}", f"TensorBoard writes numbers only; not written: {named}")

    def needs(self) -> str:
        own = "epochs" if self.update_freq == "epoch" else "batches"
        return finest(own, needs_beyond(self, TensorBoard))

    def on_train_begin(self, logs: Logs = None) -> None:
        self._batch, self._guard = 0, Guard("TensorBoard")

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._steps, self._began = self._iterations(), time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._batch += 1
        if self.update_freq != "epoch" and self._batch % int(self.update_freq) == 0:
            self._add("train", self._batch, "batch", dict(logs or {}))

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        logs = logs or {}
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        rate = getattr(self.model.optimizer, "learning_rate", None)
        if train and rate is not None:
            train["learning_rate"] = float(np.asarray(rate))
        if self.write_steps_per_second:
            seconds = time.perf_counter() - self._began
            train["steps_per_second"] = (self._iterations() - self._steps) / seconds
        held_out = {name[4:]: value for name, value in logs.items() if name.startswith("val_")}
        self._add("train", epoch, "epoch", train)
        self._add("validation", epoch, "epoch", held_out)

    def on_train_end(self, logs: Logs = None) -> None:
        for file in self._files.values():
            self._guard.at_last(file.close)
        self._files = {}

    def _add(self, kind: str, step: int, prefix: str, values: dict[str, Any]) -> None:
        numbers = {f"{prefix}_{name}": float(v) for name, v in values.items() if np.ndim(v) == 0}
        if not numbers:
            return
        self._guard(self._write, kind, step, numbers)

    def _write(self, kind: str, step: int, numbers: dict[str, float]) -> None:
        if kind not in self._files:
            self._files[kind] = EventFile(Path(self.log_dir) / kind)
        self._files[kind].add(step, numbers)

    def _iterations(self) -> int:
        return int(np.asarray(getattr(self.model.optimizer, "iterations", 0)))
