"""The contract every metric keeps."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Num, Shaped

from pellucid.base.config import Config, config
from pellucid.base.registry import Registry
from pellucid.base.types import AnyArray

Targets: TypeAlias = Num[Array, "batch ..."]
Outputs: TypeAlias = Float[Array, "batch ..."]
Weight: TypeAlias = Float[Array, " batch"]
Sums: TypeAlias = Mapping[str, Float[Array, "..."]]


@config
class Metric(Config, ABC):
    """A score of many examples, told by sums over them.

    The sums of two batches, added, are the sums of both; so a score over an epoch is
    exact whatever the batches were. They are kept in float32 at least.

    Targets y are numbers in the shape of a, or the indices of classes, without a's last
    axis; a metric over classes takes either.
    """

    higher_is_better: ClassVar[bool] = True

    @abstractmethod
    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        """Return what a batch adds to the sums; each example counts `weight` times."""

    def add(self, sums: Sums, y: Targets, a: Outputs, weight: Weight) -> Sums:
        """Return sums with a batch added to them."""
        return jax.tree.map(jnp.add, sums, self.sums(y, a, weight))

    def blank(self, y: AnyArray, a: AnyArray) -> Mapping[str, Float[np.ndarray, "..."]]:
        """Return the sums of no rows, on the host; of y and a only the shapes count."""
        form = jax.eval_shape(self.sums, y, a, np.ones(len(y), np.float32))
        return jax.tree.map(lambda part: np.zeros(part.shape, part.dtype), form)

    @abstractmethod
    def value(self, sums: Sums) -> Float[Array, "..."]:
        """Return the score that sums amount to; 0 where there is nothing to divide by."""


METRICS: Registry[type[Metric]] = Registry("metric")


def wide(x: Shaped[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return numbers or truth values in float32, or in float64 if they are."""
    return x.astype("float64" if x.dtype == jnp.float64 else "float32")


def mean_sums(scores: Shaped[Array, "batch *positions"], weight: Weight) -> Sums:
    """Return the sums whose quotient is the mean score."""
    each = jnp.mean(wide(scores).reshape(len(scores), -1), axis=1)
    weight = weight.astype(each.dtype)
    return {"total": jnp.sum(each * weight), "count": jnp.sum(weight)}


def mean_value(sums: Sums) -> Float[Array, ""]:
    """Return the mean score."""
    return quotient(sums["total"], sums["count"])


def quotient(above: Float[Array, "..."], below: Float[Array, "..."]) -> Float[Array, "..."]:
    """Return above / below, and 0 where below is 0."""
    some = below != 0
    return jnp.where(some, above / jnp.where(some, below, jnp.ones_like(below)), 0)


def one_hot(y: Targets, a: Outputs) -> Float[Array, "batch ..."]:
    """Return targets in the shape of the outputs, labels as one-hot rows."""
    if y.shape == a.shape:
        return wide(y)
    if a.shape[-1] == 1:
        return wide(y[..., None])
    return wide(y[..., None] == jnp.arange(a.shape[-1], dtype=y.dtype))


def labels(y: Targets, a: Outputs) -> Num[Array, "batch ..."]:
    """Return the index of each true class, whether y holds indices or one-hot rows."""
    return jnp.argmax(y, axis=-1) if y.shape == a.shape else y
