"""The contract of trackers: they keep what an epoch leaves behind, and never stop a fit."""

from abc import ABC, abstractmethod

import numpy as np

from pellucid.models.trackers.guard import Guard
from pellucid.training.callbacks import Callback, Control
from pellucid.training.record import EpochRecord


class Tracker(Callback, ABC):
    """A callback that writes down each epoch. If it fails, it warns once, and is left out.

    Epochs are counted from 1, over all fits of a model.
    """

    def __init__(self) -> None:
        self._guard = Guard(type(self).__name__)

    def begin(self) -> None:
        """Open what is written to."""

    @abstractmethod
    def log(self, record: EpochRecord) -> None:
        """Write down an epoch."""

    def end(self) -> None:
        """Close what was written to."""

    def on_train_begin(self, control: Control) -> None:
        del control
        self._guard = Guard(type(self).__name__)
        self._guard(self.begin)

    def on_epoch_end(self, record: EpochRecord, control: Control) -> None:
        del control
        self._guard(self.log, record)

    def on_train_end(self, control: Control) -> None:
        del control
        self._guard.at_last(self.end)


def numbers(record: EpochRecord) -> dict[str, float]:
    """Return what one number can say of an epoch: values, learning rate and seconds."""
    plain = {name: float(v) for name, v in record.values.items() if np.ndim(v) == 0}
    return {**plain, "learning_rate": record.learning_rate, "seconds": record.seconds}
