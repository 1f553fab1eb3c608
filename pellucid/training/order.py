"""In which order an epoch visits the rows: drawn by the seed and the epoch's number alone."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from pellucid.base.types import AnyArray, Seed
from pellucid.training.compilation import compiled
from pellucid.training.state import ORDER, key_for


def visiting_order(
    rows: int, shuffle: bool, seed: Seed, epoch: Int[AnyArray, ""]
) -> Int[Array, " rows"]:
    """Return the rows in the order in which an epoch visits them, `epoch` counted from 0."""
    if not shuffle:
        return jnp.arange(rows, dtype="int32")
    return jax.random.permutation(key_for(seed, ORDER, epoch), jnp.arange(rows, dtype="int32"))


@functools.lru_cache(maxsize=64)
def compile_order(
    rows: int, shuffle: bool
) -> Callable[[Seed, Int[AnyArray, ""]], Int[Array, " rows"]]:
    """Return the same, compiled, from a training state's seed and epoch to the order of `rows`."""
    return compiled(functools.partial(visiting_order, rows, shuffle))
