"""What large parameters cost, added to the loss."""

from abc import ABC, abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import Config, config, option
from pellucid.base.errors import ShapeError, explain
from pellucid.base.registry import Registry


@config
class Regularizer(Config, ABC):
    """A cost of one parameter array, in the units of the loss."""

    @abstractmethod
    def __call__(self, array: Float[Array, "..."]) -> Float[Array, ""]:
        """Return the cost."""


REGULARIZERS: Registry[type[Regularizer]] = Registry("regularizer")


@REGULARIZERS.register("l1")
@config
class L1(Regularizer):
    """C = l1 sum |w|: pulls small weights to exactly 0."""

    l1: float = option(default=0.01, at_least=0, about="cost of each unit of |w|")

    def __call__(self, array: Float[Array, "..."]) -> Float[Array, ""]:
        return self.l1 * jnp.sum(jnp.abs(array))


@REGULARIZERS.register("l2")
@config
class L2(Regularizer):
    """C = l2 sum w^2: pulls every weight towards 0 in proportion to its size."""

    l2: float = option(default=0.01, at_least=0, about="cost of each unit of w^2")

    def __call__(self, array: Float[Array, "..."]) -> Float[Array, ""]:
        return self.l2 * jnp.sum(jnp.square(array))


@REGULARIZERS.register("l1_l2")
@config
class L1L2(Regularizer):
    """C = l1 sum |w| + l2 sum w^2; the one not given is 0, and both are 0.01 if neither is."""

    l1: float | None = option(default=None, at_least=0, about="cost of each unit of |w|")
    l2: float | None = option(default=None, at_least=0, about="cost of each unit of w^2")

    def __call__(self, array: Float[Array, "..."]) -> Float[Array, ""]:
        given = (self.l1 or 0.0, self.l2 or 0.0)
        l1, l2 = (0.01, 0.01) if self.l1 is None and self.l2 is None else given
        return l1 * jnp.sum(jnp.abs(array)) + l2 * jnp.sum(jnp.square(array))


@REGULARIZERS.register("orthogonal")
@config
class OrthogonalRegularizer(Regularizer):
    """C = factor times the mean |cosine| between two different rows, or columns, of a matrix.

    Raises:
        ShapeError: the parameter is no matrix.
    """

    factor: float = option(default=0.01, at_least=0, about="cost of rows that all agree")
    mode: str = option(default="rows", choices=("rows", "columns"), about="what should differ")

    def __call__(self, array: Float[Array, "..."]) -> Float[Array, ""]:
        if array.ndim != 2:
            what = "OrthogonalRegularizer() is for matrices only."
            raise ShapeError(explain(what, got=array.shape, expected="a shape of two axes"))
        rows = array if self.mode == "rows" else array.T
        lengths = jnp.sqrt(jnp.maximum(jnp.sum(jnp.square(rows), axis=1, keepdims=True), 1e-12))
        rows = rows / lengths
        cosines = jnp.tril(jnp.abs(rows @ rows.T), -1)
        return self.factor * jnp.sum(cosines) / (len(rows) * (len(rows) - 1) / 2)
