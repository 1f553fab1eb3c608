"""A block: many epochs, or a part of a long one, as one compiled program.

How far a block goes is an argument, so one program serves a whole fit: blocks of many
epochs on small data, a few hundred steps of a long epoch, or a single step where
somebody wants to see each. The records are the same whichever way.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import AnyArray, Tree
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.evaluation import AT_ONCE, evaluate
from pellucid.training.measuring import Sums, begin_sums, traced_sums, values
from pellucid.training.order import BALANCED, order_of
from pellucid.training.rules import Rule
from pellucid.training.state import Examples, Recipe, TrainState
from pellucid.training.step import step
from pellucid.training.watch import NOTHING

MOST_STEPS, MOST_EPOCHS = 4096, 512  # a block's record has room for these


class Layout(NamedTuple):
    """The sizes of a fit: what the program is compiled for, besides the recipe."""

    rows: int
    batch_size: int
    shuffle: bool | str  # True, False, or "balanced"
    validate: bool
    rules: tuple[Rule, ...]
    at_once: int = AT_ONCE  # held-out rows that are measured together

    @property
    def whole(self) -> int:
        """How many mini-batches of an epoch are whole."""
        return self.rows // self.batch_size

    @property
    def rest(self) -> int:
        """How many rows are left over for a smaller mini-batch."""
        return self.rows % self.batch_size

    @property
    def steps(self) -> int:
        """Updates in an epoch."""
        return self.whole + (self.rest > 0)


class Span(NamedTuple):
    """How far one block goes: whole epochs, or steps `first` to `last` of one."""

    epochs: Int[AnyArray, ""]
    first: Int[AnyArray, ""]
    last: Int[AnyArray, ""]


def spans(steps: int, first: int, last: int) -> Iterator[Span]:
    """Return the spans that cover the updates `first` to `last` of epochs of `steps` updates.

    Whole epochs go together; a block takes no more updates than its record has room for.
    """
    while first < last:
        begun, left = first % steps, last - first
        if begun == 0 and left >= steps and steps <= MOST_STEPS:
            count = min(left // steps, MOST_EPOCHS, MOST_STEPS // steps)
            yield span_of(count, 0, steps)
            first += count * steps
        else:
            end = min(begun + left, steps, begun + MOST_STEPS)
            yield span_of(1, begun, end)
            first += end - begun


def span_of(epochs: int, first: int, last: int) -> Span:
    """Return a span as a program takes it."""
    return Span(*(np.array(number, np.int32) for number in (epochs, first, last)))


class Run(NamedTuple):
    """What a fit carries from block to block besides the training state."""

    sums: Sums  # of the epoch so far
    memories: tuple[Tree, ...]  # of the rules
    stopped: Int[AnyArray, ""]  # 0, or 1 + the index of the rule that stopped the fit


class Ledger(NamedTuple):
    """The records of a block, in rows that were written in order; the rest is blank."""

    epochs: Int[Array, ""]  # how many rows of each kind were written
    steps: Int[Array, ""]
    looks: Int[Array, ""]
    losses: Float[Array, " steps"]  # mean loss of each mini-batch
    signals: Tree  # a row for each look
    values: dict[str, Float[Array, "epochs ..."]]
    rates: Float[Array, " epochs"]
    running: dict[str, Float[Array, "..."]]  # values of the epoch in progress


Block: TypeAlias = Callable[
    [TrainState, Run, Examples, Examples | None, Span], tuple[TrainState, Run, Ledger]
]


@keep_latest
def compile_block(recipe: Recipe, layout: Layout) -> Block:
    """Return the compiled program for blocks of such a fit.

    It updates the training state and the run in place: those passed in are used up. Equal
    recipes share the program, so a second fit, or a copy of the model, compiles nothing.
    """
    return compiled(functools.partial(block, recipe, layout), donate=(0, 1))


def begin(recipe: Recipe, layout: Layout, train: TrainState, examples: Examples) -> Run:
    """Return the run before a fit's first block, as host arrays."""
    memories = tuple(rule.start(train) for rule in layout.rules)
    return Run(begin_sums(recipe, examples.targets), memories, np.zeros((), np.int32))


def value_names(recipe: Recipe, layout: Layout) -> tuple[str, ...]:
    """Return the names of an epoch's values, those of held-out rows last."""
    return (*recipe.names, *(f"val_{name}" for name in recipe.names if layout.validate))


def block(
    recipe: Recipe,
    layout: Layout,
    train: TrainState,
    run: Run,
    examples: Examples,
    validation: Examples | None,
    span: Span,
) -> tuple[TrainState, Run, Ledger]:
    """Train through one span."""

    def unfinished(carry: tuple[TrainState, Run, Ledger, Array]) -> Bool[Array, ""]:
        _, run, _, left = carry
        return (left > 0) & (run.stopped == 0)

    def epoch(carry: tuple[TrainState, Run, Ledger, Array]) -> tuple[Any, ...]:
        train, run, ledger, left = carry
        train, run, ledger = _steps(recipe, layout, train, run, examples, ledger, span)
        whole = span.last == layout.steps
        close = functools.partial(_close, recipe, layout, validation)
        rate, done, run, ledger = jax.lax.cond(
            whole, close, lambda t, r, k: (t.learning_rate, t.epoch, r, k), train, run, ledger
        )
        return train._replace(learning_rate=rate, epoch=done), run, ledger, left - 1

    ledger = _blank(recipe, layout, train, examples)
    train, run, ledger, _ = jax.lax.while_loop(unfinished, epoch, (train, run, ledger, span.epochs))
    return train, run, ledger._replace(running=values(recipe, run.sums))


def _steps(
    recipe: Recipe,
    layout: Layout,
    train: TrainState,
    run: Run,
    examples: Examples,
    ledger: Ledger,
    span: Span,
) -> tuple[TrainState, Run, Ledger]:
    """Take the steps of one epoch that lie in `span`."""
    plain, every = recipe._replace(watch=NOTHING), recipe.watch.every
    order = order_of(recipe, examples, layout.shuffle, train.seed, train.epoch)
    blank = traced_sums(recipe, examples.targets)
    sums = jax.tree.map(lambda s, new: jnp.where(span.first == 0, new, s), run.sums, blank)
    carry = (train, sums, ledger)

    def visit(index: Array, carry: tuple[Any, ...], recipe: Recipe = plain) -> tuple[Any, ...]:
        rows = jax.lax.dynamic_slice_in_dim(order, index * layout.batch_size, layout.batch_size)
        # Of one batch of all rows the order means nothing, unless some come more than once.
        whole = layout.batch_size == layout.rows and layout.shuffle != BALANCED
        return _visit(recipe, carry, examples if whole else examples.take(rows))

    last = jnp.minimum(span.last, layout.whole)
    if not recipe.watch.signals:
        carry = jax.lax.fori_loop(span.first, last, visit, carry)
    else:
        # One watched step, then `every` - 1 plain ones: looking costs nothing in between.
        def group(number: Array, carry: tuple[Any, ...]) -> tuple[Any, ...]:
            index = span.first + number * every
            carry = visit(index, carry, recipe)
            return jax.lax.fori_loop(index + 1, jnp.minimum(index + every, last), visit, carry)

        groups = (last - span.first + every - 1) // every
        carry = jax.lax.fori_loop(0, groups, group, carry)
    if layout.rest:
        rest = examples.take(order[layout.whole * layout.batch_size :])
        watched = recipe if (layout.steps - 1) % every == 0 else plain
        finish = functools.partial(_visit, watched, batch=rest)
        carry = jax.lax.cond(span.last == layout.steps, finish, lambda c: c, carry)
    train, sums, ledger = carry
    return train, run._replace(sums=sums), ledger


def _visit(recipe: Recipe, carry: tuple[Any, ...], batch: Examples) -> tuple[Any, ...]:
    """Take one step and write it down."""
    train, sums, ledger = carry
    train, sums, record = step(recipe, train, batch, sums)
    ledger = ledger._replace(
        losses=ledger.losses.at[ledger.steps].set(record.loss.astype("float32")),
        steps=ledger.steps + 1,
    )
    if recipe.watch.signals:
        place = ledger.looks
        signals = jax.tree.map(lambda s, row: s.at[place].set(row), ledger.signals, record.signals)
        ledger = ledger._replace(signals=signals, looks=place + 1)
    return train, sums, ledger


def _close(
    recipe: Recipe,
    layout: Layout,
    validation: Examples | None,
    train: TrainState,
    run: Run,
    ledger: Ledger,
) -> tuple[Array, Array, Run, Ledger]:
    """End an epoch: validate, judge, write it down."""
    found = values(recipe, run.sums)
    if validation is not None:
        held_out = evaluate(recipe, train.params, train.state, validation, layout.at_once)
        found |= {f"val_{name}": value for name, value in values(recipe, held_out).items()}
    train = train._replace(epoch=train.epoch + 1)
    row = ledger.epochs
    ledger = ledger._replace(
        values={name: ledger.values[name].at[row].set(value) for name, value in found.items()},
        rates=ledger.rates.at[row].set(train.learning_rate),
        epochs=row + 1,
    )
    memories, stopped = [], run.stopped
    for index, (rule, memory) in enumerate(zip(layout.rules, run.memories, strict=True)):
        verdict = rule.judge(memory, found, train)
        train = train._replace(learning_rate=verdict.learning_rate)
        stopped = jnp.where((stopped == 0) & verdict.stop, index + 1, stopped).astype("int32")
        memories.append(verdict.memory)
    run = run._replace(memories=tuple(memories), stopped=stopped)
    return train.learning_rate, train.epoch, run, ledger


def _blank(recipe: Recipe, layout: Layout, train: TrainState, examples: Examples) -> Ledger:
    looks = MOST_STEPS // recipe.watch.every + MOST_EPOCHS if recipe.watch.signals else 0
    form = signals_of(recipe, train, examples, layout.batch_size)
    if layout.rest and form != signals_of(recipe, train, examples, layout.rest):
        what = "The summary of this Watch has another shape for the rows left over."
        hint = "use moments, or a batch_size that divides the rows"
        got, expected = recipe.watch.summary, "a shape that does not depend on the batch"
        raise ConfigError(explain(what, got=got, expected=expected, hint=hint))
    signals = jax.tree.map(lambda s: jnp.zeros((looks, *s.shape), s.dtype), form)
    forms = jax.eval_shape(lambda: values(recipe, traced_sums(recipe, examples.targets)))
    running = {name: jnp.zeros(form.shape) for name, form in forms.items()}
    forms |= {f"val_{name}": form for name, form in forms.items() if layout.validate}
    columns = {name: jnp.zeros((MOST_EPOCHS, *form.shape)) for name, form in forms.items()}
    zero, losses, rates = jnp.zeros((), "int32"), jnp.zeros(MOST_STEPS), jnp.zeros(MOST_EPOCHS)
    return Ledger(zero, zero, zero, losses, signals, columns, rates, running)


def signals_of(recipe: Recipe, train: TrainState, examples: Examples, rows: int) -> Any:
    """Return the shapes and dtypes of the signals that a step on `rows` examples shows."""
    if not recipe.watch.signals:
        return {}
    sums = traced_sums(recipe, examples.targets)
    return jax.eval_shape(lambda: step(recipe, train, examples.part(0, rows), sums)[2].signals)
