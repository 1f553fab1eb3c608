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
from pellucid.training.devices import AXIS, averaged, on_several
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
    part: int = 0  # rows on the device at once, in the order to visit them; 0 for all
    devices: int = 1  # that share each mini-batch

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

    @property
    def stretch(self) -> int:
        """Updates that the rows on the device are enough for."""
        return self.part // self.batch_size if self.part else self.steps


def check_shares(layout: Layout) -> None:
    """Refuse a mini-batch that cannot be shared equally among the devices.

    Raises:
        ConfigError: there are rows left over.
    """
    if layout.batch_size % layout.devices:
        what = f"A batch cannot be shared equally by {layout.devices} devices."
        got, below = f"batch_size={layout.batch_size}", layout.batch_size // layout.devices
        expected = f"a multiple of {layout.devices}"
        hint = f"batch_size={max(below, 1) * layout.devices}"
        raise ConfigError(explain(what, got=got, expected=expected, hint=hint))


class Span(NamedTuple):
    """How far one block goes: whole epochs, or steps `first` to `last` of one."""

    epochs: Int[AnyArray, ""]
    first: Int[AnyArray, ""]
    last: Int[AnyArray, ""]


def spans(layout: Layout, first: int, last: int) -> Iterator[Span]:
    """Return the spans that cover the updates `first` to `last` of a fit.

    Whole epochs go together, if all rows are on the device; a block takes no more updates
    than its record has room for, and than the rows on the device are enough for.
    """
    steps = layout.steps
    while first < last:
        begun, left = first % steps, last - first
        if begun == 0 and left >= steps and steps <= MOST_STEPS and not layout.part:
            count = min(left // steps, MOST_EPOCHS, MOST_STEPS // steps)
            yield span_of(count, 0, steps)
            first += count * steps
        else:
            rows_end = begun - begun % layout.stretch + layout.stretch
            end = min(begun + left, steps, begun + MOST_STEPS, rows_end)
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
    program = functools.partial(block, recipe, layout)
    if layout.devices > 1:
        return on_several(program, layout.devices, donate=(0, 1))
    return compiled(program, donate=(0, 1))


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
    batch_at = _batches(recipe, layout, train, examples, span)
    blank = traced_sums(recipe, examples.targets)
    sums = jax.tree.map(lambda s, new: jnp.where(span.first == 0, new, s), run.sums, blank)
    carry = (train, sums, ledger)

    def visit(index: Array, carry: tuple[Any, ...], recipe: Recipe = plain) -> tuple[Any, ...]:
        shares = layout.devices if layout.devices > 1 else 0
        return _visit(recipe, carry, batch_at(index, layout.batch_size), shares)

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
        rest = batch_at(layout.whole, layout.rest)
        watched = recipe if (layout.steps - 1) % every == 0 else plain
        finish = functools.partial(_visit, watched, batch=rest, shares=int(layout.devices > 1))
        carry = jax.lax.cond(span.last == layout.steps, finish, lambda c: c, carry)
    train, sums, ledger = carry
    return train, run._replace(sums=sums), ledger


def _batches(
    recipe: Recipe, layout: Layout, train: TrainState, examples: Examples, span: Span
) -> Callable[[Any, int], Examples]:
    """Return what gives the mini-batch of a step of the epoch, of so many rows.

    Where several devices train, it is this one's share of a whole batch; rows that are left
    over go to each of them.
    """
    size, several, order = layout.batch_size, layout.devices > 1, examples.order
    examples = examples.ordered(None)
    # Of one batch of all rows the order means nothing, unless some come more than once.
    if not layout.part and (size < layout.rows or layout.shuffle == BALANCED):
        within = span.first * size, jnp.minimum(span.last * size, layout.rows)
        order = order_of(recipe, examples, layout.shuffle, train.seed, train.epoch, within)

    def batch(index: Any, rows: int) -> Examples:
        first = index % layout.stretch * size
        if several and rows == size:
            rows = size // layout.devices
            first += jax.lax.axis_index(AXIS) * rows
        if order is not None:
            return examples.take(jax.lax.dynamic_slice_in_dim(order, first, rows))
        return examples if rows == layout.rows else examples.part(first, rows)

    return batch


def _visit(recipe: Recipe, carry: tuple[Any, ...], batch: Examples, shares: int) -> tuple[Any, ...]:
    """Take one step and write it down."""
    train, sums, ledger = carry
    train, sums, record = step(recipe, train, batch, sums, shares)
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
        held_out = _held_out(recipe, layout, train, validation)
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


def _held_out(recipe: Recipe, layout: Layout, train: TrainState, validation: Examples) -> Sums:
    """Return the sums over the held-out rows, of which each device measures its share."""
    params, state, count = train.params, train.state, layout.devices
    share = len(validation) // count
    if count == 1 or not share:
        return evaluate(recipe, params, state, validation, layout.at_once)
    ours = validation.part(jax.lax.axis_index(AXIS) * share, share)
    mean = averaged(evaluate(recipe, params, state, ours, layout.at_once))
    sums = jax.tree.map(lambda part: count * part, mean)
    if rest := len(validation) - count * share:
        more = evaluate(recipe, params, state, validation.part(count * share, rest))
        sums = jax.tree.map(jnp.add, sums, more)
    return sums


def _blank(recipe: Recipe, layout: Layout, train: TrainState, examples: Examples) -> Ledger:
    looks = MOST_STEPS // recipe.watch.every + MOST_EPOCHS if recipe.watch.signals else 0
    form = signals_of(recipe, train, examples, layout.batch_size // layout.devices)
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
