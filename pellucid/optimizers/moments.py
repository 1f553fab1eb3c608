"""What optimizers remember: zeros at first, then running means, counted in steps."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from pellucid.base.types import Tree


def zeros_like(params: Tree) -> Tree:
    """Return zeros in the shapes of `params`."""
    return jax.tree.map(jnp.zeros_like, params)


def no_step() -> Int[Array, ""]:
    """Return the number of steps before the first one."""
    return jnp.zeros((), "int32")


def next_step(memory: dict) -> tuple[Int[Array, ""], Float[Array, ""]]:
    """Return the number of this step, counted from 1: to store, and to calculate with."""
    step = memory["step"] + 1
    return step, step.astype("float32")


def mean(means: Tree, values: Tree, beta: float) -> Tree:
    """Return beta mean + (1 - beta) value, array by array."""
    return jax.tree.map(lambda old, value: old + (value - old) * (1 - beta), means, values)


def mean_of_squares(means: Tree, values: Tree, beta: float) -> Tree:
    """Return beta mean + (1 - beta) value^2, array by array."""
    return mean(means, jax.tree.map(jnp.square, values), beta)


def downhill(directions: Tree, learning_rate: Float[Array, ""]) -> Tree:
    """Return -lr d for every array d of `directions`."""
    return jax.tree.map(lambda d: -learning_rate * d, directions)
