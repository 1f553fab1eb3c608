"""Whether a fit has the memory it needs: asked before it begins, as nobody is asked later.

Where memory ends, XLA ends the process on a CPU, and the system may end it before that. So
the least that a step needs is compared with what is free; where that comes near, the compiler
is asked what it needs indeed.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.base.memory import free_bytes
from pellucid.layers.layer import parts_of
from pellucid.training.compilation import keep_latest
from pellucid.training.pace import step_cost
from pellucid.training.programs import compile_start
from pellucid.training.state import Examples, Recipe, TrainState
from pellucid.training.streaming import Streamed

BESIDE = 3  # times what a row leaves behind is what it takes: its gradients, copies of it
AMPLE = 4  # times the least: then the compiler need not be asked
SAFE = 0.8  # of what is free: some is needed besides, and little of it can be counted
PROGRAMS = 2**26  # bytes: the step's, the doctor's, and what compiles them
EXHAUSTED = "RESOURCE_EXHAUSTED"  # how XLA begins to say that memory is
SMALLER = "a smaller network; or, where rows take the most, pellucid.open_stream"
IN_MEMORY = 2  # parts of a stream: one is trained on, one is read
UNIT = 2**20


@contextmanager
def room_for(
    recipe: Recipe,
    examples: Examples | Streamed,
    held_out: Examples | None,
    batch_size: int,
    *,
    begun: bool,
    devices: int = 1,
) -> Iterator[None]:
    """Refuse a fit that needs more memory than is free; let what needs it say so, if it ends.

    Counted are the gradient, what the optimizer remembers, a copy of both to go back to, the
    rows, and what each row of a batch leaves behind for the gradient. `begun` says that
    parameters and the optimizer's memory are there already. Of several `devices` each has all
    of it but for its share of a batch.

    Raises:
        ConfigError: it does; the estimate and a batch size that would fit are told.
    """
    batch = min(batch_size, examples.rows if isinstance(examples, Streamed) else len(examples))
    share = -(-batch // devices)
    train, free = _state_of(recipe), _free()
    gradient, least = _bytes(train.params), share * _least_of_a_row(recipe, train)
    fixed = _stored(examples) + (_bytes(held_out) if held_out else 0)
    need = Need(fixed + (1 if begun else 2) * _bytes(train) + gradient, least / batch, batch)
    if need.bytes <= free < AMPLE * need.bytes:
        step = step_cost(recipe, train, _batch(examples, share)).memory or 0
        within = max(step - _bytes(train) - gradient, least)
        need = Need(need.fixed + PROGRAMS, within / batch, batch)
    elif need.bytes > free:
        need = need._replace(each=BESIDE * need.each)
    if need.bytes > free:
        raise need.unmet(free)
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if EXHAUSTED not in str(error):
            raise
        raise need.unmet(free) from error


class Need(NamedTuple):
    """What a fit needs of memory, in bytes."""

    fixed: int  # whatever the batch size is
    each: float  # of each row of a batch
    batch: int

    @property
    def bytes(self) -> float:
        """The sum."""
        return self.fixed + self.each * self.batch

    def unmet(self, free: float) -> ConfigError:
        """Return the error that tells of it, with the batch size that would fit, if there is one.

        It is a power of two, and at most half of the one that does not.
        """
        fitting = min((free - self.fixed) / max(self.each, 1), self.batch / 2)
        hint = f"batch_size={2 ** int(math.log2(fitting))}" if fitting >= 1 else SMALLER
        what = "Training needs more memory than is free, and would be ended in the middle."
        got = f"about {self.bytes / UNIT:,.0f} MB with batches of {self.batch:,}"
        expected = f"at most {free / UNIT:,.0f} MB"
        return ConfigError(explain(what, got=got, expected=expected, hint=hint))


def _free() -> float:
    """Return how many bytes of the device that trains may be planned with."""
    told = jax.local_devices()[0].memory_stats()  # None on a CPU, which has the system's memory
    return SAFE * (told["bytes_limit"] - told["bytes_in_use"] if told else free_bytes())


@keep_latest
def _state_of(recipe: Recipe) -> TrainState:
    """Return the shapes and dtypes of a training state."""
    seed = jax.ShapeDtypeStruct((2,), np.uint32)
    params, state = recipe.network.forms()
    return jax.eval_shape(compile_start(recipe), seed, params, state)


def _stored(examples: Examples | Streamed) -> int:
    """Return the bytes of the rows that are in memory at once."""
    if isinstance(examples, Examples):
        return _bytes(examples)
    return IN_MEMORY * _bytes(_batch(examples, examples.size))


def _least_of_a_row(recipe: Recipe, train: TrainState) -> int:
    """Return the bytes that a row leaves behind: the output of each layer that learns."""
    shapes = (
        shape
        for node in recipe.network.nodes
        if node.owner not in recipe.frozen and jax.tree.leaves(train.params[node.owner])
        for shape in parts_of(node.output_shape)
    )
    return sum(map(math.prod, shapes)) * jnp.dtype(recipe.dtype).itemsize


def _batch(examples: Examples | Streamed, rows: int) -> Examples:
    """Return the shapes and dtypes of a mini-batch."""
    sample = examples.sample if isinstance(examples, Streamed) else examples
    return jax.tree.map(lambda c: jax.ShapeDtypeStruct((rows, *c.shape[1:]), c.dtype), sample)


def _bytes(tree: Any) -> int:
    return sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))
