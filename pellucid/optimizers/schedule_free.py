"""ScheduleFreeAdamW: an average of the weights takes the place of a falling rate."""

from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Tree
from pellucid.functions.schedules import Schedule
from pellucid.optimizers.moments import mean_of_squares, next_step, no_step, zeros_like
from pellucid.optimizers.optimizer import OPTIMIZERS, Memory, Optimizer


@OPTIMIZERS.register("schedule_free_adamw")
@config
class ScheduleFreeAdamW(Optimizer):
    """z <- z + d;  x <- x + (z - x) / t;  p = (1 - b1) z + b1 x.

    d = -lr g / (sqrt(v / (1 - b2^t)) + epsilon), with v <- b2 v + (1 - b2) g^2. Steps are
    taken from z, x is the mean of all z, and gradients are of the parameters p between them.
    Here x is worked out from z and p: p <- p + (1 - b1 (1 - 1/t)) d - (p - z) / t.
    During the first `warmup_steps` the rate grows with t.
    """

    layout: ClassVar = (("momentum", "velocity"),)

    learning_rate: float | Schedule = option(
        default=0.0025, at_least=0, about="the size of a step, or a schedule"
    )
    beta_1: float = option(default=0.9, above=0, at_most=1, about="how near p is to the mean")
    beta_2: float = option(default=0.999, at_least=0, below=1, about="how long v is remembered")
    epsilon: float = option(default=1e-8, at_least=0, about="kept away from division by 0")
    warmup_steps: int = option(default=0, at_least=0, about="steps until the full rate")

    def start(self, params: Tree) -> Memory:
        z = jax.tree.map(jnp.copy, params)
        return {"step": no_step(), "momentum": z, "velocity": zeros_like(params)}

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        step, t = next_step(memory)
        rate = learning_rate
        if self.warmup_steps:
            rate = rate * jnp.minimum(t / self.warmup_steps, 1.0)
        velocity = mean_of_squares(memory["velocity"], grads, self.beta_2)
        bias = 1 - self.beta_2**t
        steps = jax.tree.map(
            lambda g, v: -rate * g / (jnp.sqrt(v / bias) + self.epsilon), grads, velocity
        )
        of_step = 1 - self.beta_1 * (1 - 1 / t)
        updates = jax.tree.map(
            lambda d, p, z: of_step * d - (p - z) / t, steps, params, memory["momentum"]
        )
        momentum = jax.tree.map(jnp.add, memory["momentum"], steps)
        return updates, {"step": step, "momentum": momentum, "velocity": velocity}
