"""What an epoch leaves behind, as numbers on the host."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import jax
import numpy as np
from jaxtyping import Float

from pellucid.training.block import Layout, Ledger, signals_of
from pellucid.training.state import Examples, Recipe, TrainState
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
    step_losses: np.ndarray  # (step,), mean loss of each mini-batch so far


class Page(NamedTuple):
    """What was recorded of the epoch in progress."""

    losses: Float[np.ndarray, " steps"]  # mean loss of each mini-batch
    signals: Signals  # every leaf starts with an axis of looks
    seconds: float


NO_PAGE = Page(np.zeros(0, np.float32), {}, 0.0)


def blank_page(recipe: Recipe, layout: Layout, train: TrainState, examples: Examples) -> Page:
    """Return the page of an epoch of such a fit before its first step."""
    form = signals_of(recipe, train, examples, layout.batch_size)
    return Page(NO_PAGE.losses, jax.tree.map(lambda s: np.zeros((0, *s.shape), s.dtype), form), 0.0)


class Pages:
    """Collects the ledgers of blocks, and gives out the epochs they complete."""

    def __init__(self, names: tuple[str, ...], begun: Page = NO_PAGE) -> None:
        self._names = names  # of the values, in the order of a record
        self._parts = [begun] if len(begun.losses) else []
        self._blank = Page(begun.losses[:0], jax.tree.map(lambda s: s[:0], begun.signals), 0.0)

    @property
    def open(self) -> Page:
        """What was recorded of the epoch in progress."""
        if not self._parts:
            return self._blank
        losses, signals, seconds = zip(*self._parts, strict=True)
        looked = jax.tree.map(lambda *parts: np.concatenate(parts), *signals)
        return Page(np.concatenate(losses), looked, sum(seconds))

    def cut(self, epoch: int, values: Mapping[str, Value], rate: float) -> EpochRecord:
        """Return the record of an epoch that ends before its time."""
        losses, signals, seconds = self.open
        self._parts = []
        return EpochRecord(epoch, values, rate, seconds, losses, signals)

    def add(
        self, ledger: Ledger, epoch: int, seconds: float, *, due: bool = True
    ) -> list[EpochRecord]:
        """Return the records of the epochs that end in `ledger`, `epoch` the first of them.

        A block always looks at its first step. Where no look was `due` there, it is left out,
        so that the records of an epoch are the same however it was cut into blocks.
        """
        page: Any = jax.device_get(ledger)
        looks = slice(0 if due or not page.looks else 1, int(page.looks))
        signals = jax.tree.map(lambda s: np.array(s[looks]), page.signals)
        self._parts.append(Page(np.array(page.losses[: page.steps]), signals, seconds))
        count = int(page.epochs)
        if not count:
            return []
        losses, signals, seconds = self.open
        losses = losses.reshape(count, -1)
        signals = jax.tree.map(lambda s: s.reshape(count, -1, *s.shape[1:]), signals)
        self._parts = []
        return [
            EpochRecord(
                epoch + row,
                {name: as_value(page.values[name][row]) for name in self._names},
                float(page.rates[row]),
                seconds / count,
                losses[row],
                jax.tree.map(lambda s, row=row: s[row], signals),
            )
            for row in range(count)
        ]
