"""The contract every loss keeps."""

from abc import ABC, abstractmethod
from typing import ClassVar, TypeAlias

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Num

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

    `targets` says what y is: "same" for numbers in the shape of a, "labels" for the
    index of a class, without a's last axis.
    """

    targets: ClassVar[str] = "same"

    @property
    def link(self) -> Activation | None:
        """The activation under which the cost is computed from z, if there is one."""
        return None

    @abstractmethod
    def cost(self, y: Num[Array, "batch ..."], a: Float[Array, "batch ..."]) -> Costs:
        """Return the cost of each example from the network's output a."""

    def cost_from_z(self, y: Num[Array, "batch ..."], z: Float[Array, "batch ..."]) -> Costs:
        """Return the same, from the pre-activation z under `link`."""
        if self.link is None:
            raise TypeError(f"{type(self).__name__} has no link, so it needs a.")
        return self.cost(y, self.link(z))

    def emphasis(self, y: Num[Array, "batch ..."]) -> Float[Array, ""]:
        """Return what a batch's mean is multiplied by, to make up for places that cost nothing."""
        del y
        return jnp.ones(())

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


LOSSES: Registry[type[Loss]] = Registry("loss")
SMALLEST = 1e-7  # as in Keras, so that logarithms and quotients stay finite


def per_example(costs: Float[Array, "batch *positions"]) -> Costs:
    """Return the mean over everything but the batch."""
    return jnp.mean(costs.reshape(len(costs), -1), axis=1)
