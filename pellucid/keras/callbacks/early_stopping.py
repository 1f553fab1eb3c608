"""Ending a fit that gets no better."""

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.keras.callbacks.callback import Logs
from pellucid.keras.callbacks.monitor_callback import MonitorCallback
from pellucid.keras.engine.base.settings import say
from pellucid.training.rules import EarlyStopping as Rule


class EarlyStopping(MonitorCallback):
    """Ends the fit when `monitor` has not got better by `min_delta` for `patience` epochs.

    With `baseline`, an epoch must beat that, too, before the waiting starts anew; the first
    `start_from_epoch` epochs do not count. With `restore_best_weights` the model has the
    weights of the best epoch at the end of the fit, whether it was stopped or not.

    Afterwards `stopped_epoch`, `best_epoch`, `best` and `wait` tell what happened.

    Source: the behaviour of keras.callbacks.EarlyStopping in Keras 3.15.1, read and compared.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._forget()

    def as_rule(self, first_epoch: int = 0) -> Rule | None:
        """Return this as a rule inside the compiled program, if it can be one."""
        if type(self) is not EarlyStopping or self.watched is None:
            return None
        return Rule(
            monitor=self.watched,
            min_delta=float(self.min_delta),
            patience=max(int(self.patience), 0),
            mode="min" if self.sign > 0 else "max",
            baseline=None if self.baseline is None else float(self.baseline),
            restore_best_weights=bool(self.restore_best_weights),
            start_from_epoch=max(int(self.start_from_epoch) - first_epoch, 0),
        )

    def after_rule(self, logs_by_epoch: Sequence[Mapping[str, Any]], first_epoch: int = 0) -> None:
        """Take over what the rule did in a fit with these logs."""
        self._forget()
        for epoch, logs in enumerate(logs_by_epoch, start=first_epoch):
            if epoch >= self.start_from_epoch:
                self._judge(epoch, logs[self.monitor])
        self._report(restored=self.best is not None)

    def on_train_begin(self, logs: Logs = None) -> None:
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        value = self._value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self._judge(epoch, value) and self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def on_train_end(self, logs: Logs = None) -> None:
        self._report(restored=self.best_weights is not None)
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)

    def _judge(self, epoch: int, value: Any) -> bool:
        """Count this epoch, end the fit if it is time; return whether it was the best one."""
        self.wait += 1
        if self._is_improvement(value, self.best):
            self.best, self.best_epoch = value, epoch
            if self.baseline is None or self._is_improvement(value, self.baseline):
                self.wait = 0
            return True
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True
        return False

    def _report(self, *, restored: bool) -> None:
        if not self.verbose:
            return
        if self.stopped_epoch > 0:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and restored:
            best = self.best_epoch + 1
            say(f"Restoring model weights from the end of the best epoch: {best}.")

    def _forget(self) -> None:
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self.best_weights = None
