"""Layers that give an example more or fewer positions: borders, and repeated pixels."""

import operator
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, ShapeError, explain
from pellucid.base.types import Shape
from pellucid.layers.layer import LAYERS, Layer
from pellucid.layers.shapes import check_axes, title
from pellucid.layers.transformation import Transformation
from pellucid.layers.windows import Sizes, per_axis

Ends: TypeAlias = tuple[int, int]  # how much at the beginning of an axis, and at its end
Borders: TypeAlias = Any  # as given: see `as_ends` and `as_borders`, which settle it


def as_ends(given: Any) -> Ends:
    """Return how much at both ends of an axis: 2 means (2, 2).

    Raises:
        ConfigError: it is neither a number nor two of them, or one is negative.
    """
    try:
        before, after = (given, given) if isinstance(given, int) else given
        ends = operator.index(before), operator.index(after)
    except (TypeError, ValueError):
        ends = (-1, -1)
    if min(ends) < 0:
        what = "A border is a number of positions, or one for each end of the axis."
        raise ConfigError(explain(what, got=repr(given), expected="such as 1 or (0, 1)"))
    return ends


def as_borders(given: Any) -> tuple[Ends, Ends]:
    """Return the borders of an image: 1 or (1, 1) means ((1, 1), (1, 1)).

    Raises:
        ConfigError: it is not a number, two numbers or two pairs of numbers.
    """
    if isinstance(given, int):
        return as_ends(given), as_ends(given)
    try:
        rows, columns = given
    except (TypeError, ValueError) as error:
        what = "The borders of an image are given for its height and its width."
        expected = "such as 1, (1, 2) or ((0, 1), (2, 2))"
        raise ConfigError(explain(what, got=repr(given), expected=expected)) from error
    return as_ends(rows), as_ends(columns)


@LAYERS.register()
@config
class ZeroPadding1D(Transformation):
    """Zeros before the first and after the last step.

    Shapes:
        x   (batch, steps, channels)
        z   (batch, before + steps + after, channels)
    """

    padding: Borders = option(default=(1, 1), convert=as_ends, about="zeros at each end")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "steps channels")
        return (input_shape[0] + sum(self.padding), input_shape[1])

    def transform(
        self, x: Float[Array, "batch steps channels"]
    ) -> Float[Array, "batch new_steps channels"]:
        return jnp.pad(x, ((0, 0), self.padding, (0, 0)))


@LAYERS.register()
@config
class ZeroPadding2D(Transformation):
    """A frame of zeros round an image.

    Shapes:
        x   (batch, height, width, channels)
        z   (batch, top + height + bottom, left + width + right, channels)
    """

    padding: Borders = option(
        default=((1, 1), (1, 1)), convert=as_borders, about="zeros (top, bottom), (left, right)"
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "height width channels")
        rows, columns = self.padding
        return (input_shape[0] + sum(rows), input_shape[1] + sum(columns), input_shape[2])

    def transform(
        self, x: Float[Array, "batch height width channels"]
    ) -> Float[Array, "batch new_height new_width channels"]:
        return jnp.pad(x, ((0, 0), *self.padding, (0, 0)))


@LAYERS.register()
@config
class Cropping1D(Transformation):
    """The steps without the first and the last few.

    Shapes:
        x   (batch, steps, channels)
        z   (batch, steps - before - after, channels)
    """

    cropping: Borders = option(default=(1, 1), convert=as_ends, about="steps off each end")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "steps channels")
        return (_what_is_left(self, input_shape, 0, self.cropping), input_shape[1])

    def transform(
        self, x: Float[Array, "batch steps channels"]
    ) -> Float[Array, "batch new_steps channels"]:
        before, after = self.cropping
        return x[:, before : x.shape[1] - after]


@LAYERS.register()
@config
class Cropping2D(Transformation):
    """The middle of an image.

    Shapes:
        x   (batch, height, width, channels)
        z   (batch, height - top - bottom, width - left - right, channels)
    """

    cropping: Borders = option(
        default=((0, 0), (0, 0)), convert=as_borders, about="off (top, bottom), (left, right)"
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "height width channels")
        rows, columns = self.cropping
        height = _what_is_left(self, input_shape, 0, rows)
        return (height, _what_is_left(self, input_shape, 1, columns), input_shape[2])

    def transform(
        self, x: Float[Array, "batch height width channels"]
    ) -> Float[Array, "batch new_height new_width channels"]:
        (top, bottom), (left, right) = self.cropping
        return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]


@LAYERS.register()
@config
class UpSampling1D(Transformation):
    """Each step `size` times in a row.

    Shapes:
        x   (batch, steps, channels)
        z   (batch, size * steps, channels)
    """

    size: int = option(default=2, above=0, about="how many times each step")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "steps channels")
        return (self.size * input_shape[0], input_shape[1])

    def transform(
        self, x: Float[Array, "batch steps channels"]
    ) -> Float[Array, "batch new_steps channels"]:
        return jnp.repeat(x, self.size, axis=1)


@LAYERS.register()
@config
class UpSampling2D(Transformation):
    """An image `size` times as high and wide, by repeating pixels or interpolating them.

    Shapes:
        x   (batch, height, width, channels)
        z   (batch, size[0] * height, size[1] * width, channels)
    """

    size: Sizes = option(
        default=(2, 2), convert=per_axis(2), above=0, about="factors of height and width"
    )
    interpolation: str = option(
        default="nearest", choices=("nearest", "bilinear", "bicubic"), about="between pixels"
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "height width channels")
        return (self.size[0] * input_shape[0], self.size[1] * input_shape[1], input_shape[2])

    def transform(
        self, x: Float[Array, "batch height width channels"]
    ) -> Float[Array, "batch new_height new_width channels"]:
        if self.interpolation == "nearest":
            return jnp.repeat(jnp.repeat(x, self.size[0], axis=1), self.size[1], axis=2)
        return jax.image.resize(x, (len(x), *self.output_shape(x.shape[1:])), self.interpolation)


def _what_is_left(layer: Layer, shape: Shape, axis: int, off: Ends) -> int:
    left = shape[axis] - sum(off)
    if left < 1:
        what = f"{title(layer)} cuts off all of axis {axis + 1}."
        expected = f"more than {sum(off)} positions there"
        raise ShapeError(explain(what, got=shape, expected=expected))
    return left
