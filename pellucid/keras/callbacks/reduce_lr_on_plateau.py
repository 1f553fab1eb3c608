"""A smaller learning rate where the fit gets no better."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.callbacks.callback import Logs
from pellucid.keras.callbacks.monitor_callback import MonitorCallback
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.settings import say
from pellucid.training.rules import ReduceLROnPlateau as Rule


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by `factor` after `patience` epochs that were no better.

    Then `cooldown` epochs do not count; the rate never goes below `min_lr`. The logs get the
    rate of each epoch as `learning_rate`.

    Source: the behaviour of keras.callbacks.ReduceLROnPlateau in Keras 3.15.1, compared.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        if "epsilon" in kwargs:
            hint("plateau epsilon", "epsilon= is called min_delta= since Keras 2.1")
            min_delta = kwargs["epsilon"]
        super().__init__(monitor, mode, min_delta=min_delta)
        if not factor < 1:
            what = "ReduceLROnPlateau is to make the learning rate smaller."
            raise ConfigError(explain(what, got=f"factor={factor}", expected="a number below 1"))
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self.cooldown_counter = self.wait = 0

    def as_rule(self, first_epoch: int = 0) -> Rule | None:
        """Return this as a rule inside the compiled program, if it can be one."""
        del first_epoch
        speaks = bool(self.verbose)  # when it happens, not when all is over
        if type(self) is not ReduceLROnPlateau or self.watched is None:
            return None
        if speaks or not self.factor > 0:
            return None
        return Rule(
            monitor=self.watched,
            min_delta=float(self.min_delta),
            patience=max(int(self.patience), 0),
            mode="min" if self.sign > 0 else "max",
            factor=float(self.factor),
            cooldown=max(int(self.cooldown), 0),
            min_lr=max(float(self.min_lr), 0.0),
        )

    def after_rule(self, logs_by_epoch: Sequence[Mapping[str, Any]], first_epoch: int = 0) -> None:
        """Take over what the rule did in a fit with these logs."""
        del first_epoch
        self._reset()
        for logs in logs_by_epoch:
            self._judge(logs[self.monitor], logs["learning_rate"])

    def on_train_begin(self, logs: Logs = None) -> None:
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = {} if logs is None else logs
        rate = logs["learning_rate"] = self._rate()
        value = self._value(logs)
        if value is None:
            return
        lower = self._judge(value, rate)
        if lower is not None:
            self.model.optimizer.learning_rate = lower
            if self.verbose:
                reduced = f"ReduceLROnPlateau reducing learning rate to {lower}."
                say(f"\nEpoch {epoch + 1}: {reduced}")

    def in_cooldown(self) -> bool:
        """Tell whether epochs do not count just now."""
        return self.cooldown_counter > 0

    def _judge(self, value: Any, rate: float) -> float | None:
        """Count an epoch; return the new rate, if there is to be one."""
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(value, self.best):
            self.best, self.wait = value, 0
            return None
        if self.in_cooldown():
            return None
        self.wait += 1
        if self.wait < self.patience or rate <= np.float32(self.min_lr):
            return None
        self.cooldown_counter, self.wait = self.cooldown, 0
        return max(rate * self.factor, self.min_lr)

    def _rate(self) -> float:
        return float(np.asarray(self.model.optimizer.learning_rate))

    def _reset(self) -> None:
        self.best, self.cooldown_counter, self.wait = None, 0, 0
