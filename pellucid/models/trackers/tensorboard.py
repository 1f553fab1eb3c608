"""The values of a fit, for TensorBoard to show."""

import os
from pathlib import Path

from pellucid.models.trackers.event_file import EventFile
from pellucid.models.trackers.tracker import Tracker, numbers
from pellucid.training.record import EpochRecord


class TensorBoard(Tracker):
    """Writes `epoch_loss` and its like to `log_dir`/train, held-out ones to `log_dir`/validation.

    With update_freq "batch" also `batch_loss`, the loss of every step. `tensorboard --logdir
    LOG_DIR` shows them; neither TensorBoard nor TensorFlow is needed to write.
    """

    def __init__(
        self, log_dir: str | os.PathLike[str] = "logs", update_freq: str = "epoch"
    ) -> None:
        super().__init__()
        self.log_dir, self.update_freq = Path(log_dir), update_freq
        self._files: dict[str, EventFile] = {}

    def log(self, record: EpochRecord) -> None:
        train, held_out = {}, {}
        for name, value in numbers(record).items():
            side = held_out if name.startswith("val_") else train
            side[f"epoch_{name.removeprefix('val_')}"] = value
        if self.update_freq == "batch":
            first = (record.epoch - 1) * len(record.step_losses)
            for step, loss in enumerate(record.step_losses, start=first + 1):
                self._file("train").add(step, {"batch_loss": float(loss)})
        self._file("train").add(record.epoch, train)
        if held_out:
            self._file("validation").add(record.epoch, held_out)

    def end(self) -> None:
        for file in self._files.values():
            file.close()
        self._files = {}

    def _file(self, side: str) -> EventFile:
        if side not in self._files:
            self._files[side] = EventFile(self.log_dir / side)
        return self._files[side]
