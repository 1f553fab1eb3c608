"""Layers that leave numbers as they are: what they say of them reaches the loss."""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from pellucid.base.config import config, option
from pellucid.base.types import Shape, State
from pellucid.functions.regularizers import L1L2
from pellucid.layers.layer import LAYERS, Layer, Mask
from pellucid.layers.precision import wide
from pellucid.layers.shapes import array_axes
from pellucid.layers.transformation import Transformation


@LAYERS.register()
@config
class Masking(Transformation):
    """z = x, with a mask: a step whose numbers all are `mask_value` is 0, and does not count.

    Shapes:
        x, z    (batch, steps, features)
        mask    (batch, steps)
    """

    mask_value: float = option(default=0.0, about="what a step to leave out is filled with")

    def output_shape(self, input_shape: Shape) -> Shape:
        array_axes(self, -1, input_shape)
        return input_shape

    def transform(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch *shape"]:
        return jnp.where(self.mask_of(x, None)[..., None], x, 0)

    def mask_of(
        self, x: Float[Array, "batch *steps features"], mask: Mask
    ) -> Bool[Array, "batch *steps"]:
        return jnp.any(x != self.mask_value, axis=-1)


@LAYERS.register()
@config
class ActivityRegularization(Transformation):
    """z = x; the loss grows by l1 sum |x| + l2 sum x^2, divided by the rows of the batch."""

    passes_mask = True

    l1: float = option(default=0.0, at_least=0, about="cost of each unit of |x|")
    l2: float = option(default=0.0, at_least=0, about="cost of each unit of x^2")

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def transform(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch *shape"]:
        return x

    def toll(self, a: Float[Array, "batch *shape"], state: State) -> Float[Array, ""]:
        own = L1L2(self.l1, self.l2)(wide(a)) / len(a)
        return Layer.toll(self, a, state) + own
