"""Outputs sorted into bins between thresholds, so that curves are made of sums."""

from typing import TypeAlias

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from pellucid.functions.metric import Sums

Counts: TypeAlias = Float[Array, "thresholds curves"]
Rates: TypeAlias = Float[Array, "points curves"]


def in_bins(
    yes: Bool[Array, "rows curves"],
    place: Int[Array, "rows curves"],
    each: Float[Array, "rows curves"],
    bins: int,
) -> Sums:
    """Return how much weight falls into each bin: of what should mean yes, and of the rest."""
    nothing = jnp.zeros((bins, yes.shape[1]), each.dtype)
    column = jnp.arange(yes.shape[1], dtype="int32")
    return {
        "positives": nothing.at[place, column].add(jnp.where(yes, each, 0)),
        "negatives": nothing.at[place, column].add(jnp.where(yes, 0, each)),
    }


def beyond(bins: Counts) -> Counts:
    """Return, for each bin, what lies in it and in all after it."""
    return jnp.cumsum(bins[::-1], axis=0)[::-1]
