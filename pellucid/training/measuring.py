"""What a forward pass cost and how well it did, as sums that add up over batches."""

import functools
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.types import Params, Shape
from pellucid.functions.metric import wide
from pellucid.network.network import Forward
from pellucid.training.state import Examples, Recipe

Sums: TypeAlias = dict[str, Any]  # {"rows": ..., "loss": ..., "accuracy": {...}, ...}


def costs_of(recipe: Recipe, forward: Forward, batch: Examples) -> dict[str, Float[Array, " rows"]]:
    """Return the cost of each example on each output."""
    costs = {}
    for output, loss, _ in recipe.goals:
        z = wide(forward.z[output])
        y = batch.targets[output]
        y = y.astype("int32" if loss.targets == "labels" else z.dtype)
        cost = loss(y, z, recipe.network[output].layer.nonlinearity)
        costs[output] = loss.emphasis(y) * cost
    return costs


def measure(recipe: Recipe, forward: Forward, batch: Examples, loss: Float[Array, ""]) -> Sums:
    """Return all sums of one batch whose mean loss, penalties included, is `loss`."""
    rows = jnp.asarray(len(batch), "float32")
    sums: Sums = {"rows": rows, "loss": loss.astype("float32") * rows}
    if len(recipe.goals) > 1:
        for output, cost in costs_of(recipe, forward, batch).items():
            sums[f"{output}_loss"] = jnp.sum(cost * batch.weight)
    for name, output, metric, weighted in recipe.measures:
        a = wide(forward.a[output])
        weight = batch.weight if weighted else jnp.ones_like(batch.weight)
        sums[name] = metric.sums(batch.targets[output], a, weight)
    return sums


@functools.lru_cache(maxsize=64)
def sums_like(recipe: Recipe, targets: tuple[tuple[str, Shape, str], ...]) -> Any:
    """Return the shapes and dtypes of the sums of a batch with such targets."""

    def sums_of_one() -> Sums:
        zero = jnp.zeros(())
        sums: Sums = dict.fromkeys(["rows", *recipe.names], zero)
        ys = {name: jnp.zeros((1, *shape), dtype) for name, shape, dtype in targets}
        for name, output, metric, _ in recipe.measures:
            a = jnp.zeros((1, *recipe.network[output].output_shape))
            sums[name] = metric.sums(ys[output], a, jnp.ones(1))
        return sums

    return jax.eval_shape(sums_of_one)


def values(recipe: Recipe, sums: Sums) -> dict[str, Float[Array, ""]]:
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
    """Return sum_i w_i C_i / rows over all outputs, and the penalties.

    Weights are not normalised, as in Keras.
    """
    costs = costs_of(recipe, forward, batch)
    total = recipe.network.penalty(params)
    for output, _, loss_weight in recipe.goals:
        total += loss_weight * jnp.mean(costs[output] * batch.weight)
    return total
