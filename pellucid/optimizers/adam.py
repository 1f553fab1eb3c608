"""Adam and its kin: a mean of gradients over the root of a mean of their squares.

The arithmetic is ours because Keras's differs from optax's beyond rounding: Adam's
epsilon is added before the bias of the squares is removed, Adamax's is added to the
norm and not to the gradient, and Nadam's momentum follows a schedule.
"""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Tree
from pellucid.optimizers.moments import (
    downhill,
    mean,
    mean_of_squares,
    next_step,
    no_step,
    zeros_like,
)
from pellucid.optimizers.optimizer import OPTIMIZERS, Memory, Optimizer

NADAM_DECAY = 0.96  # of Nadam's schedule; a constant in Keras, too


@OPTIMIZERS.register("adam")
@config
class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  p <- p - lr c m / (sqrt(v) + epsilon).

    c = sqrt(1 - b2^t) / (1 - b1^t) removes the bias of the zeros that m and v begin with.
    `amsgrad` divides by the root of the largest v so far.
    """

    layout: ClassVar = (("momentum", "velocity"), ("velocity_hat",))

    beta_1: float = option(default=0.9, at_least=0, below=1, about="how long m is remembered")
    beta_2: float = option(default=0.999, at_least=0, below=1, about="how long v is remembered")
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")
    amsgrad: bool = option(default=False, about="divide by the largest v so far")

    def start(self, params: Tree) -> Memory:
        return adam_start(self, params)

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        return adam_move(self, grads, memory, learning_rate)


@OPTIMIZERS.register("adamw")
@config
class AdamW(Optimizer):
    """Adam, and p <- p - lr weight_decay p, from the start."""

    layout: ClassVar = (("momentum", "velocity"), ("velocity_hat",))

    weight_decay: float = option(
        default=0.004, at_least=0, about="part of a weight lost per learning rate"
    )
    beta_1: float = option(default=0.9, at_least=0, below=1, about="how long m is remembered")
    beta_2: float = option(default=0.999, at_least=0, below=1, about="how long v is remembered")
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")
    amsgrad: bool = option(default=False, about="divide by the largest v so far")

    def start(self, params: Tree) -> Memory:
        return adam_start(self, params)

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        return adam_move(self, grads, memory, learning_rate)


@OPTIMIZERS.register("adamax")
@config
class Adamax(Optimizer):
    """m <- b1 m + (1 - b1) g;  u <- max(b2 u, |g|);  p <- p - lr m / ((1 - b1^t)(u + epsilon))."""

    layout: ClassVar = (("momentum", "norm"),)

    beta_1: float = option(default=0.9, at_least=0, below=1, about="how long m is remembered")
    beta_2: float = option(default=0.999, at_least=0, below=1, about="how long u is remembered")
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")

    def start(self, params: Tree) -> Memory:
        return {"step": no_step(), "momentum": zeros_like(params), "norm": zeros_like(params)}

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        step, t = next_step(memory)
        momentum = mean(memory["momentum"], grads, self.beta_1)
        norm = jax.tree.map(
            lambda u, g: jnp.maximum(self.beta_2 * u, jnp.abs(g)), memory["norm"], grads
        )
        directions = jax.tree.map(lambda m, u: m / (u + self.epsilon), momentum, norm)
        updates = downhill(directions, learning_rate / (1 - self.beta_1**t))
        return updates, {"step": step, "momentum": momentum, "norm": norm}


@OPTIMIZERS.register("nadam")
@config
class Nadam(Optimizer):
    """Adam with Nesterov's look ahead, by a momentum that grows: b(t) = b1 (1 - 0.96^t / 2).

    p <- p - lr d / (sqrt(v / (1 - b2^t)) + epsilon), where
    d = b(t + 1) m / (1 - b(1) ... b(t + 1)) + (1 - b(t)) g / (1 - b(1) ... b(t)).
    """

    layout: ClassVar = (("momentum", "velocity"), ("product",))

    beta_1: float = option(default=0.9, at_least=0, below=1, about="how long m is remembered")
    beta_2: float = option(default=0.999, at_least=0, below=1, about="how long v is remembered")
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")

    def start(self, params: Tree) -> Memory:
        memory = {"momentum": zeros_like(params), "velocity": zeros_like(params)}
        return {"step": no_step(), "product": jnp.ones((), "float32"), **memory}

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        step, t = next_step(memory)
        here, ahead = self._momentum(t), self._momentum(t + 1)
        product = memory["product"] * here
        of_mean, of_slope = ahead / (1 - product * ahead), (1 - here) / (1 - product)
        bias = 1 - self.beta_2**t
        momentum = mean(memory["momentum"], grads, self.beta_1)
        velocity = mean_of_squares(memory["velocity"], grads, self.beta_2)
        directions = jax.tree.map(
            lambda m, v, g: (of_mean * m + of_slope * g) / (jnp.sqrt(v / bias) + self.epsilon),
            momentum,
            velocity,
            grads,
        )
        after = {"step": step, "product": product, "momentum": momentum, "velocity": velocity}
        return downhill(directions, learning_rate), after

    def _momentum(self, t: Float[Array, ""]) -> Float[Array, ""]:
        return self.beta_1 * (1 - 0.5 * NADAM_DECAY**t)


def adam_start(settings: Any, params: Tree) -> Memory:
    """Return what an Adam or AdamW remembers before its first step."""
    names = (
        ("momentum", "velocity", "velocity_hat") if settings.amsgrad else ("momentum", "velocity")
    )
    return {"step": no_step()} | {name: zeros_like(params) for name in names}


def adam_move(
    settings: Any, grads: Tree, memory: Memory, learning_rate: Float[Array, ""]
) -> tuple[Tree, Memory]:
    """Return the updates of an Adam or AdamW, and its memory after them."""
    step, t = next_step(memory)
    momentum = mean(memory["momentum"], grads, settings.beta_1)
    velocity = mean_of_squares(memory["velocity"], grads, settings.beta_2)
    after, below = {"step": step, "momentum": momentum, "velocity": velocity}, velocity
    if settings.amsgrad:
        below = jax.tree.map(jnp.maximum, memory["velocity_hat"], velocity)
        after["velocity_hat"] = below
    directions = jax.tree.map(lambda m, v: m / (jnp.sqrt(v) + settings.epsilon), momentum, below)
    unbiased = jnp.sqrt(1 - settings.beta_2**t) / (1 - settings.beta_1**t)
    return downhill(directions, learning_rate * unbiased), after
