"""What an epoch leaves behind, as numbers on the host."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import jax
import numpy as np

from pellucid.training.block import Ledger
from pellucid.training.watch import Signals

Value: TypeAlias = float | np.ndarray  # what a metric gives: most give one number


def as_value(array: Any) -> Value:
    """Return an array on the host: a plain number where it holds only one."""
    return np.array(array) if np.ndim(array) else float(array)


def short(value: Value) -> str:
    """Return a value with four digits, for a line of text.

    Example:
        >>> short(0.123456), short(12345678.0), short(np.array([0.5, 1 / 3]))
        ('0.1235', '12,345,678', '[0.5 0.3333]')
    """
    if np.ndim(value):
        parts = (short(part if np.ndim(part) else float(part)) for part in np.asarray(value))
        return f"[{' '.join(parts)}]"
    number = float(value)
    return f"{number:,.0f}" if 1e4 <= abs(number) < 1e15 else f"{number:.4g}"


class EpochRecord(NamedTuple):
    """One epoch: what it cost, how well it went, how fast, and what was seen inside."""

    epoch: int  # counted from 1 over the whole life of the training state
    values: Mapping[str, Value]  # loss and metrics, those of held-out rows as val_...
    learning_rate: float  # of its last step
    seconds: float
    step_losses: np.ndarray  # (steps,), mean loss of each mini-batch
    signals: Signals  # every leaf starts with an axis of looks

    @property
    def loss(self) -> float:
        """The mean loss over the rows trained on."""
        return float(self.values["loss"])


class StepsRecord(NamedTuple):
    """A part of an epoch in progress."""

    epoch: int
    step: int  # steps of this epoch so far
    steps: int  # steps an epoch has
    values: Mapping[str, Value]  # of the epoch so far


class Pages:
    """Collects the ledgers of blocks, and gives out the epochs they complete."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names  # of the values, in the order of a record
        self._losses: list[np.ndarray] = []
        self._signals: list[Signals] = []
        self._seconds = 0.0

    def add(
        self, ledger: Ledger, epoch: int, seconds: float, *, due: bool = True
    ) -> list[EpochRecord]:
        """Return the records of the epochs that end in `ledger`, `epoch` the first of them.

        A block always looks at its first step. Where no look was `due` there, it is left out,
        so that the records of an epoch are the same however it was cut into blocks.
        """
        page: Any = jax.device_get(ledger)
        self._losses.append(np.array(page.losses[: page.steps]))
        looks = slice(0 if due or not page.looks else 1, int(page.looks))
        self._signals.append(jax.tree.map(lambda s: np.array(s[looks]), page.signals))
        self._seconds += seconds
        count = int(page.epochs)
        if not count:
            return []
        losses = np.concatenate(self._losses).reshape(count, -1)
        looks_by_epoch = jax.tree.map(
            lambda *parts: np.concatenate(parts).reshape(count, -1, *parts[0].shape[1:]),
            *self._signals,
        )
        each = self._seconds / count
        self._losses, self._signals, self._seconds = [], [], 0.0
        return [
            EpochRecord(
                epoch + row,
                {name: as_value(page.values[name][row]) for name in self._names},
                float(page.rates[row]),
                each,
                losses[row],
                jax.tree.map(lambda s, row=row: s[row], looks_by_epoch),
            )
            for row in range(count)
        ]
