"""RMSprop, Adagrad and Adadelta: every parameter has a step size of its own."""

from typing import Any

import jax
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Tree
from pellucid.optimizers.borrowed import optax
from pellucid.optimizers.optimizer import OPTIMIZERS, Memory, Optimizer, downhill, zeros_like


@OPTIMIZERS.register("rmsprop")
@config
class RMSprop(Optimizer):
    """n <- rho n + (1 - rho) g^2;  v <- m v + lr g / sqrt(n + epsilon);  p <- p - v.

    Centered: n - mean^2 in place of n, where mean <- rho mean + (1 - rho) g.
    The momentum holds the learning rate (see `SGD`).
    """

    rho: float = option(default=0.9, at_least=0, at_most=1, about="how long squares are remembered")
    momentum: float = option(
        default=0.0, at_least=0, at_most=1, about="part of the last update that goes on"
    )
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")
    centered: bool = option(default=False, about="divide by the deviation, not the mean square")

    def start(self, params: Tree) -> Memory:
        memory = {"scale": self._scaling().init(params)}
        return {**memory, "momentum": zeros_like(params)} if self.momentum else memory

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        directions, scale = self._scaling().update(grads, memory["scale"])
        steps = downhill(directions, learning_rate)
        if not self.momentum:
            return steps, {"scale": scale}
        velocity = jax.tree.map(lambda v, s: self.momentum * v + s, memory["momentum"], steps)
        return velocity, {"scale": scale, "momentum": velocity}

    def _scaling(self) -> Any:
        scaling = optax().scale_by_stddev if self.centered else optax().scale_by_rms
        return scaling(decay=self.rho, eps=self.epsilon, eps_in_sqrt=True)


@OPTIMIZERS.register("adagrad")
@config
class Adagrad(Optimizer):
    """n <- n + g^2;  p <- p - lr g / sqrt(n + epsilon).

    Steps only ever become shorter. n begins at `initial_accumulator_value`.
    """

    initial_accumulator_value: float = option(
        default=0.1, at_least=0, about="the sum of squares before the first step"
    )
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")

    def start(self, params: Tree) -> Memory:
        return self._scaling().init(params)

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        directions, memory = self._scaling().update(grads, memory)
        return downhill(directions, learning_rate), memory

    def _scaling(self) -> Any:
        start = self.initial_accumulator_value
        return optax().scale_by_rss(initial_accumulator_value=start, eps=self.epsilon)


@OPTIMIZERS.register("adadelta")
@config
class Adadelta(Optimizer):
    """n <- rho n + (1 - rho) g^2;  d = g sqrt(s + epsilon) / sqrt(n + epsilon);  p <- p - lr d.

    Then s <- rho s + (1 - rho) d^2. `learning_rate=1.0` is the method as first published;
    the default is Keras's.
    """

    rho: float = option(
        default=0.95, at_least=0, at_most=1, about="how long squares are remembered"
    )
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")

    def start(self, params: Tree) -> Memory:
        return self._scaling().init(params)

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        directions, memory = self._scaling().update(grads, memory)
        return downhill(directions, learning_rate), memory

    def _scaling(self) -> Any:
        return optax().scale_by_adadelta(rho=self.rho, eps=self.epsilon)
