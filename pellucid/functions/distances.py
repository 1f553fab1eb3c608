"""Losses over numbers: how far an output is from its target.

Unless a docstring says otherwise, y and a are (batch, ..., outputs).
"""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Activation
from pellucid.functions.activations import linear
from pellucid.functions.loss import LOSSES, SMALLEST, Costs, Loss, Values, per_example


@LOSSES.register("quadratic")
@config
class Quadratic(Loss):
    """C = 1/2 sum_k (a_k - y_k)^2: the lectures' cost, whose delta is exactly a - y.

    Units:
        those of y, squared
    """

    @property
    def link(self) -> Activation:
        return linear

    def cost(self, y: Values, a: Values) -> Costs:
        return per_example(jnp.sum(jnp.square(a - y), axis=-1) / 2)


@LOSSES.register("squared_error")
@config
class SquaredError(Loss):
    """C = sum_k (a_k - y_k)^2, in squared units of y."""

    @property
    def link(self) -> Activation:
        return linear

    def cost(self, y: Values, a: Values) -> Costs:
        return per_example(jnp.sum(jnp.square(a - y), axis=-1))


@LOSSES.register("mean_squared_error", "mse", "MSE")
@config
class MeanSquaredError(Loss):
    """C = mean_k (a_k - y_k)^2, in squared units of y."""

    @property
    def link(self) -> Activation:
        return linear

    def cost(self, y: Values, a: Values) -> Costs:
        return per_example(jnp.square(a - y))


@LOSSES.register("mean_absolute_error", "mae", "MAE")
@config
class MeanAbsoluteError(Loss):
    """C = mean_k |a_k - y_k|, in units of y: one outlier counts as its distance only."""

    def cost(self, y: Values, a: Values) -> Costs:
        return per_example(jnp.abs(a - y))


@LOSSES.register("mean_absolute_percentage_error", "mape", "MAPE")
@config
class MeanAbsolutePercentageError(Loss):
    """C = 100 mean_k |a_k - y_k| / |y_k|, in percent; huge where y is near 0."""

    def cost(self, y: Values, a: Values) -> Costs:
        return 100 * per_example(jnp.abs((a - y) / jnp.maximum(jnp.abs(y), SMALLEST)))


@LOSSES.register("mean_squared_logarithmic_error", "msle", "MSLE")
@config
class MeanSquaredLogarithmicError(Loss):
    """C = mean_k (log(1 + a_k) - log(1 + y_k))^2, where numbers below 0 count as 0."""

    def cost(self, y: Values, a: Values) -> Costs:
        log_a, log_y = (jnp.log1p(jnp.maximum(value, SMALLEST)) for value in (a, y))
        return per_example(jnp.square(log_a - log_y))


@LOSSES.register("huber", "huber_loss")
@config
class Huber(Loss):
    """C = mean_k of d^2 / 2 if |d| <= delta, else delta |d| - delta^2 / 2, with d = a - y.

    Near its target it is a squared error, far from it an absolute one.
    """

    delta: float = option(default=1.0, above=0, about="where the square becomes a line")

    def cost(self, y: Values, a: Values) -> Costs:
        distance = jnp.abs(a - y)
        line = self.delta * distance - self.delta**2 / 2
        return per_example(jnp.where(distance <= self.delta, jnp.square(distance) / 2, line))


@LOSSES.register("log_cosh", "logcosh")
@config
class LogCosh(Loss):
    """C = mean_k log(cosh(a_k - y_k)): smooth everywhere, a line far from the target."""

    def cost(self, y: Values, a: Values) -> Costs:
        d = a - y
        return per_example(d + jax.nn.softplus(-2 * d) - math.log(2))


@LOSSES.register("cosine_similarity")
@config
class CosineSimilarity(Loss):
    """C = -cos(angle between a and y): -1 for one direction, 1 for opposite ones."""

    def cost(self, y: Values, a: Values) -> Costs:
        return per_example(-cosine(y, a))


def cosine(
    y: Float[Array, "*batch outputs"], a: Float[Array, "*batch outputs"]
) -> Float[Array, "*batch"]:
    """Return the cosine of the angle between vectors along the last axis, 0 for no vector."""
    return jnp.sum(_unit(y) * _unit(a), axis=-1)


def _unit(x: Float[Array, "*batch outputs"]) -> Float[Array, "*batch outputs"]:
    squares = jnp.sum(jnp.square(x), axis=-1, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(squares, SMALLEST**2))
