"""One mini-batch: forward, backward, update, and a look at all of it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.types import Params
from pellucid.functions.schedules import Schedule
from pellucid.network.network import Forward
from pellucid.training.devices import averaged, own_seed
from pellucid.training.measuring import Sums, mean_loss, measure, traced_sums
from pellucid.training.state import NOISE, Examples, Recipe, TrainState, key_for, split_params
from pellucid.training.watch import Signals


class StepRecord(NamedTuple):
    """What a step leaves behind."""

    loss: Float[Array, ""]  # the mean over the mini-batch, penalties included
    signals: Signals


def step(
    recipe: Recipe, train: TrainState, batch: Examples, sums: Sums, shares: int = 0
) -> tuple[TrainState, Sums, StepRecord]:
    """Train on one mini-batch, and add what it showed to `sums`.

    Where several devices train, `batch` is one of so many `shares` of the mini-batch, or, by 1,
    all of it on each device.
    """
    rows = len(batch)
    moving, still = split_params(train.params, recipe.frozen)
    nudges = recipe.network.nudges(rows, recipe.dtype)
    slopes = jax.value_and_grad(objective, argnums=(0, 1), has_aux=True)
    drawing = train._replace(seed=own_seed(train.seed)) if shares > 1 else train
    (loss, forward), (gradient, slope_of_z) = slopes(moving, nudges, still, recipe, drawing, batch)
    state = forward.state
    if shares:
        seen = measure(recipe, traced_sums(recipe, batch.targets), forward, batch, loss)
        gradient, state, loss, seen = averaged((gradient, state, loss, seen))
        sums = jax.tree.map(lambda total, mean: total + shares * mean, sums, seen)
    else:
        sums = measure(recipe, sums, forward, batch, loss)
    rate = learning_rate(recipe, train)
    update, memory = recipe.optimizer.update(gradient, train.memory, moving, rate)
    signals = {
        "z": forward.z,
        "a": {name: forward.a[name] for name in forward.z},
        "delta": jax.tree.map(lambda slope: slope * rows, slope_of_z),  # per example
        "gradient": gradient,
        "update": update,
        "weight": train.params,
    }
    after = train._replace(
        params={**recipe.network.constrained(jax.tree.map(jnp.add, moving, update)), **still},
        state=state,
        memory=memory,
        learning_rate=rate,
        step=train.step + 1,
    )
    return after, sums, StepRecord(loss, recipe.watch.read(signals))


def objective(
    moving: Params,
    nudges: Mapping[str, Any],
    still: Params,
    recipe: Recipe,
    train: TrainState,
    batch: Examples,
) -> tuple[Float[Array, ""], Forward]:
    """Return the loss of a mini-batch, and the pass that led to it."""
    params = {**moving, **still}
    forward = recipe.network.apply(
        jax.tree.map(lambda p: p.astype(recipe.dtype), params),
        train.state,
        recipe.network.feed(batch.inputs, recipe.dtype),
        key=key_for(train.seed, NOISE, train.step),
        training=True,
        nudges=nudges,
        frozen=recipe.frozen,
    )
    return mean_loss(recipe, forward, batch, params), forward


def learning_rate(recipe: Recipe, train: TrainState) -> Float[Array, ""]:
    """Return the rate of the next step: scheduled, or as somebody left it."""
    rate = recipe.optimizer.learning_rate
    return rate(train.step).astype("float32") if isinstance(rate, Schedule) else train.learning_rate
