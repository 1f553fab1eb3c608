"""Layers that give an example more or fewer positions: borders, and repeated pixels."""

import operator
from collections.abc import Callable, Sequence
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

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
Ends: TypeAlias = tuple[int, int]  # how much at the beginning of an axis, and at its end
Borders: TypeAlias = Any  # as given: see `as_ends` and `borders`, which settle it


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


def borders(axes: int) -> Callable[[Any], tuple[Ends, ...]]:
    """Return the rule that brings borders to both ends of each axis: 1 to ((1, 1), (1, 1))."""

    def convert(given: Any) -> tuple[Ends, ...]:
        parts = [given] * axes if isinstance(given, int) else given
        if not isinstance(parts, Sequence) or len(parts) != axes:
            names = " and its ".join(("depth", "height", "width")[-axes:])
            what = f"These borders are given for {axes} axes: for its {names}."
            expected = f"such as 1, {(1,) * axes} or {((1, 2),) * axes}"
            raise ConfigError(explain(what, got=repr(given), expected=expected))
        return tuple(as_ends(part) for part in parts)

    return convert


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
        default=((1, 1), (1, 1)), convert=borders(2), about="zeros (top, bottom), (left, right)"
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
class ZeroPadding3D(Transformation):
    """Zeros on all sides of a volume.

    Shapes:
        x   (batch, depth, height, width, channels)
        z   (batch, new depth, new height, new width, channels)
    """

    padding: Borders = option(
        default=((1, 1), (1, 1), (1, 1)),
        convert=borders(3),
        about="zeros at both ends of each axis",
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "depth height width channels")
        grown = [n + sum(ends) for n, ends in zip(input_shape[:-1], self.padding, strict=True)]
        return (*grown, input_shape[-1])

    def transform(
        self, x: Float[Array, "batch depth height width channels"]
    ) -> Float[Array, "batch new_depth new_height new_width channels"]:
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
        default=((0, 0), (0, 0)), convert=borders(2), about="off (top, bottom), (left, right)"
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
class Cropping3D(Transformation):
    """The middle of a volume.

    Shapes:
        x   (batch, depth, height, width, channels)
        z   (batch, new depth, new height, new width, channels)
    """

    cropping: Borders = option(
        default=((1, 1), (1, 1), (1, 1)), convert=borders(3), about="off both ends of each axis"
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "depth height width channels")
        left = [_what_is_left(self, input_shape, *off) for off in enumerate(self.cropping)]
        return (*left, input_shape[-1])

    def transform(
        self, x: Float[Array, "batch depth height width channels"]
    ) -> Float[Array, "batch new_depth new_height new_width channels"]:
        axes = zip(x.shape[1:-1], self.cropping, strict=True)
        return x[:, *(slice(before, size - after) for size, (before, after) in axes)]


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
        default="nearest", choices=INTERPOLATIONS, about="how new pixels come from old ones"
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


@LAYERS.register()
@config
class UpSampling3D(Transformation):
    """A volume `size` times as deep, high and wide: each element that many times in a row.

    Shapes:
        x   (batch, depth, height, width, channels)
        z   (batch, size[0] * depth, size[1] * height, size[2] * width, channels)
    """

    size: Sizes = option(
        default=(2, 2, 2), convert=per_axis(3), above=0, about="factors of depth, height and width"
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "depth height width channels")
        grown = [n * factor for n, factor in zip(input_shape[:-1], self.size, strict=True)]
        return (*grown, input_shape[-1])

    def transform(
        self, x: Float[Array, "batch depth height width channels"]
    ) -> Float[Array, "batch new_depth new_height new_width channels"]:
        for axis, factor in enumerate(self.size, start=1):
            x = jnp.repeat(x, factor, axis)
        return x


def _what_is_left(layer: Layer, shape: Shape, axis: int, off: Ends) -> int:
    left = shape[axis] - sum(off)
    if left < 1:
        what = f"{title(layer)} cuts off all of axis {axis + 1}."
        expected = f"more than {sum(off)} positions there"
        raise ShapeError(explain(what, got=shape, expected=expected))
    return left
