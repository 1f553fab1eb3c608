"""Gradients made shorter where they are too long."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.types import Tree


def clip_by_value(grads: Tree, limit: float) -> Tree:
    """Return gradients whose entries lie in [-limit, limit]: a new direction, too."""
    return jax.tree.map(lambda g: jnp.clip(g, -limit, limit), grads)


def clip_by_norm(grads: Tree, limit: float) -> Tree:
    """Return gradients of which each array has a Euclidean length of at most `limit`.

    A non-finite entry makes its whole array NaN; in Keras the finite ones become 0.
    """
    return jax.tree.map(lambda g: g * _factor(_square(g), limit), grads)


def clip_by_global_norm(grads: Tree, limit: float) -> Tree:
    """Return gradients that have, together, a Euclidean length of at most `limit`.

    They keep their direction. A non-finite entry makes all of them NaN.
    """
    squares = sum(map(_square, jax.tree.leaves(grads)), jnp.zeros((), "float32"))
    factor = _factor(squares, limit)
    return jax.tree.map(lambda g: g * factor, grads)


def _square(grad: Float[Array, "*shape"]) -> Float[Array, ""]:
    return jnp.sum(jnp.square(grad))


def _factor(square: Float[Array, ""], limit: float) -> Float[Array, ""]:
    """Return what shortens a vector of that squared length to `limit`, or 1."""
    length = jnp.sqrt(square)
    # an infinite gradient must be seen, not become an update of 0
    return jnp.where(jnp.isfinite(length), limit / jnp.maximum(length, limit), jnp.nan)
