"""Layers that do what another layer does, in another way; and one output of several."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ShapeError, explain
from pellucid.base.many_rows import ManyRows, TrainingRows
from pellucid.base.types import Activation, Key, Params, Shape, State
from pellucid.layers.layer import LAYERS, Layer, has_parts
from pellucid.layers.shapes import title
from pellucid.layers.transformation import Transformation


@LAYERS.register()
@config
class Part(Transformation):
    """One output of a layer that has several, counted from 0."""

    merges = True

    index: int = option(at_least=0, about="which output")

    def output_shape(self, input_shape: Any) -> Shape:
        if has_parts(input_shape) and self.index < len(input_shape):
            return input_shape[self.index]
        what = f"{title(self)} picks output {self.index} of a layer that does not have it."
        raise ShapeError(explain(what, got=input_shape, expected="a shape for each output"))

    def transform(self, x: tuple[Float[Array, "batch ..."], ...]) -> Float[Array, "batch ..."]:
        return x[self.index]

    def mask_of(self, x: Any, mask: Any) -> Any:
        return mask[self.index] if isinstance(mask, tuple) else None


@config
class Delegate(Layer, ABC):
    """Has the parameters and the state of `layer`, under the same names."""

    layer: Any = option(choices=LAYERS, about="what does the work")

    # These depend on the layer, where other classes have constants.
    @property
    def merges(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether the layer takes several inputs."""
        return self.layer.merges

    @property
    def learns_from_data(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether the layer has a state that it takes from training rows."""
        return self.layer.learns_from_data

    @property
    def passes_mask(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether the layer's output has the mask of its input."""
        return self.layer.passes_mask

    @property
    def uses_mask(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether the layer is given a mask."""
        return self.layer.uses_mask

    @property
    def nonlinearity(self) -> Activation:
        return self.layer.nonlinearity

    @abstractmethod
    def apply(
        self, params: Params, state: State, x: Any, *, key: Key, training: bool, **mask: Any
    ) -> tuple[Any, State]:
        """Return the layer's z and state; `mask` is given if the layer uses one."""

    def toll(self, a: Any, state: State) -> Float[Array, ""]:
        return Layer.toll(self, a, state) + self.layer.toll(a, state)

    def penalty(self, params: Params) -> Float[Array, ""]:
        return self.layer.penalty(params)

    def constrained(self, params: Params) -> Params:
        return self.layer.constrained(params)


@LAYERS.register()
@config
class InMode(Delegate):
    """A layer that always runs as in training, or never, whatever the network does."""

    training: bool = option(default=False, about="how the layer runs")

    def output_shape(self, input_shape: Any) -> Any:
        return self.layer.output_shape(input_shape)

    def init(self, key: Key, input_shape: Any) -> tuple[Params, State]:
        return self.layer.init(key, input_shape)

    def apply(
        self, params: Params, state: State, x: Any, *, key: Key, training: bool, **mask: Any
    ) -> tuple[Any, State]:
        return self.layer.apply(params, state, x, key=key, training=self.training, **mask)

    def mask_of(self, x: Any, mask: Any) -> Any:
        return self.layer.mask_of(x, mask)

    def learn(self, x: TrainingRows) -> Mapping[str, Float[np.ndarray, "..."]]:
        return self.layer.learn(x)


@LAYERS.register()
@config
class ChannelsFirst(Delegate):
    """A layer that has the channels last, on inputs whose channels come first.

    Shapes:
        x   (batch, channels, ...)
        z   (batch, channels, ...), and (batch, channels) where nothing else is left
    """

    def output_shape(self, input_shape: Any) -> Any:
        shape = self.layer.output_shape(_each(_shape_moved, input_shape))
        return _each(_shape_moved_back, shape)

    def init(self, key: Key, input_shape: Any) -> tuple[Params, State]:
        return self.layer.init(key, _each(_shape_moved, input_shape))

    def apply(
        self, params: Params, state: State, x: Any, *, key: Key, training: bool, **mask: Any
    ) -> tuple[Any, State]:
        x = _each(_moved, x)
        z, state = self.layer.apply(params, state, x, key=key, training=training, **mask)
        return _each(_moved_back, z), state

    def mask_of(self, x: Any, mask: Any) -> Any:
        return self.layer.mask_of(_each(_moved, x), mask)

    def learn(self, x: TrainingRows) -> Mapping[str, Float[np.ndarray, "..."]]:
        if isinstance(x, ManyRows):
            pieces = x.pieces
            moved = ManyRows(len(x), lambda: (np.moveaxis(piece, 1, -1) for piece in pieces()))
            return self.layer.learn(moved)
        return self.layer.learn(np.moveaxis(x, 1, -1))


def _each(function: Any, values: Any) -> Any:
    """Return f(value), or of each value of a tuple of shapes or arrays."""
    if isinstance(values, tuple) and not (values and isinstance(values[0], int)):
        return tuple(function(value) for value in values)
    return function(values)


def _shape_moved(shape: Shape) -> Shape:
    return (*shape[1:], *shape[:1])


def _shape_moved_back(shape: Shape) -> Shape:
    return (*shape[-1:], *shape[:-1])


def _moved(x: Array) -> Array:
    return jnp.moveaxis(x, 1, -1) if x.ndim > 1 else x


def _moved_back(x: Array) -> Array:
    return jnp.moveaxis(x, -1, 1) if x.ndim > 1 else x
