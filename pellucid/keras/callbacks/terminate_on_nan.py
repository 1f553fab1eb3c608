"""Ending a fit whose loss is no number any more."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.base.errors import StateError, explain
from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.keras.engine.base.settings import say
from pellucid.keras.engine.base.strictness import strict
from pellucid.training.rules import TerminateOnNaN as Rule


class TerminateOnNaN(Callback):
    """Ends the fit when the loss is not finite; with `raise_error`, by an error.

    As a rule inside the compiled program it looks at each epoch's loss, which is not finite
    if a batch's was not; with an error to raise, or in strict Keras, at each batch's.
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def as_rule(self, first_epoch: int = 0) -> Rule | None:
        """Return this as a rule inside the compiled program, if it can be one."""
        del first_epoch
        by_batches = self.raise_error or strict()
        return Rule() if type(self) is TerminateOnNaN and not by_batches else None

    def after_rule(self, logs_by_epoch: Sequence[Mapping[str, Any]], first_epoch: int = 0) -> None:
        """Take over what the rule did in a fit with these logs."""
        if logs_by_epoch and not math.isfinite(logs_by_epoch[-1]["loss"]):
            self._end(f"Epoch {first_epoch + len(logs_by_epoch)}")

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            what = f"The loss is no longer a finite number, since batch {batch}."
            hint = "try a smaller learning rate, and look for NaN in the data"
            raise StateError(explain(what, got=loss, expected="a finite loss", hint=hint))
        self._end(f"Batch {batch}")

    def _end(self, when: str) -> None:
        say(f"{when}: the loss is no longer a finite number, so training ends")
        self.model.stop_training = True
