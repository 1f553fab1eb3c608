"""Ftrl: follow the leader, with weights that are exactly 0."""

from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Tree
from pellucid.optimizers.moments import zeros_like
from pellucid.optimizers.optimizer import OPTIMIZERS, Memory, Optimizer


@OPTIMIZERS.register("ftrl")
@config
class Ftrl(Optimizer):
    """p <- (clip(s, -l1, l1) - s) / (n^k / lr + 2 l2 + beta / lr): 0 where |s| <= l1.

    Of all past gradients: n' = n + g^2, and s <- s + g + 2 shrinkage p - (n'^k - n^k) p / lr;
    k = -learning_rate_power. It forgets the weights it began with: without a gradient, they
    become 0. A learning rate of 0 leaves everything as it is (NaN in Keras).
    """

    layout: ClassVar = (("accumulator", "linear"),)

    learning_rate_power: float = option(
        default=-0.5, at_most=0, about="how the rate falls with gradients: 0 for not at all"
    )
    initial_accumulator_value: float = option(
        default=0.1, at_least=0, about="the sum of squares before the first step"
    )
    l1_regularization_strength: float = option(
        default=0.0, at_least=0, about="what must be overcome to be other than 0"
    )
    l2_regularization_strength: float = option(
        default=0.0, at_least=0, about="pull to 0 that steadies steps"
    )
    l2_shrinkage_regularization_strength: float = option(
        default=0.0, at_least=0, about="pull to 0 that is part of the gradient"
    )
    beta: float = option(default=0.0, about="added to the root of the sum of squares")

    def start(self, params: Tree) -> Memory:
        first = self.initial_accumulator_value
        squares = jax.tree.map(lambda p: jnp.full_like(p, first), params)
        return {"accumulator": squares, "linear": zeros_like(params)}

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        moving = learning_rate > 0
        rate = jnp.where(moving, learning_rate, 1.0)
        squares = jax.tree.map(lambda n, g: n + jnp.square(g), memory["accumulator"], grads)
        linear = jax.tree.map(
            lambda s, g, n, before, p: s + self._pull(g, n, before, p, rate),
            memory["linear"],
            grads,
            squares,
            memory["accumulator"],
            params,
        )
        targets = jax.tree.map(lambda s, n: self._lowest(s, n, rate), linear, squares)
        updates = jax.tree.map(lambda t, p: jnp.where(moving, t - p, 0.0), targets, params)
        after = {"accumulator": squares, "linear": linear}
        before = {name: memory[name] for name in after}
        return updates, jax.tree.map(lambda new, old: jnp.where(moving, new, old), after, before)

    def _power(self, squares: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        return squares**-self.learning_rate_power

    def _pull(
        self,
        grad: Float[Array, "*shape"],
        squares: Float[Array, "*shape"],
        before: Float[Array, "*shape"],
        weights: Float[Array, "*shape"],
        rate: Float[Array, ""],
    ) -> Float[Array, "*shape"]:
        shrunk = grad + 2 * self.l2_shrinkage_regularization_strength * weights
        return shrunk - (self._power(squares) - self._power(before)) / rate * weights

    def _lowest(
        self, linear: Float[Array, "*shape"], squares: Float[Array, "*shape"], rate: Array
    ) -> Float[Array, "*shape"]:
        """Return where the sum of all linear and quadratic terms is lowest."""
        l1, l2 = self.l1_regularization_strength, self.l2_regularization_strength
        curvature = self._power(squares) / rate + 2 * (l2 + self.beta / (2 * rate))
        return (jnp.clip(linear, -l1, l1) - linear) / curvature
