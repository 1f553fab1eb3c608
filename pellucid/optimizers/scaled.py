"""Lamb and Adafactor: steps as long as the weights they change allow."""

from collections.abc import Sequence
from typing import ClassVar

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


@OPTIMIZERS.register("lamb")
@config
class Lamb(Optimizer):
    """p <- p - lr |p| / |u| u, with Adam's direction u; |.| is the length of a whole array.

    u = (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon). An array of length 0, or a
    direction of length 0, counts as 1 long. Made for large batches.
    """

    layout: ClassVar = (("momentum", "velocity"),)

    beta_1: float = option(default=0.9, at_least=0, below=1, about="how long m is remembered")
    beta_2: float = option(default=0.999, at_least=0, below=1, about="how long v is remembered")
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")

    def start(self, params: Tree) -> Memory:
        memory = {"momentum": zeros_like(params), "velocity": zeros_like(params)}
        return {"step": no_step(), **memory}

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        step, t = next_step(memory)
        momentum = mean(memory["momentum"], grads, self.beta_1)
        velocity = mean_of_squares(memory["velocity"], grads, self.beta_2)
        of_m, of_v = 1 - self.beta_1**t, 1 - self.beta_2**t
        directions = jax.tree.map(
            lambda m, v, p: _as_long_as(p, (m / of_m) / (jnp.sqrt(v / of_v) + self.epsilon)),
            momentum,
            velocity,
            params,
        )
        after = {"step": step, "momentum": momentum, "velocity": velocity}
        return downhill(directions, learning_rate), after


@OPTIMIZERS.register("adafactor")
@config
class Adafactor(Optimizer):
    """p <- p - max(epsilon_2, rms(p)) rho u / max(1, rms(u) / clip_threshold), u = g / sqrt(v).

    rho = min(lr, 1 / sqrt(t)). v is a mean of g^2 + epsilon_1 that begins to forget with time,
    b = 1 - t^beta_2_decay; of a matrix, only the means r over columns and c over rows are
    remembered, and v = r c / mean(r). rms is the root of the mean of an array's squares. Of a
    vector, r and c are a 0 that stays, as in Keras's files.
    """

    layout: ClassVar = (("row", "column", "velocity"),)

    beta_2_decay: float = option(default=-0.8, at_most=0, about="how fast v learns to remember")
    epsilon_1: float = option(default=1e-30, at_least=0, about="added to squared gradients")
    epsilon_2: float = option(default=1e-3, at_least=0, about="least scale of a weight")
    clip_threshold: float = option(default=1.0, above=0, about="largest rms of a direction")

    def start(self, params: Tree) -> Memory:
        rows = jax.tree.map(lambda p: _zeros(p.shape[:-1], p), params)
        columns = jax.tree.map(lambda p: _zeros((*p.shape[:-2], *p.shape[-1:]), p), params)
        memory = {"row": rows, "column": columns, "velocity": zeros_like(params)}
        return {"step": no_step(), **memory}

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        step, t = next_step(memory)
        beta, rho = 1 - t**self.beta_2_decay, jnp.minimum(learning_rate, 1 / jnp.sqrt(t))
        shape = jax.tree.structure(grads)
        slopes, weights = shape.flatten_up_to(grads), shape.flatten_up_to(params)
        parts = [shape.flatten_up_to(memory[name]) for name in self.layout[0]]
        steps = [self._squares(g, old, beta) for g, *old in zip(slopes, *parts, strict=True)]
        rows, columns, velocity = (shape.unflatten(part) for part in zip(*steps, strict=True))
        directions = [
            self._direction(g, v, p) for g, (_, _, v), p in zip(slopes, steps, weights, strict=True)
        ]
        after = {"step": step, "row": rows, "column": columns, "velocity": velocity}
        return downhill(shape.unflatten(directions), rho), after

    def _squares(self, grad: Array, before: Sequence[Array], beta: Array) -> tuple:
        """Return the means of an array's squared gradients after one more of them."""
        row, column, v = before
        square = jnp.square(grad) + self.epsilon_1
        if grad.ndim < 2:
            return row, column, beta * v + (1 - beta) * square
        row = beta * row + (1 - beta) * jnp.mean(square, axis=-1)
        column = beta * column + (1 - beta) * jnp.mean(square, axis=-2)
        share = row / jnp.mean(row, axis=-1, keepdims=True)
        return row, column, share[..., None] * column[..., None, :]

    def _direction(self, grad: Array, v: Array, weights: Array) -> Array:
        direction = grad / jnp.sqrt(v)
        clipped = direction / jnp.maximum(1.0, _rms(direction) / self.clip_threshold)
        return jnp.maximum(self.epsilon_2, _rms(weights)) * clipped


def _as_long_as(weights: Array, direction: Array) -> Array:
    wanted, length = (jnp.sqrt(jnp.sum(jnp.square(a))) for a in (weights, direction))
    usable = (wanted > 0) & (length > 0)
    return jnp.where(usable, wanted / jnp.where(usable, length, 1.0), 1.0) * direction


def _zeros(shape: tuple[int, ...], like: Array) -> Array:
    return jnp.zeros(shape, like.dtype) if like.ndim > 1 else no_step()


def _rms(array: Array) -> Float[Array, ""]:
    return jnp.sqrt(jnp.mean(jnp.square(array)))
