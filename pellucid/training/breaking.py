"""A loss that is no finite number: the last state before it, and where it came from.

Random numbers are counted, so the steps since an earlier state can be taken again, bit for
bit: a copy now and then is enough to come back to any step.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.base.types import Seed
from pellucid.network.network import Forward
from pellucid.training.block import Block, Layout, Ledger, Run, spans
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.measuring import costs_of
from pellucid.training.order import order_of
from pellucid.training.programs import compile_look
from pellucid.training.rules import TerminateOnNaN
from pellucid.training.state import Examples, Recipe, TrainState
from pellucid.training.streaming import Feed

SHARE = 50  # training goes on this many times as long as the last copy took, before the next


class Break(NamedTuple):
    """Where training stopped being arithmetic."""

    epoch: int  # counted from 1 over the life of the training state
    step: int  # of that epoch, counted from 1
    rows: tuple[int, ...]  # of the mini-batch, counted from 0 among the rows trained on
    culprits: tuple[int, ...]  # those whose own numbers are no finite ones, where that is known
    signal: str  # what first was no finite number: input, z, a, cost, loss, delta, gradient, update
    layer: str | None = None

    def __str__(self) -> str:
        place = f"{self.signal} of {self.layer!r}" if self.layer else self.signal
        whose = self.culprits or self.rows
        named = ", ".join(map(str, whose[:5])) + (", ..." if len(whose) > 5 else "")
        rows = f"row{'s' if len(whose) > 1 else ''} {named}"
        return f"first in {place}, in step {self.step} of epoch {self.epoch}, {rows}"


class Past(NamedTuple):
    """A state of a fit, on the host."""

    train: TrainState
    run: Run
    step: int  # of the fit


class Rewind:
    """Remembers where a fit stood not long ago, and comes back to any step since."""

    def __init__(
        self,
        recipe: Recipe,
        layout: Layout,
        feed: Feed,
        validation: Examples | None,
    ) -> None:
        self._recipe, self._layout = recipe, layout
        self._feed, self._validation = feed, validation
        stops = [isinstance(rule, TerminateOnNaN) for rule in layout.rules]
        self.rule = stops.index(True) + 1 if any(stops) else 0  # as `Run.stopped` counts them
        self._past: Past | None = None
        self._latest: TrainState | None = None  # that the last block has left
        self._cost, self._copied = 0.0, 0.0  # seconds; when

    def remember(self, train: TrainState, run: Run, step: int) -> None:
        """Copy a state if it is time to, or somebody has changed it since the last block."""
        now = time.perf_counter()
        known = self._past is not None and train is self._latest
        known = known and self._layout.devices == 1  # several must go back to the same step
        if not self.rule or (known and now - self._copied < SHARE * self._cost):
            return
        host: Any = jax.tree.map(np.array, jax.device_get((train, run)))
        self._past, self._copied = Past(host[0], host[1], step), time.perf_counter()
        self._cost = self._copied - now

    def broken(self, train: TrainState, ledger: Ledger, step: int) -> int | None:
        """Return the first step of a block from `step` on whose loss is no finite number."""
        self._latest = train
        if not self.rule:
            return None
        fine = np.isfinite(np.asarray(ledger.losses)[: int(ledger.steps)])
        return None if fine.all() else step + int(np.argmin(fine))

    def found(self, program: Block, step: int) -> tuple[TrainState, Break]:
        """Return the state before a step whose loss is not finite, and what broke it.

        Where that state is not finite itself, it is the step before that has broken it.
        """
        train = self._before(program, step)
        while not _is_finite(train) and self._past is not None and step > self._past.step:
            step -= 1
            train = self._before(program, step)
        return train, self._look(train, step % self._layout.steps)

    def _before(self, program: Block, step: int) -> TrainState:
        """Take the steps from the state remembered up to `step` again."""
        assert self._past is not None
        train, run, _ = jax.device_put(tuple(self._past))
        for span in spans(self._layout, self._past.step, step):
            examples = self._feed.at(int(train.epoch), int(span.first))
            train, run, _ = program(train, run, examples, self._validation, span)
        return train

    def _look(self, train: TrainState, step: int) -> Break:
        """Take the step apart that breaks `train`."""
        rows, batch = self._batch(train, step)
        record = jax.device_get(compile_look(self._recipe)(train, batch))
        at = int(train.epoch) + 1, step + 1, tuple(rows.tolist())
        for signal, layer, array in _in_order(self._recipe, batch, record):
            bad = ~np.isfinite(array)
            if bad.any():
                by_row = array.ndim and len(array) == len(rows) and signal in OF_ROWS
                wrong = rows[bad.reshape(len(rows), -1).any(axis=1)] if by_row else rows[:0]
                return Break(*at, tuple(wrong.tolist()), signal, layer)
        return Break(*at, (), "update")

    def _batch(self, train: TrainState, step: int) -> tuple[np.ndarray, Examples]:
        """Return the mini-batch of a step of the epoch, and which rows it has."""
        size, epoch = self._layout.batch_size, int(train.epoch)
        examples = self._feed.at(epoch, step)
        if self._layout.part:
            rows, first = self._feed.numbers(epoch, step), step % self._layout.stretch * size
            places = np.arange(first, first + len(rows))
            if examples.order is not None:
                places = np.asarray(examples.order)[places]
        else:
            order = _compile_order(self._recipe, self._layout.shuffle)
            rows = np.array(order(examples, train.seed, train.epoch))[step * size :][:size]
            places = rows
        batch = examples.ordered(None)
        return rows, jax.tree.map(lambda column: np.asarray(column)[places], batch)


OF_ROWS = ("input", "z", "a", "cost", "delta")


def _in_order(recipe: Recipe, batch: Examples, record: Any) -> Any:
    """Give what a step computes in the order in which it does, with signal and layer."""
    names = [node.name for node in recipe.network.nodes]
    for name, column in batch.inputs.items():
        yield "input", name, np.asarray(column)
    for name in names:
        for signal in ("z", "a"):
            for array in jax.tree.leaves(record.signals[signal].get(name, ())):
                yield signal, name, np.asarray(array)
    for name, cost in _compile_costs(recipe)(record.signals["z"], batch).items():
        yield "cost", name, np.asarray(cost)
    yield "loss", None, np.asarray(record.loss)
    for signal in ("delta", "gradient"):
        for name in reversed(names):
            for array in jax.tree.leaves(record.signals[signal].get(name, ())):
                yield signal, name, np.asarray(array)


def _is_finite(train: TrainState) -> bool:
    leaves = jax.tree.leaves((train.params, train.state))
    return all(bool(np.isfinite(np.asarray(leaf, np.float32)).all()) for leaf in leaves)


@keep_latest
def _compile_costs(recipe: Recipe) -> Callable[[Any, Examples], dict[str, Any]]:
    def costs(z: Any, batch: Examples) -> dict[str, Any]:
        forward = Forward(z, z, {}, {}, jnp.zeros(()))
        return costs_of(recipe, forward, batch)

    return compiled(costs)


@keep_latest
def _compile_order(recipe: Recipe, shuffle: bool | str) -> Callable[[Examples, Seed, Any], Any]:
    def order(examples: Examples, seed: Seed, epoch: Any) -> Any:
        return order_of(recipe, examples, shuffle, seed, epoch)

    return compiled(order)
