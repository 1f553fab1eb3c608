"""A learning rate for each epoch, from a function."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.keras.engine.base.settings import say


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch to `schedule(epoch, rate)`, or `schedule(epoch)`.

    The first epoch has number 0. The logs get the rate as `learning_rate`.
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        optimizer = self.model.optimizer
        now = float(np.asarray(optimizer.learning_rate))
        rate = self._ask(epoch, now)
        optimizer.learning_rate = rate
        if self.verbose:
            setting = f"LearningRateScheduler setting learning rate to {rate}."
            say(f"\nEpoch {epoch + 1}: {setting}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(np.asarray(self.model.optimizer.learning_rate))

    def _ask(self, epoch: int, now: float) -> float:
        wants_rate = _takes_two(self.schedule)
        rate = self.schedule(epoch, now) if wants_rate else self.schedule(epoch)
        number = np.asarray(rate)
        if number.ndim or number.dtype.kind not in "iuf":
            what = f"The schedule gave no learning rate for epoch {epoch}."
            raise ConfigError(explain(what, got=repr(rate), expected="a number"))
        return float(number)


def _takes_two(schedule: Callable[..., Any]) -> bool:
    try:
        inspect.signature(schedule).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # a built-in that does not say
        return True
    return True
