"""What a forward pass cost and how well it did, as sums that add up over batches."""

import functools
from collections.abc import Mapping
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from pellucid.base.types import AnyArray, Params, Shape
from pellucid.functions.loss import deepened, flattened
from pellucid.functions.metric import wide
from pellucid.network.network import Forward
from pellucid.training.state import Examples, Recipe

Sums: TypeAlias = dict[str, Any]  # {"rows": ..., "loss": ..., "accuracy": {...}, ...}


def begin_sums(recipe: Recipe, targets: Mapping[str, AnyArray]) -> Sums:
    """Return the sums of no examples, on the host; of `targets` only the shapes count."""
    shapes = ((name, tuple(y.shape[1:]), str(y.dtype)) for name, y in targets.items())
    return _blank_sums(recipe, tuple(shapes))


def traced_sums(recipe: Recipe, targets: Mapping[str, AnyArray]) -> Sums:
    """Return the same inside a compiled program."""
    return jax.tree.map(jnp.asarray, begin_sums(recipe, targets))


@functools.lru_cache(maxsize=64)
def _blank_sums(recipe: Recipe, targets: tuple[tuple[str, Shape, str], ...]) -> Sums:
    ys = {name: np.zeros((1, *shape), dtype) for name, shape, dtype in targets}
    sums: Sums = dict.fromkeys(["rows", *recipe.names], np.zeros((), np.float32))
    for name, output, metric, _ in recipe.measures:
        a = np.zeros((1, *recipe.network[output].output_shape), np.float32)
        sums[name] = metric.blank(ys[output], a)
    return sums


def costs_of(
    recipe: Recipe, forward: Forward, batch: Examples
) -> dict[str, Float[Array, "rows ..."]]:
    """Return the weighted costs on each output, of examples or of their steps.

    The loss on that output is their mean.
    """
    costs = {}
    for output, loss, _ in recipe.goals:
        z, mask = wide(forward.z[output]), forward.masks.get(output)
        y = batch.targets[output]
        y = y.astype("int32" if loss.targets == "labels" else z.dtype)
        weight = _masked(batch.weights[output], mask)
        nonlinearity = recipe.network[output].layer.nonlinearity
        cost = loss.at_positions(y, z, nonlinearity, weight.ndim)
        costs[output] = loss.emphasis(y, weight, mask) * cost * weight
    return costs


def measure(
    recipe: Recipe, sums: Sums, forward: Forward, batch: Examples, loss: Float[Array, ""]
) -> Sums:
    """Return `sums` with one batch added whose mean loss, penalties included, is `loss`."""
    rows = jnp.asarray(len(batch), "float32")
    sums = {**sums, "rows": sums["rows"] + rows}
    sums["loss"] += loss.astype("float32") * rows
    if len(recipe.goals) > 1:
        for output, cost in costs_of(recipe, forward, batch).items():
            sums[f"{output}_loss"] += jnp.mean(cost) * rows
    for name, output, metric, weighted in recipe.measures:
        y, a = batch.targets[output], wide(forward.a[output])
        weight = batch.weights[output] if weighted else jnp.ones(len(a))
        weight = _masked(weight, forward.masks.get(output))
        if weight.ndim > 1:  # each step is an example of its own
            y, a, weight = (flattened(part, weight.ndim) for part in (y, a, weight))
        sums[name] = metric.add(sums[name], y, a, weight)
    return sums


def values(recipe: Recipe, sums: Sums) -> dict[str, Float[Array, "..."]]:
    """Return the loss and the metrics that `sums` amount to, by name."""
    rows = jnp.maximum(sums["rows"], 1)
    metrics = {
        measure.name: measure.metric.value(sums[measure.name]) for measure in recipe.measures
    }
    losses = {name: sums[name] / rows for name in recipe.names if name not in metrics}
    return {name: {**losses, **metrics}[name].astype("float32") for name in recipe.names}


def mean_loss(
    recipe: Recipe, forward: Forward, batch: Examples, params: Params
) -> Float[Array, ""]:
    """Return sum_i w_i C_i / rows over all outputs, the penalties, and what activity costs.

    Weights are not normalised, as in Keras.
    """
    costs = costs_of(recipe, forward, batch)
    total = recipe.network.penalty(params) + forward.toll
    for output, _, loss_weight in recipe.goals:
        total += loss_weight * jnp.mean(costs[output])
    return total


def _masked(
    weight: Float[Array, "rows ..."], mask: Bool[Array, "rows ..."] | None
) -> Float[Array, "rows ..."]:
    """Return weights that are 0 where the mask is false."""
    if mask is None:
        return weight
    axes = max(weight.ndim, mask.ndim)
    return deepened(weight, axes) * deepened(mask.astype(weight.dtype), axes)
