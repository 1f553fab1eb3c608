"""The contract every loss keeps."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar, TypeAlias

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Num, Shaped

from pellucid.base.config import Config, config
from pellucid.base.registry import Registry
from pellucid.base.types import Activation

Values: TypeAlias = Float[Array, "batch *shape"]
Labels: TypeAlias = Int[Array, "batch *positions"]
Logits: TypeAlias = Float[Array, "batch *positions classes"]
Costs: TypeAlias = Float[Array, " batch"]


@config
class Loss(Config, ABC):
    """The cost of each example, given its target y and the network's output.

    A loss may name the activation it is made for, its `link`. Under that activation
    the cost is computed from z, which is exact where `cost(y, a)` would lose digits,
    and the output layer's error delta is a - y up to a constant (not for focal losses).

    `targets` says what y is: "same" for numbers in the shape of a, "labels" for the index
    of a class, without a's last axis, "any" for numbers as they come.
    """

    targets: ClassVar[str] = "same"

    @property
    def link(self) -> Activation | None:
        """The activation under which the cost is computed from z, if there is one."""
        return None

    @property
    def ignores(self) -> int | None:
        """A label that costs nothing, if there is one."""
        return None

    @abstractmethod
    def cost(self, y: Num[Array, "batch ..."], a: Float[Array, "batch ..."]) -> Costs:
        """Return the cost of each example from the network's output a."""

    def cost_from_z(self, y: Num[Array, "batch ..."], z: Float[Array, "batch ..."]) -> Costs:
        """Return the same, from the pre-activation z under `link`."""
        if self.link is None:
            raise TypeError(f"{type(self).__name__} has no link, so it needs a.")
        return self.cost(y, self.link(z))

    def count(self, y: Num[Array, "batch ..."]) -> int:
        """Return how many costs a batch has: one a position, its outputs taken together."""
        return math.prod(y.shape if self.targets == "labels" else (y.shape[:-1] or y.shape))

    def counting(self, y: Num[Array, "batch ..."]) -> Bool[Array, "batch *positions"] | None:
        """Return which positions can cost anything; None where all do."""
        return None if self.ignores is None else y != self.ignores

    def emphasis(
        self,
        y: Num[Array, "batch ..."],
        weight: Float[Array, "batch ..."],
        mask: Bool[Array, "batch ..."] | None = None,
    ) -> Float[Array, ""]:
        """Return what the mean of a batch's weighted costs is multiplied by.

        Here it makes up for positions that cost nothing, as in Keras: the mean is then one
        over the others. `weight` is 0 already where `mask` is false.
        """
        del weight
        counting = self.counting(y)
        if mask is not None:
            counting = mask if counting is None else counting & deepened(mask, counting.ndim)
        if counting is None:
            return jnp.ones(())
        return counting.size / jnp.maximum(jnp.sum(counting), 1).astype(jnp.float32)

    def __call__(
        self,
        y: Num[Array, "batch ..."],
        z: Float[Array, "batch ..."],
        nonlinearity: Activation,
    ) -> Costs:
        """Return the cost of each example, from z where that is more exact."""
        if nonlinearity is self.link:
            return self.cost_from_z(y, z)
        return self.cost(y, nonlinearity(z))

    def at_positions(
        self,
        y: Num[Array, "batch ..."],
        z: Float[Array, "batch ..."],
        nonlinearity: Activation,
        axes: int,
    ) -> Float[Array, "batch ..."]:
        """Return a cost for each place along the first `axes` axes of z: it is one example."""
        if axes == 1:
            return self(y, z, nonlinearity)
        if nonlinearity is self.link:
            costs = self.cost_from_z(flattened(y, axes), flattened(z, axes))
        else:
            costs = self.cost(flattened(y, axes), flattened(nonlinearity(z), axes))
        return costs.reshape(z.shape[:axes])


LOSSES: Registry[type[Loss]] = Registry("loss")
SMALLEST = 1e-7  # as in Keras, so that logarithms and quotients stay finite


def per_example(costs: Float[Array, "batch *positions"]) -> Costs:
    """Return the mean over everything but the batch."""
    return jnp.mean(costs.reshape(len(costs), -1), axis=1)


def flattened(x: Shaped[Array, "..."], axes: int) -> Shaped[Array, "places ..."]:
    """Return x with its first `axes` axes as one."""
    return x.reshape(math.prod(x.shape[:axes]), *x.shape[axes:])


def deepened(x: Shaped[Array, "..."], axes: int) -> Shaped[Array, "..."]:
    """Return x with axes of size 1 after its own, up to `axes` of them."""
    return x.reshape(*x.shape, *(1,) * (axes - x.ndim))
