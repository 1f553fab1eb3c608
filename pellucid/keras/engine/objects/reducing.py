"""From a cost for each place to what a Keras loss returns, with weights and masks."""

import math
from typing import Any

import jax.numpy as jnp

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.objects.ranks import same_rank

MEAN, SUM, WEIGHTED = "sum_over_batch_size", "sum", "mean_with_sample_weight"
OLD = {"auto": MEAN, "SUM": SUM, "NONE": "none"}  # Keras 2's spellings
ALLOWED = (MEAN, SUM, "mean", WEIGHTED, "none", None)


def reduction_called(name: Any) -> Any:
    """Return a reduction in Keras 3's spelling.

    Raises:
        ConfigError: there is no such reduction.
    """
    name = OLD.get(name, name)
    if name not in ALLOWED:
        what = "A loss has no such reduction."
        raise ConfigError(explain(what, got=repr(name), expected=", ".join(map(repr, ALLOWED))))
    return name


def reduce_costs(costs: Any, weight: Any, mask: Any, *, reduction: str | None) -> Any:
    """Return costs as weighted and reduced.

    A weight counts for everything below its axes. Means divide by the number of costs, or of
    those the mask leaves; "mean_with_sample_weight" by the sum of weights.
    """
    whole = reduction in (None, "none")
    weight = _with_mask(weight, mask, costs.dtype, rescaled=reduction in (MEAN, "mean"))
    if weight is not None:
        costs, weight = same_rank(costs, weight.astype(costs.dtype))
        costs = costs * weight.reshape(*weight.shape, *(1,) * (costs.ndim - weight.ndim))
    if whole or costs.ndim == 0 or costs.shape == (0,):
        return costs
    total = jnp.sum(costs)
    if reduction == SUM:
        return total
    if reduction == WEIGHTED and weight is not None:
        below = jnp.sum(weight)
        some = below != 0
        return jnp.where(some, total / jnp.where(some, below, 1), 0)
    return total / max(math.prod(costs.shape), 1)


def _with_mask(weight: Any, mask: Any, dtype: Any, *, rescaled: bool) -> Any:
    if mask is None:
        return weight
    valid = jnp.sum(mask.astype(dtype))
    factor = mask.size / jnp.maximum(valid, 1) if rescaled else jnp.ones((), dtype)
    counting = mask.astype(dtype) * factor.astype(dtype)
    if weight is None:
        return counting
    counting, weight = same_rank(counting, weight.astype(dtype))
    return weight * counting
