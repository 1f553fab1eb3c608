"""What the verbs of the Keras face print: a line an epoch, or one live line.

In a terminal or notebook one line lives and is redrawn a few times a second. In a pipe or
file lines stay, so there are few of them, without control characters.
"""

import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.keras.engine.base.settings import is_interactive_logging_enabled, say
from pellucid.models.live_line import LiveLine

REDRAWN_EVERY = 0.25  # seconds, where a line lives
MOST_LINES = 100  # of a fit, where lines stay


class FitDisplay:
    """Shows the epochs of a fit.

    `verbose` is Keras's: 0 shows nothing, 2 every epoch on a line of its own; 1 and "auto"
    one live line, or, where lines stay, at most about a hundred.
    """

    def __init__(self, epochs: int, verbose: Any = "auto", out: Any = None) -> None:
        self._epochs = epochs
        self._wanted = bool(verbose) and is_interactive_logging_enabled()
        self._out = out or sys.stdout
        self._place = LiveLine(out) if self._wanted and verbose != 2 else None
        self._live = self._place is not None and self._place.live
        self._every = 1 if verbose == 2 else spacing(epochs)
        self._since = time.perf_counter()
        self._seconds: float | None = None
        self._pending = ""

    def took(self, seconds: float) -> None:
        """Take note of how long the epoch that is to end next took."""
        self._seconds = seconds

    def batch(self, epoch: int, batch: int, steps: int | None, logs: Mapping[str, Any]) -> None:
        """Show how far an epoch is, where a line lives."""
        if self._live and self._place is not None and self._place.due(REDRAWN_EVERY):
            done = f"{batch + 1}/{steps or '?'}"
            self._place.draw(f"Epoch {epoch + 1}/{self._epochs} - {done}{values_text(logs)}")

    def epoch(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Show an epoch that has ended; the first is number 0."""
        if not self._wanted:
            return
        now = time.perf_counter()
        seconds = now - self._since if self._seconds is None else self._seconds
        self._since, self._seconds = now, None
        number = epoch + 1
        line = f"Epoch {number}/{self._epochs} - {time_text(seconds)}{values_text(logs)}"
        due = number % self._every == 0 or number in (1, self._epochs)
        self._pending = line
        if self._live and self._place is not None:
            if self._place.due(REDRAWN_EVERY):
                self._place.draw(line)
        elif due:
            self._print(line)

    def close(self) -> None:
        """Leave the last epoch standing."""
        if self._pending and self._live and self._place is not None:
            self._place.draw(self._pending, last=True)
        elif self._pending:
            self._print(self._pending)
        self._pending = ""

    def _print(self, line: str) -> None:
        print(line, file=self._out, flush=True)
        self._pending = ""


def show_evaluation(logs: Mapping[str, Any], seconds: float, verbose: Any = "auto") -> None:
    """Print the one line of `evaluate`, unless `verbose` is 0."""
    if verbose:
        say(f"evaluate - {time_text(seconds)}{values_text(logs)}")


def show_prediction(rows: int, seconds: float, verbose: Any = "auto") -> None:
    """Print the one line of `predict`, if `verbose` asks for it."""
    if verbose and verbose != "auto":
        say(f"predict - {time_text(seconds)} - {rows} rows")


def spacing(epochs: int) -> int:
    """Return every which epoch gets a line, so that there are about a hundred at most.

    Example:
        >>> spacing(100), spacing(150), spacing(1000)
        (1, 2, 10)
    """
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if epochs <= step * MOST_LINES:
                return step
        size *= 10


def time_text(seconds: float) -> str:
    """Return a duration in few characters.

    Example:
        >>> time_text(0.0321), time_text(7.25), time_text(150)
        ('32ms', '7.2s', '2m30s')
    """
    if seconds >= 60:
        return f"{int(seconds) // 60}m{int(seconds) % 60:02d}s"
    return f"{seconds:.1f}s" if seconds >= 0.1 else f"{seconds * 1e3:.0f}ms"


def values_text(logs: Mapping[str, Any]) -> str:
    """Return ` - name: value` for each value, the loss first and held-out ones last.

    Example:
        >>> values_text({"accuracy": 0.5, "loss": 2.0, "val_loss": 0.00005})
        ' - loss: 2.0000 - accuracy: 0.5000 - val_loss: 5.0000e-05'
    """
    names = sorted(logs, key=lambda name: (name.startswith("val_"), not name.endswith("loss")))
    return "".join(f" - {name}: {_short(logs[name])}" for name in names)


def _short(value: Any) -> str:
    if isinstance(value, str) or np.ndim(value):
        return str(value)
    small = value != 0 and abs(value) < 1e-3
    return f"{value:.4e}" if small else f"{value:.4f}"
