"""Training as an iterator of records."""

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import jax
import numpy as np

from pellucid.base.errors import StateError, explain
from pellucid.functions.schedules import Schedule
from pellucid.training.block import (
    MOST_EPOCHS,
    MOST_STEPS,
    Layout,
    Span,
    begin,
    compile_block,
    value_names,
)
from pellucid.training.evaluation import AT_ONCE
from pellucid.training.looks import Looker, Looks
from pellucid.training.order import check_order
from pellucid.training.record import EpochRecord, Pages, StepsRecord, as_value
from pellucid.training.rules import Rule
from pellucid.training.state import Examples, Recipe, TrainState, split_params

BLOCK_SECONDS = 0.25  # long enough to cost nothing, short enough to be stopped promptly
FIRST_STEPS = 64  # of a fit, before anything is known of its pace


class Pace(NamedTuple):
    """How finely somebody wants to follow a fit."""

    most_epochs: int = MOST_EPOCHS  # a block
    most_steps: int = MOST_STEPS


FREELY = Pace()
EACH_EPOCH = Pace(most_epochs=1)
EACH_STEP = Pace(most_epochs=1, most_steps=1)


class Trainer:
    """Takes a training state through epochs of a recipe."""

    def __init__(self, recipe: Recipe, train: TrainState) -> None:
        self.recipe, self.train = recipe, train
        self.stopped_by: Rule | None = None

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step; may be set between blocks."""
        return float(self.train.learning_rate)

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        if isinstance(self.recipe.optimizer.learning_rate, Schedule):
            what = "The learning rate follows a schedule, so it cannot be set."
            got, hint = rate, "give the optimizer a number instead of a schedule"
            raise StateError(explain(what, got=got, expected="no schedule", hint=hint))
        self.train = self.train._replace(learning_rate=jax.device_put(np.float32(rate)))

    def records(
        self,
        examples: Examples,
        batch_size: int,
        *,
        validation: Examples | None = None,
        rules: Sequence[Rule] = (),
        shuffle: bool | str = True,
        epochs: int | None = None,
        pace: Pace = FREELY,
        at_once: int = AT_ONCE,
        looker: Looker | None = None,
    ) -> Iterator[EpochRecord | StepsRecord]:
        """Train for `epochs`, or for as long as someone asks for the next record.

        Where an epoch takes several blocks, a record of the steps so far comes after each.
        When the last record has been asked for, rules have had their last word. A `looker` is
        shown the state between blocks, which end early for that; the steps are the same.
        """
        batch_size = min(batch_size, len(examples))
        held_out = validation is not None
        check_order(self.recipe, examples, shuffle)
        layout = Layout(len(examples), batch_size, shuffle, held_out, tuple(rules), at_once)
        self.stopped_by = None
        self._run = begin(self.recipe, layout, self.train, examples)
        try:
            looks = Looks(looker, layout.steps)
            yield from self._blocks(layout, examples, validation, epochs, pace, looks)
        finally:
            self.finalize()
            for rule, memory in zip(layout.rules, self._run.memories, strict=True):
                self.train = rule.finish(memory, self.train)

    def finalize(self) -> None:
        """Take the parameters that the optimizer ends training with: averages, if it keeps some."""
        optimizer, train = self.recipe.optimizer, self.train
        if optimizer.use_ema:
            moving, still = split_params(train.params, self.recipe.frozen)
            ended = jax.tree.map(np.array, optimizer.finalized(train.memory, moving))
            self.train = train._replace(params={**jax.device_put(ended), **still})

    def _blocks(
        self,
        layout: Layout,
        examples: Examples,
        validation: Examples | None,
        epochs: int | None,
        pace: Pace,
        looks: Looks,
    ) -> Iterator[EpochRecord | StepsRecord]:
        program = compile_block(self.recipe, layout)
        pages = Pages(value_names(self.recipe, layout))
        epoch, done, step, ahead = int(self.train.epoch), 0, 0, FIRST_STEPS
        while (epochs is None or done < epochs) and self.stopped_by is None:
            left = MOST_EPOCHS if epochs is None else epochs - done
            behind = done * layout.steps + step
            looks.pause(behind, self.train)
            pause = min(ahead, looks.until(behind) or ahead)
            cut = pause < min(ahead, layout.steps - step)  # for a look, not for whoever waits
            span = self._span(layout, step, pause, left, pace)
            began = time.perf_counter()
            self.train, self._run, ledger = program(
                self.train, self._run, examples, validation, span
            )
            looks.meanwhile(ledger)
            jax.block_until_ready(ledger)
            seconds = time.perf_counter() - began
            due = int(span.first) % self.recipe.watch.every == 0
            records = pages.add(ledger, epoch + done + 1, seconds, due=due)
            taken = int(span.epochs) * int(span.last - span.first)
            ahead = _steps_ahead(taken, seconds, ahead)
            done, step = done + len(records), 0 if records else int(span.last)
            if int(self._run.stopped):
                self.stopped_by = layout.rules[int(self._run.stopped) - 1]
            running = {name: as_value(ledger.running[name]) for name in self.recipe.names}
            if (not records and not cut) or pace is EACH_STEP:
                number = epoch + done + (not records)
                yield StepsRecord(number, int(span.last), layout.steps, running)
            yield from records

    def _span(self, layout: Layout, step: int, ahead: int, left: int, pace: Pace) -> Span:
        """Return how far the next block goes: about `ahead` steps."""
        ahead = min(ahead, MOST_STEPS, pace.most_steps)
        if step == 0 and ahead >= layout.steps:
            count = min(ahead // layout.steps, left, pace.most_epochs)
            return _span(count, 0, layout.steps)
        every = self.recipe.watch.every if self.recipe.watch.signals else 1
        ahead = max(ahead // every * every, every if pace.most_steps > 1 else 1)
        last = min(step + ahead, layout.steps)
        return _span(1, step, last)


def _span(epochs: int, first: int, last: int) -> Span:
    return Span(*(np.array(number, np.int32) for number in (epochs, first, last)))


def _steps_ahead(taken: int, seconds: float, planned: int) -> int:
    """Return how many steps should take a block's time, by those just taken.

    No more than eight times as many as were planned: the first block may have compiled, and
    says little.
    """
    most = 8 * max(taken, planned)
    return int(np.clip(taken * BLOCK_SECONDS / max(seconds, 1e-9), 1, most))
