"""Training as an iterator of records."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import jax
import numpy as np

from pellucid.base.errors import DataError, FileError, StateError, explain
from pellucid.functions.schedules import Schedule
from pellucid.training.block import (
    MOST_EPOCHS,
    MOST_STEPS,
    Layout,
    Ledger,
    Span,
    begin,
    check_shares,
    compile_block,
    span_of,
    value_names,
)
from pellucid.training.breaking import Break, Rewind
from pellucid.training.devices import agreed
from pellucid.training.evaluation import AT_ONCE
from pellucid.training.looks import Looker, Looks
from pellucid.training.order import check_order
from pellucid.training.placement import place
from pellucid.training.record import NO_PAGE, EpochRecord, Pages, StepsRecord, as_value, blank_page
from pellucid.training.rules import Rule
from pellucid.training.standing import Keeper, Standing
from pellucid.training.state import Examples, Recipe, TrainState, split_params
from pellucid.training.streaming import Feed, Streamed

BLOCK_SECONDS = 0.5  # long enough to cost nothing, short enough to be stopped promptly
FIRST_STEPS = 64  # of a fit, before anything is known of its pace
STEPS_TOGETHER = 512  # that several devices take in a block

Record: TypeAlias = EpochRecord | StepsRecord
Records: TypeAlias = Sequence[Record]


class Pace(NamedTuple):
    """How finely somebody wants to follow a fit."""

    most_epochs: int = MOST_EPOCHS  # a block
    most_steps: int = MOST_STEPS
    seconds: float = BLOCK_SECONDS  # that a block should take


FREELY = Pace()
EACH_EPOCH = Pace(most_epochs=1)
EACH_STEP = Pace(most_epochs=1, most_steps=1)


class Trainer:
    """Takes a training state through epochs of a recipe."""

    def __init__(self, recipe: Recipe, train: TrainState) -> None:
        self.recipe, self.train = recipe, train
        self.stopped_by: Rule | None = None
        self.broken: Break | None = None  # where the loss stopped being a finite number
        self.began = 0  # epochs that the state had seen before the last fit
        self._halted = False

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
        examples: Examples | Streamed,
        batch_size: int,
        *,
        validation: Examples | None = None,
        rules: Sequence[Rule] = (),
        shuffle: bool | str = True,
        epochs: int | None = None,
        pace: Pace | Callable[[], Pace] = FREELY,
        at_once: int = AT_ONCE,
        looker: Looker | None = None,
        keeper: Keeper | None = None,
        devices: int = 1,
    ) -> Generator[Record, None, None]:
        """Train for `epochs`, or for as long as someone asks for the next record.

        Where an epoch takes several blocks, a record of the steps so far comes after each.
        When the last record has been asked for, rules have had their last word. A `looker` is
        shown the state between blocks, which end early for that; the steps are the same. The
        `pace` may be a function, which is asked before each block. A `keeper` may know where to
        go on, and is told after each block where the fit stands. Of streamed examples a block
        takes the steps that one part has rows for. Several `devices` share each mini-batch.
        """
        if isinstance(examples, Streamed):
            rows, part, sample = examples.rows, examples.size, examples.sample
        else:
            rows, part, sample = len(examples), 0, examples
        held_out, batch_size = validation is not None, min(batch_size, rows)
        check_order(self.recipe, sample, shuffle)
        layout = Layout(rows, batch_size, shuffle, held_out, tuple(rules), at_once, part, devices)
        check_shares(layout)
        self._take_up(layout, sample, keeper)
        feed = Feed(examples, layout, None if epochs is None else self.began + epochs)
        validation = validation and place(validation, devices)
        blocks = self._blocks(layout, feed, validation, epochs, pace, Looks(looker, layout.steps))
        return self._ended(layout, self._kept(blocks, keeper), feed)

    def halt(self) -> None:
        """End the fit after this block, whose records are all still to be had."""
        self._halted = True

    @property
    def standing(self) -> Standing:
        """Where the fit stands; its arrays are used up by the next block."""
        page = self._pages.open
        return Standing(self.train, self._run, self.began, self._done, self._step, page)

    def finalize(self) -> None:
        """Take the parameters that the optimizer ends training with: averages, if it keeps some."""
        optimizer, train = self.recipe.optimizer, self.train
        if optimizer.use_ema:
            moving, still = split_params(train.params, self.recipe.frozen)
            ended = jax.tree.map(np.array, optimizer.finalized(train.memory, moving))
            self.train = train._replace(params={**jax.device_put(ended), **still})

    def _take_up(self, layout: Layout, examples: Examples, keeper: Keeper | None) -> None:
        """Begin at no epoch, unless the keeper knows of a place further on."""
        run, began = begin(self.recipe, layout, self.train, examples), int(self.train.epoch)
        page = blank_page(self.recipe, layout, self.train, examples) if keeper else NO_PAGE
        here = Standing(self.train, run, began, 0, 0, page)
        there = keeper.found(here) if keeper else None
        if there is not None:
            here = there._replace(train=jax.device_put(there.train))
        self.train, self._run, self.began, self._done, self._step, page = here
        self._pages = Pages(value_names(self.recipe, layout), page)
        self.stopped_by, self.broken, self._halted = self._stopper(layout), None, False

    def _stopper(self, layout: Layout) -> Rule | None:
        number = int(self._run.stopped)
        return layout.rules[number - 1] if number else None

    def _kept(self, blocks: Iterator[Records], keeper: Keeper | None) -> Iterator[Record]:
        """Give the records of each block, and let the keeper take note of where that led."""
        try:
            for records in blocks:
                yield from records
                if keeper is not None:
                    keeper.keep(self.standing, last=False)
        except (DataError, FileError):  # rows could not be read; what came before them stays
            if keeper is not None:
                keeper.keep(self.standing, last=True)
            raise
        if keeper is not None:
            keeper.keep(self.standing, last=True)

    def _ended(
        self, layout: Layout, records: Iterator[Record], feed: Feed
    ) -> Generator[Record, None, None]:
        """Give the records; then let the optimizer and the rules have their last word."""
        try:
            yield from records
        finally:
            feed.close()
            self.finalize()
            for rule, memory in zip(layout.rules, self._run.memories, strict=True):
                self.train = rule.finish(memory, self.train)

    def _blocks(
        self,
        layout: Layout,
        feed: Feed,
        validation: Examples | None,
        epochs: int | None,
        pace: Pace | Callable[[], Pace],
        looks: Looks,
    ) -> Iterator[Records]:
        """Go block by block, and give the records of each."""
        program = compile_block(self.recipe, layout)
        ahead = FIRST_STEPS if layout.devices == 1 else STEPS_TOGETHER
        rewind = Rewind(self.recipe, layout, feed, validation)
        while (epochs is None or self._done < epochs) and not (
            self.stopped_by or agreed(self._halted, layout.devices)
        ):
            left = MOST_EPOCHS if epochs is None else epochs - self._done
            behind = self._done * layout.steps + self._step
            now = pace() if callable(pace) else pace
            looks.pause(behind, self.train)
            pause = min(ahead, looks.until(behind) or ahead)
            cut = pause < min(ahead, layout.steps - self._step)  # for a look, not for who waits
            span = self._span(layout, self._step, pause, left, now)
            rewind.remember(self.train, self._run, behind)
            began = time.perf_counter()
            epoch = self.began + self._done
            self.train, self._run, ledger = program(
                self.train, self._run, feed.at(epoch, self._step), validation, span
            )
            looks.meanwhile(ledger)
            jax.block_until_ready(ledger)
            seconds = time.perf_counter() - began
            taken = int(span.epochs) * int(span.last - span.first)
            if layout.devices == 1:  # several must go equally far, however long each took
                ahead = _steps_ahead(taken, seconds, ahead, now.seconds)
            done = self._close(layout, ledger, span, seconds)
            bad = rewind.broken(self.train, ledger, behind)
            if bad is not None:
                done = self._break_off(layout, rewind, bad, ledger, done)
            told = now.most_steps == 1 or not (done or cut)
            yield [self._steps_so_far(layout, ledger, span, done), *done] if told else done

    def _close(
        self, layout: Layout, ledger: Ledger, span: Span, seconds: float
    ) -> list[EpochRecord]:
        """Take note of how far a block went; return the epochs it has ended."""
        due = int(span.first) % self.recipe.watch.every == 0
        done = self._pages.add(ledger, self.began + self._done + 1, seconds, due=due)
        self._done, self._step = self._done + len(done), 0 if done else int(span.last)
        self.stopped_by = self._stopper(layout)
        return done

    def _break_off(
        self, layout: Layout, rewind: Rewind, bad: int, ledger: Ledger, done: list[EpochRecord]
    ) -> list[EpochRecord]:
        """End a fit whose loss is no finite number, at the last state from before that."""
        program = compile_block(self.recipe, layout)
        self.train, self.broken = rewind.found(program, bad)
        self._run = self._run._replace(stopped=np.int32(rewind.rule))
        self.stopped_by = self._stopper(layout)
        if done:
            return done
        self._done, self._step = self._done + 1, 0
        names = value_names(self.recipe, layout)
        values = {name: as_value(ledger.running.get(name, np.nan)) for name in names}
        return [self._pages.cut(self.began + self._done, values, self.learning_rate)]

    def _steps_so_far(
        self, layout: Layout, ledger: Ledger, span: Span, done: Sequence[EpochRecord]
    ) -> StepsRecord:
        running = {name: as_value(ledger.running[name]) for name in self.recipe.names}
        epoch = self.began + self._done + (not done)
        losses = done[-1].step_losses if done else self._pages.open.losses
        return StepsRecord(epoch, int(span.last), layout.steps, running, losses)

    def _span(self, layout: Layout, step: int, ahead: int, left: int, pace: Pace) -> Span:
        """Return how far the next block goes: about `ahead` steps."""
        ahead = min(ahead, MOST_STEPS, pace.most_steps)
        if step == 0 and ahead >= layout.steps and not layout.part:
            count = min(ahead // layout.steps, left, pace.most_epochs)
            return span_of(count, 0, layout.steps)
        every = self.recipe.watch.every if self.recipe.watch.signals else 1
        if step % every:  # somebody went step by step: up to where the next look is due
            ahead = min(ahead, every - step % every)
        else:
            ahead = max(ahead // every * every, every if pace.most_steps > 1 else 1)
        rows_end = step - step % layout.stretch + layout.stretch
        return span_of(1, step, min(step + ahead, layout.steps, rows_end))


def _steps_ahead(taken: int, seconds: float, planned: int, wanted: float) -> int:
    """Return how many steps should take the `wanted` seconds, by those just taken.

    No more than eight times as many as were planned: the first block may have compiled, and
    says little.
    """
    most = 8 * max(taken, planned)
    return int(np.clip(taken * wanted / max(seconds, 1e-9), 1, most))
