"""Keras's progress bar: a count, a bar, the time left, and the metrics so far."""

import math
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.settings import say

BOLD, GREEN, WHITE, PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"
MINUTE, HOUR = 60, 3600


class Progbar:
    """A bar that `update` redraws; averages what it is told, weighted by steps.

    Attributes:
        target: How many steps there will be, or None.
        verbose: 0 silent, 1 a bar, 2 one line at the end.
        stateful_metrics: Names of metrics shown as they are, not averaged.
        interval: At least so many seconds between two drawings.
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            what = "Progbar(...) takes one of stateful_metrics and stateless_metrics."
            raise ConfigError(explain(what, got="both", expected="one of them, or none"))
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._sums: dict[str, tuple[Any, int]] = {}
        self._seen = 0
        self._start = time.time()
        self._after_first: float | None = None
        self._drawn = 0.0
        self._drawn_width = 0

    def update(
        self,
        current: int,
        values: Iterable[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Show that `current` steps are done, with (name, value of the last step) pairs."""
        last = finalize
        if last is None:
            last = self.target is not None and current >= self.target
        for name, value in values or ():
            self._take(name, value, current, last)
        self._seen = current
        now = time.time()
        pace = self._pace(current, now)
        if self.verbose == 1 and (last or now - self._drawn >= self.interval):
            self._draw(current, now, pace, last)
            self._drawn = now
        elif self.verbose == 2 and last and self.target:
            elapsed = f"{now - self._start:.0f}s -{pace_in_words(pace, self.unit_name)}"
            say(f"{self._count(current)} - {elapsed}{self._metrics()}")

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Show that `n` more steps are done."""
        self.update(self._seen + n, values)

    def _take(self, name: str, value: Any, current: int, last: bool) -> None:
        averaged = (
            name not in self.stateful_metrics
            if self.stateless_metrics is None
            else name in self.stateless_metrics
        )
        if last or not averaged:
            self._sums[name] = value, 1
            return
        steps = max(current - self._seen, 1)
        total, count = self._sums.get(name, (0.0, 0))
        self._sums[name] = total + value * steps, count + steps

    def _pace(self, current: int, now: float) -> float:
        if not current:
            return 0.0
        if self._after_first is not None and current > 1:  # the first step compiles
            return (now - self._after_first) / (current - 1)
        if current == 1:
            self._after_first = now
        return (now - self._start) / current

    def _draw(self, current: int, now: float, pace: float, last: bool) -> None:
        if self.target:
            full = min(int(self.width * current / self.target), self.width)
            done = f"{GREEN}{'━' * full}{PLAIN}" if full else ""
            bar = f"{BOLD}{self._count(current)}{PLAIN} {done}"
            bar += f"{WHITE}{'━' * (self.width - full)}{PLAIN}"
        else:
            bar = f"{current:7d}/Unknown"
        left = (self.target - current) * pace if self.target and not last else None
        clock = f"{now - self._start:.0f}s" if left is None else _time_left(left)
        line = f"{bar} {BOLD}{clock}{PLAIN}{pace_in_words(pace, self.unit_name)}{self._metrics()}"
        width = len(line) - sum(line.count(c) * len(c) for c in (BOLD, GREEN, WHITE, PLAIN))
        blanks = " " * max(self._drawn_width - width, 0)
        say("\b" * self._drawn_width + "\r" + line + blanks, end="\n" if last else "")
        self._drawn_width = width

    def _count(self, current: int) -> str:
        digits = int(math.log10(self.target or 1)) + 1
        return f"{current:{digits}d}/{self.target}"

    def _metrics(self) -> str:
        told = ""
        for name, (total, count) in self._sums.items():
            mean = float(np.mean(total)) / max(1, count)
            told += f" - {name}: {mean:.4f}" if abs(mean) > 1e-3 else f" - {name}: {mean:.4e}"
        return told


def pace_in_words(seconds: float, unit: str) -> str:
    """Return the time a step takes, as Keras writes it.

    Example:
        >>> pace_in_words(0.0123, "step")
        ' 12ms/step'
    """
    if seconds >= 1 or seconds == 0:
        return f" {seconds:.0f}s/{unit}"
    return f" {seconds * 1e3:.0f}ms/{unit}" if seconds >= 1e-3 else f" {seconds * 1e6:.0f}us/{unit}"


def _time_left(seconds: float) -> str:
    whole = int(seconds)
    if seconds > HOUR:
        return f"{whole // HOUR}:{whole % HOUR // MINUTE:02d}:{whole % MINUTE:02d}"
    return f"{whole // MINUTE}:{whole % MINUTE:02d}" if seconds > MINUTE else f"{whole}s"
