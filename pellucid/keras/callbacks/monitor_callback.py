"""What callbacks share that follow one value of the logs."""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.keras.callbacks.direction import sign_of
from pellucid.keras.callbacks.spelling import found_as
from pellucid.keras.engine.base.hints import hint

MODES = ("auto", "min", "max")


class Expected(NamedTuple):
    """What the logs of a fit will hold."""

    names: tuple[str, ...]
    held_out: tuple[str, ...] = ()  # what validation data would add, where there are none
    complete: bool = True  # whether nobody else adds to the logs

    def find(self, name: str, asker: str) -> str:
        """Return the name under which the logs will have `name`.

        Raises:
            ConfigError: they will not have it.
        """
        found = found_as(name, self.names)
        if found is not None:
            return found
        without = found_as(name, self.held_out)
        if without is not None:
            there = "there are no held-out rows: give validation_data= or validation_split="
            hint(f"{asker} {name}", f"{asker} waits for {name!r}, but {there}")
            return without
        if not self.complete:
            return name
        what = f"{asker} asks for {name!r}, which this fit will not record."
        names = ", ".join(self.names)
        closest = nearest(name, self.names)
        raise ConfigError(explain(what, got=name, expected=names, hint=closest))


class MonitorCallback(Callback, ABC):
    """Follows `monitor`, and tells whether it has got better by more than `min_delta`.

    With `mode="auto"` the direction is the metric's own: see `sign_of`.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
        super().__init__()
        if mode not in MODES:
            named = type(self).__name__
            hint(f"mode {mode}", f"{named} knows no mode {mode!r}: auto, min or max; took auto")
            mode = "auto"
        self.monitor, self.mode = monitor, mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self._sign: float | None = None
        self._expected: Expected | None = None

    @abstractmethod
    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Look at the monitored value."""

    def expect(self, expected: Expected) -> None:
        """Learn before the first epoch what the logs will hold, and find `monitor` there."""
        self._expected = expected
        self.monitor = expected.find(self.monitor, type(self).__name__)
        self._sign = None
        self.sign  # noqa: B018 -- a direction that nobody knows is refused before the first epoch

    @property
    def watched(self) -> str | None:
        """`monitor`, if the logs are sure to hold it after every epoch."""
        sure = self._expected is not None and self.monitor in self._expected.names
        return self.monitor if sure else None

    @property
    def sign(self) -> float:
        """1 if a smaller value is better, -1 if a larger one is."""
        if self._sign is None:
            known = {"min": 1.0, "max": -1.0}
            self._sign = known.get(self.mode) or sign_of(self.monitor, self._model)
        return self._sign

    def monitor_op(self, value: Any, reference: Any) -> bool:
        """Tell whether `value` is better than `reference`."""
        return bool(self.sign * np.float32(value) < self.sign * np.float32(reference))

    def _is_improvement(self, value: Any, reference: Any) -> bool:
        """Tell whether `value` is better by more than `min_delta`; than None, anything is.

        In float32, as the rule inside a compiled program does it. Any number is better than
        what is no number.
        """
        if reference is None:
            return True
        if np.isnan(reference):
            return not np.isnan(value)
        turned = np.float32(self.sign) * np.float32(value) + np.float32(self.min_delta)
        return bool(turned < np.float32(self.sign) * np.float32(reference))

    def _value(self, logs: Logs) -> Any:
        """Return the monitored value; None, said once, where it is missing."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None and not (self._expected and self.monitor in self._expected.names):
            there = f"the logs have {', '.join(logs) or 'nothing'}"
            asker = type(self).__name__
            hint(f"{asker} {self.monitor}", f"{asker} waits for {self.monitor!r}, but {there}")
        return value
