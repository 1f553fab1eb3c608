"""Gradient descent, with or without momentum."""

from typing import ClassVar

import jax
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Tree
from pellucid.functions.schedules import Schedule
from pellucid.optimizers.moments import downhill, zeros_like
from pellucid.optimizers.optimizer import OPTIMIZERS, Memory, Optimizer


@OPTIMIZERS.register("sgd")
@config
class SGD(Optimizer):
    """v <- m v - lr g;  p <- p + v.  Nesterov: p <- p + m v - lr g, with the new v.

    The momentum holds the learning rate, as in Keras: a change of the rate acts on new
    gradients only. optax multiplies the whole momentum by the rate of the day.
    """

    layout: ClassVar = (("momentum",),)

    learning_rate: float | Schedule = option(
        default=0.01, at_least=0, about="the size of a step, or a schedule"
    )
    momentum: float = option(
        default=0.0, at_least=0, at_most=1, about="part of the last update that goes on"
    )
    nesterov: bool = option(default=False, about="look ahead along the momentum")

    def start(self, params: Tree) -> Memory:
        return {"momentum": zeros_like(params)} if self.momentum else {}

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        steps = downhill(grads, learning_rate)
        if not self.momentum:
            return steps, memory
        velocity = jax.tree.map(lambda v, s: self.momentum * v + s, memory["momentum"], steps)
        if not self.nesterov:
            return velocity, {"momentum": velocity}
        ahead = jax.tree.map(lambda v, s: self.momentum * v + s, velocity, steps)
        return ahead, {"momentum": velocity}
