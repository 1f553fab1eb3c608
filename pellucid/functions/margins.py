"""Losses over z: how far an example is on the wrong side of the boundary.

y and a are (batch, ..., outputs).
"""

import jax
import jax.numpy as jnp

from pellucid.base.config import config
from pellucid.base.types import Activation
from pellucid.functions.activations import step
from pellucid.functions.loss import LOSSES, Costs, Loss, Values, per_example


@LOSSES.register("perceptron")
@config
class Perceptron(Loss):
    """C = sum_k max(0, -(2 y_k - 1) z_k), for targets 0 and 1.

    Written as (a - y) z with a = step(z), which is the same number; and as the step's
    slope is 0, its delta is a - y for every z, 0 included. So one example's gradient
    step is Rosenblatt's rule: w <- w + lr (y - a) x.
    """

    @property
    def link(self) -> Activation:
        return step

    def cost(self, y: Values, a: Values) -> Costs:
        return self.cost_from_z(y, a)

    def cost_from_z(self, y: Values, z: Values) -> Costs:
        return per_example(jnp.sum((step(z) - y) * z, axis=-1))


@LOSSES.register("hinge")
@config
class Hinge(Loss):
    """C = mean_k max(0, 1 - y_k a_k), for targets -1 and 1 (0 is read as -1)."""

    def cost(self, y: Values, a: Values) -> Costs:
        return per_example(jax.nn.relu(1 - _signed(y) * a))


@LOSSES.register("squared_hinge")
@config
class SquaredHinge(Loss):
    """C = mean_k max(0, 1 - y_k a_k)^2, for targets -1 and 1 (0 is read as -1)."""

    def cost(self, y: Values, a: Values) -> Costs:
        return per_example(jnp.square(jax.nn.relu(1 - _signed(y) * a)))


@LOSSES.register("categorical_hinge")
@config
class CategoricalHinge(Loss):
    """C = max(0, 1 + the largest wrong output - the right one), for one-hot targets."""

    def cost(self, y: Values, a: Values) -> Costs:
        right = jnp.sum(y * a, axis=-1)
        wrong = jnp.max((1 - y) * a, axis=-1)
        return per_example(jax.nn.relu(1 + wrong - right))


def _signed(y: Values) -> Values:
    return jnp.where(y == 0, jnp.full_like(y, -1), y)
