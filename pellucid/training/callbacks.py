"""Python code that acts between epochs or steps, at the price of going back to Python.

What only reads records to stop or set the rate is cheaper as a rule (`rules.py`).
"""

from collections.abc import Callable, Sequence

from pellucid.training.record import EpochRecord, StepsRecord
from pellucid.training.trainer import EACH_EPOCH, EACH_STEP, FREELY, Pace, Trainer


class Control:
    """What a callback may do to a training run."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self.stopped_because = ""

    def stop(self, reason: str) -> None:
        """End the run after this epoch or step."""
        self.stopped_because = reason

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self._trainer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._trainer.learning_rate = rate


class Callback:
    """Reads records as they come, and may steer the run. Override what you need.

    A fit runs an epoch at a time for a callback that overrides `on_epoch_end`, and a step at
    a time for one that overrides `on_steps_end`, unless its `pace` says something else.
    """

    def pace(self) -> Pace:
        """Return how far the next block may go; asked before each."""
        if type(self).on_steps_end is not Callback.on_steps_end:
            return EACH_STEP
        return EACH_EPOCH if type(self).on_epoch_end is not Callback.on_epoch_end else FREELY

    def on_train_begin(self, control: Control) -> None:
        """Act before the first step."""

    def on_steps_end(self, record: StepsRecord, control: Control) -> None:
        """Act on a step that has just ended."""

    def on_epoch_end(self, record: EpochRecord, control: Control) -> None:
        """Act on an epoch that has just ended."""

    def on_train_end(self, control: Control) -> None:
        """Act after the last step, however the run ended."""


def pace_of(callbacks: Sequence[Callback]) -> Callable[[], Pace]:
    """Return what tells how far the next block may go: as far as all of them allow."""

    def pace() -> Pace:
        wanted = [FREELY, *(callback.pace() for callback in callbacks)]
        return Pace(*map(min, zip(*wanted, strict=True)))

    return pace
