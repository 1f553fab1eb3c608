"""The small compiled programs beside the block: start, one step, a look at one batch.

Each is made once for equal recipes and kept, so that a copy of a model compiles nothing.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
from jaxtyping import Array

from pellucid.base.types import Params, Seed, State
from pellucid.network.network import Network
from pellucid.training.compilation import compiled
from pellucid.training.measuring import values
from pellucid.training.state import INIT, Examples, Recipe, TrainState, key_for, start
from pellucid.training.step import step
from pellucid.training.watch import EVERYTHING, Signals


@functools.lru_cache(maxsize=64)
def compile_init(network: Network) -> Callable[[Seed], tuple[Params, State]]:
    """Return the compiled function from a seed to fresh parameters and state."""

    def init(seed: Seed) -> tuple[Params, State]:
        return network.init(key_for(seed, INIT))

    return compiled(init)


@functools.lru_cache(maxsize=64)
def compile_start(recipe: Recipe) -> Callable[[Seed, Params, State], TrainState]:
    """Return the compiled function that makes the training state before the first step."""

    def fresh(seed: Seed, params: Params, state: State) -> TrainState:
        # Added zeros make new buffers: training uses up its own, and must not share them.
        own = jax.tree.map(lambda leaf: leaf + leaf.dtype.type(0), (params, state))
        return start(recipe, seed, *own)

    return compiled(fresh)


@functools.lru_cache(maxsize=64)
def compile_step(
    recipe: Recipe,
) -> Callable[[TrainState, Examples], tuple[TrainState, dict[str, Array]]]:
    """Return the compiled function that trains on one batch, and its values by name."""

    def one(train: TrainState, batch: Examples) -> tuple[TrainState, dict[str, Array]]:
        train, record = step(recipe, train, batch)
        return train, values(recipe, record.sums)

    return compiled(one, donate=(0,))


@functools.lru_cache(maxsize=64)
def compile_look(recipe: Recipe) -> Callable[[TrainState, Examples], Signals]:
    """Return the compiled function to every signal of the step a batch would cause."""
    watching: Any = recipe._replace(watch=EVERYTHING)

    def look(train: TrainState, batch: Examples) -> Signals:
        return step(watching, train, batch)[1].signals

    return compiled(look)
