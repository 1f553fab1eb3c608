"""How many digits a layer computes with, where that matters."""

import jax.numpy as jnp
from jaxtyping import Array, Float


def wide(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return x in float32 at least: sums and raw numbers are too much for half precision."""
    return x.astype(jnp.float32) if x.dtype.itemsize < 4 else x


def at_random(x: Float[Array, "*shape"]) -> jnp.dtype:
    """Return the dtype in which to draw what disturbs x: its own, and float32 at most.

    Dice of more digits fall otherwise; so a step run again in float64 has the dice it had.
    """
    return jnp.dtype(jnp.float32) if x.dtype.itemsize > 4 else x.dtype
