"""In which order an epoch visits the rows: drawn by the seed and the epoch's number alone."""

import functools
from collections.abc import Callable

import jax.numpy as jnp
from jaxtyping import Array, Int

from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import AnyArray, Seed
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.permutation import Within, permutation
from pellucid.training.state import ORDER, Examples, Recipe, key_for
from pellucid.training.weighting import classes_of

BALANCED = "balanced"


def visiting_order(
    rows: int,
    shuffle: bool,
    seed: Seed,
    epoch: Int[AnyArray, ""],
    within: Within | None = None,
) -> Int[Array, " rows"]:
    """Return the rows in the order in which an epoch visits them, `epoch` counted from 0.

    Of a part of the epoch, the places `within` are enough.
    """
    if not shuffle:
        return jnp.arange(rows, dtype="int32")
    return permutation(key_for(seed, ORDER, epoch), rows, within)


@keep_latest
def compile_order(
    rows: int, shuffle: bool
) -> Callable[[Seed, Int[AnyArray, ""]], Int[Array, " rows"]]:
    """Return the same, compiled, from a training state's seed and epoch to the order of `rows`."""
    return compiled(functools.partial(visiting_order, rows, shuffle))


def balanced_order(
    labels: Int[Array, " rows"], classes: int, seed: Seed, epoch: Int[AnyArray, ""]
) -> Int[Array, " rows"]:
    """Return an order in which the classes that occur take turns: row i is of class i mod K.

    So every stretch of an epoch, and with it every mini-batch, shows each class equally
    often, but for one row. The rows of a class come in a new order each epoch; those of a
    rare class come again and again, those of a common one in part. An epoch still visits as
    many rows as there are.
    """
    count = jnp.bincount(labels, length=classes)
    drawn = visiting_order(len(labels), True, seed, epoch)
    by_class = drawn[jnp.argsort(labels[drawn], stable=True)]
    first = jnp.cumsum(count) - count
    present, many = jnp.argsort(count == 0, stable=True), jnp.sum(count > 0)
    place = jnp.arange(len(labels), dtype="int32")
    label = present[place % many]
    return by_class[first[label] + place // many % count[label]]


def order_of(
    recipe: Recipe,
    examples: Examples,
    shuffle: bool | str,
    seed: Seed,
    epoch: Int[AnyArray, ""],
    within: Within | None = None,
) -> Int[Array, " rows"]:
    """Return the rows of `examples` in the order in which an epoch visits them."""
    if shuffle != BALANCED:
        return visiting_order(len(examples), bool(shuffle), seed, epoch, within)
    labels = jnp.maximum(jnp.asarray(classes_of(recipe.goals, examples.targets), "int32"), 0)
    units = recipe.network[recipe.goals[0].output].output_shape[-1]
    return balanced_order(labels, max(units, 2), seed, epoch)


def check_order(recipe: Recipe, examples: Examples, shuffle: bool | str) -> None:
    """Refuse an order that there is not, or that these rows cannot be visited in.

    Raises:
        ConfigError: "balanced", and a row has no one class; or another word.
        DataError: "balanced", and there are several outputs.
    """
    if isinstance(shuffle, str) and shuffle != BALANCED:
        what = "shuffle is a word that means nothing here."
        raise ConfigError(explain(what, got=repr(shuffle), expected='True, False or "balanced"'))
    if shuffle == BALANCED and classes_of(recipe.goals, examples.targets).ndim != 1:
        what = "Only rows that have one class each can be shown equally often by class."
        shape = recipe.network[recipe.goals[0].output].output_shape
        raise ConfigError(explain(what, got=f"an output of {shape}", expected="(classes,)"))
