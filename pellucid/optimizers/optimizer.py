"""The contract every optimizer keeps, and what all of them share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from pellucid.base.config import Config, config, option
from pellucid.base.errors import ConfigError, explain
from pellucid.base.registry import Registry
from pellucid.base.types import Tree
from pellucid.functions.schedules import SCHEDULES, Schedule
from pellucid.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value

Memory: TypeAlias = PyTree  # float32 and int32 arrays, whose shapes stay as `init` made them

Kind = TypeVar("Kind", bound="Optimizer")

CLIPS = {
    "clipnorm": clip_by_norm,
    "clipvalue": clip_by_value,
    "global_clipnorm": clip_by_global_norm,
}


@config
class Optimizer(Config, ABC):
    """Settings, plus pure functions from gradients to updates.

    The learning rate of a step is an argument, not compiled in: so it can be read,
    scheduled or changed by hand at no cost. The setting is what training starts with.

    Each optimizer says with `start` and `move` how it goes down; clipping before that,
    and the decay of weights beside it, p <- p - lr weight_decay p, are the same for all.
    Memory and arithmetic are float32 whatever the parameters' dtype.

    Source: Keras 3.15.1, keras/src/optimizers (formulas, settings and defaults).
    """

    learning_rate: float | Schedule = option(
        default=0.001, at_least=0, about="the size of a step, or a schedule"
    )
    weight_decay: float | None = option(
        default=None, at_least=0, about="part of a weight lost per learning rate", kw_only=True
    )
    clipnorm: float | None = option(
        default=None, above=0, about="longest gradient of one array", kw_only=True
    )
    clipvalue: float | None = option(
        default=None, above=0, about="largest entry of a gradient", kw_only=True
    )
    global_clipnorm: float | None = option(
        default=None, above=0, about="longest gradient of all arrays together", kw_only=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        given = [f"{name}={getattr(self, name)!r}" for name in CLIPS if getattr(self, name)]
        if len(given) > 1:
            what = f"{type(self).__name__} is asked to clip gradients in {len(given)} ways."
            expected = "one of " + ", ".join(CLIPS)
            raise ConfigError(explain(what, got=", ".join(given), expected=expected))

    @classmethod
    def from_config(cls: type[Kind], settings: Mapping[str, Any]) -> Kind:
        rate = settings.get("learning_rate")
        if isinstance(rate, Mapping):  # a schedule, which stands where a number may stand
            settings = {**settings, "learning_rate": SCHEDULES.resolve(rate)}
        return super().from_config(settings)

    def init(self, params: Tree) -> Memory:
        """Return the memory before the first step."""
        return self.start(jax.tree.map(_as_float32, params))

    def update(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        """Return the updates to add to `params`, in their dtypes, and the memory after them."""
        weights = jax.tree.map(_as_float32, params)
        slopes = self._clipped(jax.tree.map(_as_float32, grads))
        updates, memory = self.move(slopes, memory, weights, learning_rate)
        if self.weight_decay:
            lost = learning_rate * self.weight_decay
            updates = jax.tree.map(lambda u, w: u - lost * w, updates, weights)
        return jax.tree.map(lambda u, p: u.astype(p.dtype), updates, params), memory

    @abstractmethod
    def start(self, params: Tree) -> Memory:
        """Return the memory before the first step, for float32 parameters."""

    @abstractmethod
    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        """Return float32 updates for float32 gradients, clipped already, and the memory."""

    def _clipped(self, grads: Tree) -> Tree:
        for name, clip in CLIPS.items():
            limit = getattr(self, name)
            if limit is not None:
                return clip(grads, limit)
        return grads


OPTIMIZERS: Registry[type[Optimizer]] = Registry("optimizer")


def zeros_like(params: Tree) -> Tree:
    """Return zeros in the shapes of `params`."""
    return jax.tree.map(jnp.zeros_like, params)


def downhill(directions: Tree, learning_rate: Float[Array, ""]) -> Tree:
    """Return -lr d for every array d of `directions`."""
    return jax.tree.map(lambda d: -learning_rate * d, directions)


def _as_float32(array: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    return jax.lax.convert_element_type(array, "float32")  # which is never weakly typed
