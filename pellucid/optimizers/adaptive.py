"""RMSprop, Adagrad and Adadelta: every parameter has a step size of its own."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Tree
from pellucid.optimizers.borrowed import begin, optax, scale
from pellucid.optimizers.moments import downhill, zeros_like
from pellucid.optimizers.optimizer import OPTIMIZERS, Memory, Optimizer

# optax's names, and ours
OF_RMS = {"nu": "velocity"}
OF_DEVIATION = {"nu": "velocity", "mu": "average_gradient"}
OF_SUM = {"sum_of_squares": "accumulator"}
OF_ADADELTA = {"e_g": "accumulated_grad", "e_x": "accumulated_delta_var"}


@OPTIMIZERS.register("rmsprop")
@config
class RMSprop(Optimizer):
    """n <- rho n + (1 - rho) g^2;  v <- m v + lr g / sqrt(n + epsilon);  p <- p - v.

    Centered: n - mean^2 in place of n, where mean <- rho mean + (1 - rho) g.
    The momentum holds the learning rate (see `SGD`).
    """

    layout: ClassVar = (("velocity",), ("momentum",), ("average_gradient",))

    rho: float = option(default=0.9, at_least=0, at_most=1, about="how long squares are remembered")
    momentum: float = option(
        default=0.0, at_least=0, at_most=1, about="part of the last update that goes on"
    )
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")
    centered: bool = option(default=False, about="divide by the deviation, not the mean square")

    def start(self, params: Tree) -> Memory:
        memory = begin(self._scaling(), params, self._names())
        return {**memory, "momentum": zeros_like(params)} if self.momentum else memory

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        directions, after = scale(self._scaling(), grads, memory, self._names())
        if not self.momentum:
            return downhill(directions, learning_rate), after
        lost = jax.tree.map(
            lambda v, d: self.momentum * v + learning_rate * d, memory["momentum"], directions
        )
        return jax.tree.map(jnp.negative, lost), {**after, "momentum": lost}

    def _names(self) -> dict[str, str]:
        return OF_DEVIATION if self.centered else OF_RMS

    def _scaling(self) -> Any:
        scaling = optax().scale_by_stddev if self.centered else optax().scale_by_rms
        return scaling(decay=self.rho, eps=self.epsilon, eps_in_sqrt=True)


@OPTIMIZERS.register("adagrad")
@config
class Adagrad(Optimizer):
    """n <- n + g^2;  p <- p - lr g / sqrt(n + epsilon).

    Steps only ever become shorter. n begins at `initial_accumulator_value`.
    """

    layout: ClassVar = (("accumulator",),)

    initial_accumulator_value: float = option(
        default=0.1, at_least=0, about="the sum of squares before the first step"
    )
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")

    def start(self, params: Tree) -> Memory:
        return begin(self._scaling(), params, OF_SUM)

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        directions, memory = scale(self._scaling(), grads, memory, OF_SUM)
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

    layout: ClassVar = (("accumulated_grad", "accumulated_delta_var"),)

    rho: float = option(
        default=0.95, at_least=0, at_most=1, about="how long squares are remembered"
    )
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")

    def start(self, params: Tree) -> Memory:
        return begin(self._scaling(), params, OF_ADADELTA)

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        directions, memory = scale(self._scaling(), grads, memory, OF_ADADELTA)
        return downhill(directions, learning_rate), memory

    def _scaling(self) -> Any:
        return optax().scale_by_adadelta(rho=self.rho, eps=self.epsilon)
