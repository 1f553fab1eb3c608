"""Muon: momentum made orthogonal, for matrices; Adam for the rest."""

import re
from collections.abc import Sequence
from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Tree
from pellucid.optimizers.moments import next_step, no_step, zeros_like
from pellucid.optimizers.optimizer import OPTIMIZERS, Memory, Optimizer


@OPTIMIZERS.register("muon")
@config
class Muon(Optimizer):
    """m <- momentum m + g;  P <- P - lr rms_rate sqrt(max(rows, columns)) orthogonal(m).

    For matrices. `orthogonal` makes all singular values about 1, by `ns_steps` of
    X <- a X + (b X X' + c (X X')^2) X from X = m / |m|; Nesterov: of g + momentum m.
    Vectors and other arrays, embeddings, and parameters whose path matches one of
    `exclude_layers` go by Adam, with a learning rate `adam_lr_ratio` times as large and a
    weight decay of their own.
    """

    layout: ClassVar = (("momentum", "velocity"),)

    adam_beta_1: float = option(default=0.9, at_least=0, below=1, about="Adam's beta_1")
    adam_beta_2: float = option(default=0.999, at_least=0, below=1, about="Adam's beta_2")
    adam_weight_decay: float | None = option(
        default=0.004, at_least=0, about="weight decay of what goes by Adam"
    )
    epsilon: float = option(default=1e-7, at_least=0, about="kept away from division by 0")
    weight_decay: float | None = option(
        default=0.004, at_least=0, about="part of a matrix lost per learning rate", kw_only=True
    )
    exclude_layers: Sequence[str] = option(
        default=(),
        convert=tuple,
        about="regular expressions of paths that go by Adam",
        kw_only=True,
    )
    exclude_embeddings: bool = option(default=True, about="embeddings go by Adam", kw_only=True)
    muon_a: float = option(default=3.4445, about="a of the polynomial", kw_only=True)
    muon_b: float = option(default=-4.775, about="b of the polynomial", kw_only=True)
    muon_c: float = option(default=2.0315, about="c of the polynomial", kw_only=True)
    adam_lr_ratio: float = option(
        default=1.0, at_least=0, about="Adam's learning rate over ours", kw_only=True
    )
    momentum: float = option(
        default=0.95, at_least=0, at_most=1, about="part of m that goes on", kw_only=True
    )
    ns_steps: int = option(default=5, at_least=0, about="steps of the polynomial", kw_only=True)
    nesterov: bool = option(default=True, about="look ahead along the momentum", kw_only=True)
    rms_rate: float | None = option(
        default=0.2, at_least=0, about="root of the mean square of a step; None: none", kw_only=True
    )

    def start(self, params: Tree) -> Memory:
        velocity = jax.tree_util.tree_map_with_path(
            lambda path, p: jnp.zeros_like(p) if self._by_adam(path, p) else None, params
        )
        return {"step": no_step(), "momentum": zeros_like(params), "velocity": velocity}

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        step, t = next_step(memory)
        shape = jax.tree.structure(grads)
        slopes, momenta, velocities = (
            shape.flatten_up_to(tree) for tree in (grads, memory["momentum"], memory["velocity"])
        )
        moved = [
            self._by_sign(g, m) if v is None else self._adam(g, m, v, t)
            for g, m, v in zip(slopes, momenta, velocities, strict=True)
        ]
        directions, momentum, velocity = (
            shape.unflatten(part) for part in zip(*moved, strict=True)
        )
        updates = jax.tree.map(lambda d: -learning_rate * d, directions)
        return updates, {"step": step, "momentum": momentum, "velocity": velocity}

    def decay(self, params: Tree, learning_rate: Float[Array, ""]) -> Tree:
        def lost(path: tuple, weights: Array) -> Array:
            by_adam = self._by_adam(path, weights)
            share = self.adam_weight_decay if by_adam else self.weight_decay
            return -learning_rate * (share or 0.0) * weights

        return jax.tree_util.tree_map_with_path(lost, params)

    def _by_adam(self, path: tuple, weights: Array) -> bool:
        name = "/".join(str(getattr(key, "key", key)) for key in path)
        embeds = self.exclude_embeddings and "embedding" in name.lower()
        return weights.ndim != 2 or embeds or any(re.search(e, name) for e in self.exclude_layers)

    def _adam(self, grad: Array, momentum: Array, velocity: Array, t: Array) -> tuple:
        momentum = momentum + (grad - momentum) * (1 - self.adam_beta_1)
        velocity = velocity + (jnp.square(grad) - velocity) * (1 - self.adam_beta_2)
        unbiased = jnp.sqrt(1 - self.adam_beta_2**t) / (1 - self.adam_beta_1**t)
        direction = momentum / (jnp.sqrt(velocity) + self.epsilon)
        return self.adam_lr_ratio * unbiased * direction, momentum, velocity

    def _by_sign(self, grad: Array, momentum: Array) -> tuple:
        momentum = self.momentum * momentum + grad
        ahead = grad + self.momentum * momentum if self.nesterov else momentum
        scale = 1.0 if self.rms_rate is None else self.rms_rate * max(grad.shape) ** 0.5
        return scale * self._orthogonal(ahead), momentum, None

    def _orthogonal(self, matrix: Float[Array, "rows columns"]) -> Float[Array, "rows columns"]:
        tall = matrix.shape[0] > matrix.shape[1]
        x = matrix.T if tall else matrix
        x = x / (jnp.linalg.norm(x) + 1e-7)
        for _ in range(self.ns_steps):
            square = x @ x.T
            x = self.muon_a * x + (self.muon_b * square + self.muon_c * square @ square) @ x
        return x.T if tall else x
