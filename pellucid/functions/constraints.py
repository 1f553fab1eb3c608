"""Where parameters may lie: what brings them back after each update."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import Config, config, option
from pellucid.base.registry import Registry

SMALLEST = 1e-7  # as in Keras: added to a length before dividing by it
ALONG = "the axes that a length is taken along; 0 is the inputs of a Dense kernel"


@config
class Constraint(Config, ABC):
    """A map from any parameter array to one that is allowed."""

    @abstractmethod
    def __call__(self, array: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Return the allowed array."""


CONSTRAINTS: Registry[type[Constraint]] = Registry("constraint")


def _axes(axis: int | Sequence[int]) -> int | tuple[int, ...]:
    return axis if isinstance(axis, int) else tuple(axis)


@CONSTRAINTS.register("max_norm")
@config
class MaxNorm(Constraint):
    """w <- w min(|w|, max_value) / |w|: vectors no longer than max_value."""

    max_value: float = option(default=2.0, at_least=0, about="the largest length")
    axis: int | Sequence[int] = option(default=0, convert=_axes, about=ALONG)

    def __call__(self, array: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        length = _length(array, self.axis)
        return array * (jnp.minimum(length, self.max_value) / (SMALLEST + length))


@CONSTRAINTS.register("non_neg")
@config
class NonNeg(Constraint):
    """w <- max(w, 0): no negative element."""

    def __call__(self, array: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        return jnp.maximum(array, 0)


@CONSTRAINTS.register("unit_norm")
@config
class UnitNorm(Constraint):
    """w <- w / |w|: vectors of length 1."""

    axis: int | Sequence[int] = option(default=0, convert=_axes, about=ALONG)

    def __call__(self, array: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        return array / (SMALLEST + _length(array, self.axis))


@CONSTRAINTS.register("min_max_norm")
@config
class MinMaxNorm(Constraint):
    """w <- w (rate clip(|w|, min_value, max_value) + (1 - rate) |w|) / |w|.

    With rate 1 every length lies within the bounds; a smaller one only pulls it there.
    """

    min_value: float = option(default=0.0, at_least=0, about="the smallest length")
    max_value: float = option(default=1.0, at_least=0, about="the largest length")
    rate: float = option(default=1.0, at_least=0, at_most=1, about="how far to pull, at once")
    axis: int | Sequence[int] = option(default=0, convert=_axes, about=ALONG)

    def __call__(self, array: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        length = _length(array, self.axis)
        inside = jnp.clip(length, self.min_value, self.max_value)
        wanted = self.rate * inside + (1 - self.rate) * length
        return array * (wanted / (SMALLEST + length))


def _length(array: Float[Array, "..."], axis: int | Sequence[int]) -> Float[Array, "..."]:
    along = axis if isinstance(axis, int) else tuple(axis)
    return jnp.sqrt(jnp.sum(jnp.square(array), axis=along, keepdims=True))
