"""The contract every optimizer keeps, and what all of them share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias, TypeVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from pellucid.base.config import Config, config, option
from pellucid.base.errors import ConfigError, explain
from pellucid.base.registry import Registry
from pellucid.base.types import AnyArray, Tree
from pellucid.functions.schedules import SCHEDULES, Schedule
from pellucid.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from pellucid.optimizers.moments import no_step, zeros_like

# By name: trees like the parameters, and scalars; float32 and int32, of shapes that stay.
# A parameter that has no such array (a matrix's `velocity` in Muon) has None there.
Memory: TypeAlias = dict[str, Tree]

Kind = TypeVar("Kind", bound="Optimizer")

CLIPS = {
    "clipnorm": clip_by_norm,
    "clipvalue": clip_by_value,
    "global_clipnorm": clip_by_global_norm,
}
SHARED = ("average", "gradient_accumulator", "iteration")  # in memory, whatever the optimizer


@config
class Optimizer(Config, ABC):
    """Settings, plus pure functions from gradients to updates.

    The learning rate of a step is an argument, not compiled in: so it can be read,
    scheduled or changed by hand at no cost. The setting is what training starts with.

    Each optimizer says with `start` and `move` how it goes down. The same for all, in
    this order: gradients are summed up over `gradient_accumulation_steps` and averaged,
    clipped, weights shrink, p <- p - lr weight_decay p, the optimizer moves them, and
    `use_ema` keeps a running average, m average + (1 - m) p, that takes their place every
    `ema_overwrite_frequency` updates, and in `finalized`.

    Memory and arithmetic are float32 whatever the parameters' dtype.

    Source: Keras 3.15.1, keras/src/optimizers (formulas, settings and defaults).
    """

    # the order of memory in Keras's files: groups one after another, and in a group the
    # names in turn for every parameter; what the settings leave out of memory is left out
    layout: ClassVar[tuple[tuple[str, ...], ...]] = ()

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
    use_ema: bool = option(
        default=False, about="keep a running average of the weights, and end with it", kw_only=True
    )
    ema_momentum: float = option(
        default=0.99, at_least=0, at_most=1, about="how long weights are remembered", kw_only=True
    )
    ema_overwrite_frequency: int | None = option(
        default=None, at_least=1, about="updates after which the average is taken", kw_only=True
    )
    gradient_accumulation_steps: int | None = option(
        default=None, at_least=2, about="mini-batches that share one update", kw_only=True
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
        weights = jax.tree.map(_as_float32, params)
        memory = dict(self.start(weights))
        if self.use_ema:
            memory["average"] = jax.tree.map(jnp.copy, weights)
        if self.gradient_accumulation_steps:
            memory["gradient_accumulator"] = zeros_like(weights)
        if self.use_ema or self.gradient_accumulation_steps:
            memory["iteration"] = no_step()
        return memory

    def update(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        """Return the updates to add to `params`, in their dtypes, and the memory after them."""
        weights = jax.tree.map(_as_float32, params)
        slopes = jax.tree.map(_as_float32, grads)
        own = {name: part for name, part in memory.items() if name not in SHARED}
        after = {name: part for name, part in memory.items() if name in SHARED}
        if self.gradient_accumulation_steps:
            updates, own, after = self._gather(slopes, own, after, weights, learning_rate)
        else:
            updates, own = self._advance(slopes, own, weights, learning_rate)
        if self.use_ema:
            updates, after["average"] = self._average(updates, after, weights)
        if "iteration" in after:
            after["iteration"] = after["iteration"] + 1
        return jax.tree.map(lambda u, p: u.astype(p.dtype), updates, params), {**own, **after}

    @abstractmethod
    def start(self, params: Tree) -> Memory:
        """Return the memory before the first step, for float32 parameters."""

    @abstractmethod
    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        """Return float32 updates for float32 gradients, clipped already, and the memory."""

    def decay(self, params: Tree, learning_rate: Float[Array, ""]) -> Tree:
        """Return what weight decay adds to float32 parameters."""
        lost = learning_rate * (self.weight_decay or 0.0)
        return jax.tree.map(lambda w: -lost * w, params)

    def finalized(self, memory: Memory, params: Tree) -> Tree:
        """Return the parameters to end training with: their averages, where one is kept.

        `params` are those that the memory was made for.
        """
        if not self.use_ema:
            return params
        return jax.tree.map(lambda mean, p: mean.astype(p.dtype), memory["average"], params)

    def counted(self, memory: Memory, batches: Int[AnyArray, ""]) -> Memory:
        """Return the memory of an optimizer that has seen so many mini-batches.

        For files that hold one count for all: Keras's `iteration`.
        """
        updates = batches // (self.gradient_accumulation_steps or 1)
        counts = {"step": updates, "iteration": batches}
        return {name: counts.get(name, part) for name, part in memory.items()}

    def places(
        self, memory: Memory, paths: Sequence[tuple[str, ...]]
    ) -> tuple[tuple[str, ...], ...]:
        """Return where each array of a Keras file lies in memory, in the file's order.

        Args:
            memory: what `init` returned, or `update`.
            paths: where each parameter lies in its tree, in the model's order.

        Example:
            >>> import numpy as np
            >>> from pellucid.optimizers import Adam
            >>> tree = {"dense": {"kernel": np.ones(2)}}
            >>> Adam().places({"momentum": tree, "velocity": tree}, [("dense", "kernel")])
            (('momentum', 'dense', 'kernel'), ('velocity', 'dense', 'kernel'))
        """
        found: list[tuple[str, ...]] = []
        for group in (("average",), ("gradient_accumulator",), *self.layout):
            names = [name for name in group if name in memory]
            single = [name for name in names if not isinstance(memory[name], Mapping)]
            found += [(name,) for name in single]
            of_each = [name for name in names if name not in single]
            places = [(name, *path) for path in paths for name in of_each]
            found += [place for place in places if _at(memory, place) is not None]
        return tuple(found)

    def _gather(
        self,
        slopes: Tree,
        own: Memory,
        after: Memory,
        weights: Tree,
        learning_rate: Float[Array, ""],
    ) -> tuple[Tree, Memory, Memory]:
        """Add gradients up, and move when there are enough of them."""
        steps = self.gradient_accumulation_steps or 1
        total = jax.tree.map(jnp.add, slopes, after["gradient_accumulator"])
        enough = (after["iteration"] + 1) % steps == 0
        updates, own = jax.lax.cond(
            enough,
            lambda: self._advance(
                jax.tree.map(lambda g: g / steps, total), own, weights, learning_rate
            ),
            lambda: (zeros_like(weights), own),
        )
        left = jax.tree.map(lambda g: jnp.where(enough, jnp.zeros_like(g), g), total)
        return updates, own, {**after, "gradient_accumulator": left}

    def _advance(
        self, slopes: Tree, memory: Memory, weights: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        """Clip gradients, let weights decay, and move them from there."""
        for name, clip in CLIPS.items():
            if (limit := getattr(self, name)) is not None:
                slopes = clip(slopes, limit)
        shrinking = self.decay(weights, learning_rate)
        weights = jax.tree.map(jnp.add, weights, shrinking)
        updates, memory = self.move(slopes, memory, weights, learning_rate)
        return jax.tree.map(jnp.add, updates, shrinking), memory

    def _average(self, updates: Tree, memory: Memory, weights: Tree) -> tuple[Tree, Tree]:
        """Return the updates, perhaps to the averages themselves, and the averages."""
        done = memory["iteration"] // (self.gradient_accumulation_steps or 1)
        kept = jnp.where(done == 0, 0.0, self.ema_momentum)  # the first weights are their own mean
        averages = jax.tree.map(
            lambda mean, w, u: kept * mean + (1 - kept) * (w + u),
            memory["average"],
            weights,
            updates,
        )
        if self.ema_overwrite_frequency:
            due = (done + 1) % self.ema_overwrite_frequency == 0
            updates = jax.tree.map(
                lambda u, mean, w: jnp.where(due, mean - w, u), updates, averages, weights
            )
        return updates, averages


OPTIMIZERS: Registry[type[Optimizer]] = Registry("optimizer")


def _at(tree: Any, path: Sequence[str]) -> Any:
    for name in path:
        tree = tree[name]
    return tree


def _as_float32(array: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    return jax.lax.convert_element_type(array, "float32")  # which is never weakly typed
