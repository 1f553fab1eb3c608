"""The small compiled programs beside the block: start, one step, a look at one batch.

Each is made once for equal recipes and kept, so that a copy of a model compiles nothing.
"""

from collections.abc import Callable
from typing import Any

import jax
from jaxtyping import Array

from pellucid.base.types import Params, Seed, State
from pellucid.network.network import Network
from pellucid.training.compilation import MOST_DRAWN_AT_ONCE, compiled, keep_latest
from pellucid.training.evaluation import measure_batch
from pellucid.training.measuring import Sums, traced_sums, values
from pellucid.training.state import INIT, Examples, Recipe, TrainState, key_for, start
from pellucid.training.step import StepRecord, step
from pellucid.training.watch import EVERYTHING


@keep_latest
def compile_init(network: Network) -> Callable[[Seed], tuple[Params, State]]:
    """Return the function from a seed to fresh parameters and state, compiled if it is small."""

    def init(seed: Seed) -> tuple[Params, State]:
        return network.init(key_for(seed, INIT))

    many = len({node.owner for node in network.nodes}) > MOST_DRAWN_AT_ONCE
    return init if many else compiled(init)


@keep_latest
def compile_start(recipe: Recipe) -> Callable[[Seed, Params, State], TrainState]:
    """Return the compiled function that makes the training state before the first step."""

    def fresh(seed: Seed, params: Params, state: State) -> TrainState:
        # Added zeros make new buffers: training uses up its own, and must not share them.
        own = jax.tree.map(lambda leaf: leaf + leaf.dtype.type(0), (params, state))
        return start(recipe, seed, *own)

    return compiled(fresh)


@keep_latest
def compile_step(
    recipe: Recipe,
) -> Callable[[TrainState, Examples], tuple[TrainState, dict[str, Array]]]:
    """Return the compiled function that trains on one batch, and its values by name."""

    def one(train: TrainState, batch: Examples) -> tuple[TrainState, dict[str, Array]]:
        train, sums, _ = step(recipe, train, batch, traced_sums(recipe, batch.targets))
        return train, values(recipe, sums)

    return compiled(one, donate=(0,))


@keep_latest
def compile_running_step(
    recipe: Recipe,
) -> Callable[[TrainState, Sums, Examples], tuple[TrainState, Sums, dict[str, Array]]]:
    """Return the compiled function that trains on one batch of several.

    It goes on from the sums of those before (`begin_sums` for the first), and gives the
    values of all so far.
    """

    def one(
        train: TrainState, sums: Sums, batch: Examples
    ) -> tuple[TrainState, Sums, dict[str, Array]]:
        train, sums, _ = step(recipe, train, batch, sums)
        return train, sums, values(recipe, sums)

    return compiled(one, donate=(0, 1))


@keep_latest
def compile_running_test(
    recipe: Recipe,
) -> Callable[[Params, State, Sums, Examples], tuple[State, Sums, dict[str, Array]]]:
    """Return the compiled function that measures one batch of several, likewise.

    The state it gives differs where a layer goes on with what it kept of the batch before.
    """

    def one(
        params: Params, state: State, sums: Sums, batch: Examples
    ) -> tuple[State, Sums, dict[str, Array]]:
        sums, state = measure_batch(recipe, params, state, sums, batch)
        return state, sums, values(recipe, sums)

    return compiled(one, donate=(2,))


@keep_latest
def compile_look(recipe: Recipe) -> Callable[[TrainState, Examples], StepRecord]:
    """Return the compiled function to the loss and every signal of the step of a batch."""
    watching: Any = recipe._replace(watch=EVERYTHING)

    def look(train: TrainState, batch: Examples) -> StepRecord:
        return step(watching, train, batch, traced_sums(recipe, batch.targets))[2]

    return compiled(look)
