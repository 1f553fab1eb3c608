"""What `fit` prints, as the callback that prints it."""

from typing import Any

from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.keras.callbacks.needs import needs_beyond
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.training.printing import FitDisplay


class ProgbarLogger(Callback):
    """Prints the epochs as they come: see `FitDisplay`.

    It needs nothing: it shows what the fit gives it, whenever that is.
    """

    def __init__(self, count_mode: str | None = None, stateful_metrics: Any = None) -> None:
        super().__init__()
        if count_mode is not None or stateful_metrics is not None:
            hint("ProgbarLogger", "ProgbarLogger() takes no arguments since Keras 3")
        self._display = FitDisplay(1)
        self._epoch = 0

    def needs(self) -> str:
        return needs_beyond(self, ProgbarLogger)

    def on_train_begin(self, logs: Logs = None) -> None:
        params = self.params or {}
        self._display = FitDisplay(params.get("epochs") or 1, params.get("verbose", "auto"))

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._display.batch(self._epoch, batch, (self.params or {}).get("steps"), logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._display.epoch(epoch, logs or {})

    def on_train_end(self, logs: Logs = None) -> None:
        self._display.close()

    def took(self, seconds: float) -> None:
        """Take note of how long the epoch that is to end next took."""
        self._display.took(seconds)
