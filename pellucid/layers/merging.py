"""Layers with several inputs."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ShapeError, explain
from pellucid.base.types import Shape
from pellucid.layers.layer import LAYERS, Mask
from pellucid.layers.normalization import unit
from pellucid.layers.shapes import array_axis, title
from pellucid.layers.transformation import Transformation

Several = tuple[Float[Array, "batch ..."], ...]
Masks = tuple[Mask, ...] | None


@config
class Merge(Transformation, ABC):
    """z = merge(x1, x2, ...), element by element, for inputs of one shape.

    A size of 1 in one input stands against any size in another, and is repeated.
    """

    merges = True

    @abstractmethod
    def merge(self, parts: Several) -> Float[Array, "batch ..."]:
        """Return z for the inputs of a batch."""

    def output_shape(self, input_shape: Any) -> Shape:
        shapes = _several(self, input_shape)
        try:
            if len({len(shape) for shape in shapes}) > 1:
                raise ValueError
            return np.broadcast_shapes(*shapes)
        except ValueError as error:
            what = f"{title(self)} needs inputs of one shape."
            got = ", ".join(map(str, shapes))
            expected = "equal sizes along each axis (or 1)"
            raise ShapeError(explain(what, got=got, expected=expected)) from error

    def transform(self, x: Several) -> Float[Array, "batch ..."]:
        return self.merge(x)

    def mask_of(self, x: Several, mask: Masks) -> Mask:
        """Return where any input counts, if all have masks."""
        masks = [part for part in mask or () if part is not None]
        return functools.reduce(jnp.logical_or, masks) if len(masks) == len(x) else None


@LAYERS.register()
@config
class Add(Merge):
    """z = x1 + ... + xn, for n inputs."""

    def merge(self, parts: Several) -> Float[Array, "batch ..."]:
        return functools.reduce(jnp.add, parts)


@LAYERS.register()
@config
class Subtract(Merge):
    """z = x1 - x2, for two inputs."""

    def output_shape(self, input_shape: Any) -> Shape:
        _check_two(self, input_shape)
        return Merge.output_shape(self, input_shape)

    def merge(self, parts: Several) -> Float[Array, "batch ..."]:
        first, second = parts
        return first - second


@LAYERS.register()
@config
class Multiply(Merge):
    """z = x1 x2 ... xn, for n inputs."""

    def merge(self, parts: Several) -> Float[Array, "batch ..."]:
        return functools.reduce(jnp.multiply, parts)


@LAYERS.register()
@config
class Average(Merge):
    """z = (x1 + ... + xn) / n, for n inputs."""

    def merge(self, parts: Several) -> Float[Array, "batch ..."]:
        return functools.reduce(jnp.add, parts) / len(parts)


@LAYERS.register()
@config
class Maximum(Merge):
    """z = max(x1, x2, ...); where several are largest, they share the gradient."""

    def merge(self, parts: Several) -> Float[Array, "batch ..."]:
        return functools.reduce(jnp.maximum, parts)


@LAYERS.register()
@config
class Minimum(Merge):
    """z = min(x1, x2, ...); where several are smallest, they share the gradient."""

    def merge(self, parts: Several) -> Float[Array, "batch ..."]:
        return functools.reduce(jnp.minimum, parts)


@LAYERS.register()
@config
class Concatenate(Transformation):
    """The inputs one after the other along `axis`; all other sizes are equal."""

    merges = True

    axis: int = option(default=-1, about="the axis to join along; 0 is the batch")

    def output_shape(self, input_shape: Any) -> Shape:
        shapes = _several(self, input_shape)
        axis = array_axis(self, self.axis, shapes[0]) - 1
        others = {shape[:axis] + shape[axis + 1 :] for shape in shapes}
        if len({len(shape) for shape in shapes}) > 1 or len(others) > 1:
            what = f"{title(self)} needs inputs that differ only along axis {self.axis}."
            got = ", ".join(map(str, shapes))
            raise ShapeError(explain(what, got=got, expected="equal sizes along the other axes"))
        joined = sum(shape[axis] for shape in shapes)
        return (*shapes[0][:axis], joined, *shapes[0][axis + 1 :])

    def transform(self, x: Several) -> Float[Array, "batch ..."]:
        return jnp.concatenate(x, axis=self.axis)

    def mask_of(self, x: Several, mask: Masks) -> Mask:
        """Return where any element counts that is joined there."""
        if mask is None:
            return None
        counts = [
            jnp.ones(part.shape, bool) if counting is None else _as_wide_as(part, counting)
            for part, counting in zip(x, mask, strict=True)
        ]
        return jnp.any(jnp.concatenate(counts, axis=self.axis), axis=-1)


@LAYERS.register()
@config
class Dot(Transformation):
    """z = sum of x1 x2 along an axis of each: for two rows of features, their inner product.

    With `normalize`, inputs have length 1 along that axis, so that z is a cosine.

    Shapes:
        x1  (batch, p..., size)     its axis `axes[0]` shown last
        x2  (batch, size, q...)     its axis `axes[1]` shown first
        z   (batch, p..., q...), and (batch, 1) where nothing else is left
    """

    merges = True

    axes: int | Sequence[int] = option(
        convert=lambda axes: axes if isinstance(axes, int) else tuple(axes),
        about="the axis of both inputs, or one for each; 0 is the batch",
    )
    normalize: bool = False

    def output_shape(self, input_shape: Any) -> Shape:
        first, second = _check_two(self, input_shape)
        i, j = self._array_axes(first, second)
        if first[i - 1] != second[j - 1]:
            what = f"{title(self)} needs inputs of equal size along axes {self.axes}."
            got = f"{first[i - 1]} and {second[j - 1]}, in shapes {first} and {second}"
            raise ShapeError(explain(what, got=got, expected="the same size twice"))
        rest = first[: i - 1] + first[i:] + second[: j - 1] + second[j:]
        return rest or (1,)

    def transform(
        self, x: tuple[Float[Array, "batch ..."], Float[Array, "batch ..."]]
    ) -> Float[Array, "batch ..."]:
        first, second = x
        shape = self.output_shape((first.shape[1:], second.shape[1:]))
        i, j = self._array_axes(first.shape[1:], second.shape[1:])
        if self.normalize:
            first, second = unit(first, (i,)), unit(second, (j,))
        flat_first = jnp.moveaxis(first, i, -1).reshape(len(first), -1, first.shape[i])
        flat_second = jnp.moveaxis(second, j, 1).reshape(len(second), second.shape[j], -1)
        return (flat_first @ flat_second).reshape(len(first), *shape)

    def _array_axes(self, first: Shape, second: Shape) -> tuple[int, int]:
        i, j = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        return array_axis(self, i, first), array_axis(self, j, second)


def _as_wide_as(x: Array, mask: Array) -> Array:
    deep = mask.reshape(*mask.shape, *(1,) * (x.ndim - mask.ndim))
    return jnp.broadcast_to(deep, x.shape)


def _several(layer: Transformation, input_shape: Any) -> tuple[Shape, ...]:
    if len(input_shape) > 1 and all(isinstance(shape, tuple) for shape in input_shape):
        return input_shape
    name = type(layer).__name__
    what, hint = f"{title(layer)} merges several inputs.", f"{name}(...)(first, second)"
    raise ShapeError(explain(what, got=input_shape, expected="two shapes or more", hint=hint))


def _check_two(layer: Transformation, input_shape: Any) -> tuple[Shape, Shape]:
    shapes = _several(layer, input_shape)
    if len(shapes) != 2:
        what = f"{title(layer)} takes two inputs."
        raise ShapeError(explain(what, got=f"{len(shapes)} inputs", expected="2"))
    return shapes[0], shapes[1]
