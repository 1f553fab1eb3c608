"""Layers that arrange the numbers of an example anew; none is added or lost."""

import math
from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, ShapeError, explain
from pellucid.base.types import Shape
from pellucid.layers.layer import LAYERS
from pellucid.layers.shapes import check_axes, title
from pellucid.layers.transformation import Transformation


@LAYERS.register()
@config
class Flatten(Transformation):
    """Each example as one row of numbers, the last axis varying fastest.

    Shapes:
        x   (batch, ...)
        z   (batch, product of the other sizes)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def transform(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch features"]:
        return x.reshape(len(x), math.prod(x.shape[1:]))


@LAYERS.register()
@config
class Reshape(Transformation):
    """Each example in the shape `target_shape`, in which one size may be -1: whatever is left."""

    target_shape: Sequence[int] = option(
        convert=lambda shape: (shape,) if isinstance(shape, int) else tuple(shape),
        about="the new shape, without the batch axis",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.target_shape
        if given.count(-1) > 1 or any(size < 1 and size != -1 for size in given):
            what = "Reshape(target_shape=...) is not a shape."
            expected = "sizes above 0, of which one may be -1 (whatever is left)"
            raise ConfigError(explain(what, got=given, expected=expected))

    def output_shape(self, input_shape: Shape) -> Shape:
        known = math.prod(size for size in self.target_shape if size != -1)
        rest, left_over = divmod(math.prod(input_shape), known)
        if left_over or (-1 not in self.target_shape and rest != 1):
            what = f"{title(self)} cannot give {input_shape} the shape {self.target_shape}."
            got = f"{math.prod(input_shape)} numbers in each example"
            multiple = "a multiple of " if -1 in self.target_shape else ""
            raise ShapeError(explain(what, got=got, expected=f"{multiple}{known} numbers"))
        return tuple(rest if size == -1 else size for size in self.target_shape)

    def transform(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch ..."]:
        return x.reshape(len(x), *self.output_shape(x.shape[1:]))


@LAYERS.register()
@config
class Permute(Transformation):
    """The axes of each example in another order: axis i of z is axis dims[i] of x, from 1."""

    dims: Sequence[int] = option(convert=tuple, about="the new order; 1 is the first axis")

    def __post_init__(self) -> None:
        super().__post_init__()
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            what = "Permute(dims=...) is not an order of axes."
            expected = "each of 1, 2, ... once; the batch axis stays"
            raise ConfigError(explain(what, got=self.dims, expected=expected))

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, " ".join(f"axis{number}" for number in sorted(self.dims)))
        return tuple(input_shape[axis - 1] for axis in self.dims)

    def transform(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch ..."]:
        return jnp.transpose(x, (0, *self.dims))


@LAYERS.register()
@config
class RepeatVector(Transformation):
    """The same row n times over.

    Shapes:
        x   (batch, features)
        z   (batch, n, features)
    """

    n: int = option(above=0, about="how many times")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "features")
        return (self.n, *input_shape)

    def transform(
        self, x: Float[Array, "batch features"]
    ) -> Float[Array, "batch {self.n} features"]:
        return jnp.broadcast_to(x[:, None], (len(x), self.n, x.shape[1]))
