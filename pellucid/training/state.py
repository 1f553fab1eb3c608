"""What training changes, and what it does not."""

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Shaped

from pellucid.base.types import AnyArray, Key, Params, Seed, State, Tree
from pellucid.functions.losses import Loss
from pellucid.functions.metrics import Metric
from pellucid.functions.schedules import Schedule
from pellucid.functions.threefry import key_of
from pellucid.network.network import Network
from pellucid.optimizers.optimizer import Optimizer
from pellucid.training.watch import NOTHING, Watch

# What a random number is for. Keys are counted, fold_in(seed, purpose, when), never drawn,
# so nothing that looks on can change them, and resuming is exact.
INIT, NOISE, ORDER = 0, 1, 2


class Goal(NamedTuple):
    """A loss on one output, and how much it counts in the sum."""

    output: str
    loss: Loss
    weight: float = 1.0


class Measure(NamedTuple):
    """A metric on one output, by the name it has in records."""

    name: str
    output: str
    metric: Metric
    weighted: bool = False  # whether examples count by their weight


class Recipe(NamedTuple):
    """What stays the same while training. It is compiled into the step."""

    network: Network
    goals: tuple[Goal, ...]
    measures: tuple[Measure, ...]
    optimizer: Optimizer
    watch: Watch = NOTHING
    frozen: frozenset[str] = frozenset()  # owners whose parameters stay
    dtype: str = "float32"  # what layers compute with; parameters are always float32

    @property
    def judged(self) -> tuple[str, ...]:
        """The outputs that are compared with targets."""
        compared = {part.output for part in (*self.goals, *self.measures)}
        return tuple(name for name in self.network.outputs if name in compared)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the values of an epoch, in the order of a record."""
        parts = tuple(f"{goal.output}_loss" for goal in self.goals) if len(self.goals) > 1 else ()
        return ("loss", *parts, *(measure.name for measure in self.measures))


class TrainState(NamedTuple):
    """What changes while training: all that one step reads and the next one needs."""

    params: Params
    state: State
    memory: Tree  # the optimizer's
    learning_rate: Float[AnyArray, ""]
    epoch: Int[AnyArray, ""]  # epochs finished
    step: Int[AnyArray, ""]  # steps finished
    seed: Seed


class Examples(NamedTuple):
    """Any number of examples: inputs by name; targets, and how much each counts, by output.

    Those of a part of a stream bring the order in which they are visited, if it is not theirs.
    """

    inputs: Mapping[str, Shaped[AnyArray, "rows ..."]]
    targets: Mapping[str, Shaped[AnyArray, "rows ..."]]
    weights: Mapping[str, Float[AnyArray, "rows *steps"]]  # of each row, or each of its steps
    order: Int[AnyArray, " rows"] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))

    def take(self, rows: Int[Array, " batch"]) -> "Examples":
        """Return the examples in `rows`, in that order."""
        return jax.tree.map(lambda c: c.at[rows].get(mode="promise_in_bounds"), self)

    def ordered(self, order: Int[AnyArray, " rows"] | None) -> "Examples":
        """Return the same examples, to be visited in an order, or in their own."""
        return Examples(self.inputs, self.targets, self.weights, order)

    def part(self, first: int | Int[Array, ""], rows: int) -> "Examples":
        """Return `rows` examples from `first` on."""
        return jax.tree.map(lambda c: jax.lax.dynamic_slice_in_dim(c, first, rows), self)


def key_for(seed: Seed, purpose: int, when: Int[AnyArray, ""] | int = 0) -> Key:
    """Return the key of a purpose at a step or epoch."""
    key = key_of(seed)
    return jax.random.fold_in(jax.random.fold_in(key, purpose), when)


def seed_bits(seed: int) -> np.ndarray:
    """Return the bits of a seed as a training state holds them, without a JAX program."""
    return np.array([seed >> 32 & 0xFFFFFFFF, seed & 0xFFFFFFFF], np.uint32)


def split_params(params: Params, frozen: frozenset[str]) -> tuple[dict, dict]:
    """Return the parameters that gradients change, and those that stay."""
    moving = {name: group for name, group in params.items() if name not in frozen}
    return moving, {name: group for name, group in params.items() if name in frozen}


def start(recipe: Recipe, seed: Seed, params: Params, state: State) -> TrainState:
    """Return the training state before the first step."""
    moving, _ = split_params(params, recipe.frozen)
    rate = recipe.optimizer.learning_rate
    zero = jnp.zeros((), "int32")
    first = rate(zero) if isinstance(rate, Schedule) else rate
    return TrainState(
        params,
        state,
        recipe.optimizer.init(moving),
        jnp.asarray(first, "float32"),
        zero,
        jnp.zeros((), "int32"),
        seed,
    )
