"""Pooling: each window of an example becomes one number a channel."""

import functools
import math
from abc import ABC, abstractmethod
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Key, Params, Shape, State
from pellucid.layers.layer import LAYERS, Mask
from pellucid.layers.patches import cut
from pellucid.layers.precision import wide
from pellucid.layers.shapes import check_axes
from pellucid.layers.transformation import Transformation
from pellucid.layers.windows import Sizes, Windows, per_axis


@functools.partial(jax.custom_vjp, nondiff_argnums=(1,))
def max_pool(
    x: Float[Array, "batch *positions channels"], windows: Windows
) -> Float[Array, "batch *windows channels"]:
    """Return the largest of each window. The gradient goes to the first of equal largest."""
    return _largest(x, windows)[0]


def _max_pool_forward(x: Array, windows: Windows) -> tuple[Array, tuple[Array, Array]]:
    z, winner = _largest(x, windows)
    return z, (winner, x)


def _max_pool_backward(windows: Windows, seen: tuple[Array, Array], delta: Array) -> tuple[Array]:
    winner, x = seen  # of x, only its shape and type are read, so a compiled step keeps none
    if windows.tile:
        return (_spread_over_tiles(winner, delta, windows, x.shape),)
    taps = math.prod(windows.size)
    shares = [jnp.where(winner == number, delta, 0) for number in range(taps)]
    return tuple(jax.linear_transpose(lambda x: cut(x, windows), x)(shares))


max_pool.defvjp(_max_pool_forward, _max_pool_backward)


def _largest(x: Array, windows: Windows) -> tuple[Array, Array]:
    """Return the largest of each window, and the number of the first tap that has it."""
    z, *others = cut(x, windows, fill=-jnp.inf)
    winner = jnp.zeros(z.shape, np.min_scalar_type(len(others)))
    for number, tap in enumerate(others, start=1):
        larger = (tap > z) | jnp.isnan(tap)  # NaN must come through
        z = jnp.where(larger, tap, z)
        winner = jnp.where(larger, winner.dtype.type(number), winner)
    return z, winner


def _spread_over_tiles(
    winner: Array, delta: Array, windows: Windows, shape: tuple[int, ...]
) -> Array:
    """Return delta in the place of each tile's winner, 0 elsewhere, in the shape of x."""
    axes, tiles = len(windows.size), delta.shape[1:-1]
    between = tuple(range(2, 2 * axes + 1, 2))  # batch, tile, inside, tile, inside, channels
    inside = [size for pair in zip((1,) * axes, windows.size, strict=True) for size in pair]
    numbers = np.arange(math.prod(windows.size)).astype(winner.dtype).reshape(1, *inside, 1)
    here = jnp.expand_dims(winner, between) == numbers
    spread = jnp.where(here, jnp.expand_dims(delta, between), 0)
    covered = [count * size for count, size in zip(tiles, windows.size, strict=True)]
    starts = [before for before, _ in windows.margins(shape[1:-1])]
    edges = [
        (-before, size - (length - before), 0)  # what padding added goes, what no tile saw stays 0
        for before, size, length in zip(starts, shape[1:-1], covered, strict=True)
    ]
    whole = spread.reshape(len(delta), *covered, shape[-1])
    return jax.lax.pad(whole, jnp.zeros((), delta.dtype), [(0, 0, 0), *edges, (0, 0, 0)])


def average_pool(
    x: Float[Array, "batch *positions channels"], windows: Windows
) -> Float[Array, "batch *windows channels"]:
    """Return the average of each window; what padding adds is not counted."""
    positions = x.shape[1:-1]
    inside = np.pad(np.ones(positions), windows.margins(positions))
    counts = np.add.reduce([inside[tap] for tap in windows.taps(positions)])
    return functools.reduce(jnp.add, cut(x, windows)) / jnp.asarray(counts[..., None], x.dtype)


@config
class Pooling(Transformation, ABC):
    """z = pool(x): one number for each window and channel.

    With "valid" padding, positions left over at the end belong to no window.
    """

    pool_size: Sizes = option(above=0, about="size of the window")
    strides: Sizes = option(default=None, above=0, about="how far it moves; None: its size")
    padding: str = option(default="valid", choices=("valid", "same"), about="what edges do")

    axes: ClassVar[str]  # of an example, by name

    @abstractmethod
    def pool(self, x: Array, windows: Windows) -> Array:
        """Return the number of each window."""

    @property
    def windows(self) -> Windows:
        """Where z comes from."""
        ones = (1,) * len(self.pool_size)
        return Windows(self.pool_size, self.strides or self.pool_size, self.padding, ones)

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, self.axes)
        self.windows.check_fit(self, input_shape)
        return (*self.windows.count(input_shape[:-1]), input_shape[-1])

    def transform(
        self, x: Float[Array, "batch *positions channels"]
    ) -> Float[Array, "batch *windows channels"]:
        return self.pool(x, self.windows)


@LAYERS.register("MaxPooling1D", "MaxPool1D")
@config
class MaxPooling1D(Pooling):
    """z = the largest x in each window of steps.

    Shapes:
        x   (batch, steps, channels)
        z   (batch, windows, channels)
    """

    pool_size: Sizes = option(default=(2,), convert=per_axis(1), above=0, about="steps in a window")
    strides: Sizes = option(
        default=None, convert=per_axis(1), above=0, about="how far it moves; None: its size"
    )

    axes = "steps channels"

    def pool(self, x: Array, windows: Windows) -> Array:
        return max_pool(x, windows)


@LAYERS.register("MaxPooling2D", "MaxPool2D")
@config
class MaxPooling2D(Pooling):
    """z = the largest x in each window of pixels.

    Shapes:
        x   (batch, height, width, channels)
        z   (batch, windows down, windows across, channels)
    """

    pool_size: Sizes = option(
        default=(2, 2), convert=per_axis(2), above=0, about="height and width of a window"
    )
    strides: Sizes = option(
        default=None, convert=per_axis(2), above=0, about="how far it moves; None: its size"
    )

    axes = "height width channels"

    def pool(self, x: Array, windows: Windows) -> Array:
        return max_pool(x, windows)


@LAYERS.register("MaxPooling3D", "MaxPool3D")
@config
class MaxPooling3D(Pooling):
    """z = the largest x in each box of a volume.

    Shapes:
        x   (batch, depth, height, width, channels)
        z   (batch, windows in depth, windows down, windows across, channels)
    """

    pool_size: Sizes = option(
        default=(2, 2, 2), convert=per_axis(3), above=0, about="depth, height and width of a window"
    )
    strides: Sizes = option(
        default=None, convert=per_axis(3), above=0, about="how far it moves; None: its size"
    )

    axes = "depth height width channels"

    def pool(self, x: Array, windows: Windows) -> Array:
        return max_pool(x, windows)


@LAYERS.register("AveragePooling1D", "AvgPool1D")
@config
class AveragePooling1D(Pooling):
    """z = the average of x in each window of steps; padding is not counted.

    Shapes:
        x   (batch, steps, channels)
        z   (batch, windows, channels)
    """

    pool_size: Sizes = option(convert=per_axis(1), above=0, about="steps in a window")
    strides: Sizes = option(
        default=None, convert=per_axis(1), above=0, about="how far it moves; None: its size"
    )

    axes = "steps channels"

    def pool(self, x: Array, windows: Windows) -> Array:
        return average_pool(x, windows)


@LAYERS.register("AveragePooling2D", "AvgPool2D")
@config
class AveragePooling2D(Pooling):
    """z = the average of x in each window of pixels; padding is not counted.

    Shapes:
        x   (batch, height, width, channels)
        z   (batch, windows down, windows across, channels)
    """

    pool_size: Sizes = option(convert=per_axis(2), above=0, about="height and width of a window")
    strides: Sizes = option(
        default=None, convert=per_axis(2), above=0, about="how far it moves; None: its size"
    )

    axes = "height width channels"

    def pool(self, x: Array, windows: Windows) -> Array:
        return average_pool(x, windows)


@LAYERS.register("AveragePooling3D", "AvgPool3D")
@config
class AveragePooling3D(Pooling):
    """z = the average of x in each box of a volume; padding is not counted.

    Shapes:
        x   (batch, depth, height, width, channels)
        z   (batch, windows in depth, windows down, windows across, channels)
    """

    pool_size: Sizes = option(
        convert=per_axis(3), above=0, about="depth, height and width of a window"
    )
    strides: Sizes = option(
        default=None, convert=per_axis(3), above=0, about="how far it moves; None: its size"
    )

    axes = "depth height width channels"

    def pool(self, x: Array, windows: Windows) -> Array:
        return average_pool(x, windows)


def largest(x: Float[Array, "batch *positions channels"]) -> Float[Array, "batch channels"]:
    """Return the largest of all positions. The gradient goes to the first of equal largest.

    The place of the largest is found, not its value compared again: a compiler may compute x
    twice, rounded otherwise, and then no position equals the largest.
    """
    flat = x.reshape(len(x), -1, x.shape[-1])
    winner = jnp.argmax(jax.lax.stop_gradient(flat), axis=1)
    here = jnp.arange(flat.shape[1])[:, None] == winner[:, None]
    return jnp.where(here, flat, 0).sum(axis=1)


@config
class GlobalPooling(Transformation, ABC):
    """z = pool(x) over all positions: one number a channel."""

    keepdims: bool = option(default=False, about="keep the positions as axes of size 1")

    axes: ClassVar[str]  # of an example, by name

    @abstractmethod
    def pool(self, x: Array, over: tuple[int, ...]) -> Array:
        """Return one number a channel, by way of the array axes `over`."""

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, self.axes)
        kept = (1,) * (len(input_shape) - 1) if self.keepdims else ()
        return (*kept, input_shape[-1])

    def transform(self, x: Float[Array, "batch *positions channels"]) -> Float[Array, "batch ..."]:
        pooled = self.pool(x, tuple(range(1, x.ndim - 1)))
        return pooled.reshape(len(x), *self.output_shape(x.shape[1:]))


@LAYERS.register("GlobalMaxPooling1D", "GlobalMaxPool1D")
@config
class GlobalMaxPooling1D(GlobalPooling):
    """z[c] = max over t of x[t, c]; the gradient goes to the first of equal ones."""

    axes = "steps channels"

    def pool(self, x: Array, over: tuple[int, ...]) -> Array:
        del over
        return largest(x)


@LAYERS.register("GlobalMaxPooling2D", "GlobalMaxPool2D")
@config
class GlobalMaxPooling2D(GlobalPooling):
    """z[c] = max over r, s of x[r, s, c]; the gradient goes to the first of equal ones."""

    axes = "height width channels"

    def pool(self, x: Array, over: tuple[int, ...]) -> Array:
        del over
        return largest(x)


@LAYERS.register("GlobalMaxPooling3D", "GlobalMaxPool3D")
@config
class GlobalMaxPooling3D(GlobalPooling):
    """z[c] = max over q, r, s of x[q, r, s, c]; the gradient goes to the first of equal ones."""

    axes = "depth height width channels"

    def pool(self, x: Array, over: tuple[int, ...]) -> Array:
        del over
        return largest(x)


@LAYERS.register("GlobalAveragePooling1D", "GlobalAvgPool1D")
@config
class GlobalAveragePooling1D(GlobalPooling):
    """z[c] = mean over t of x[t, c]; with a mask, over the steps that count.

    An example of which no step counts has no mean: its z is NaN, as in Keras.
    """

    uses_mask = True

    axes = "steps channels"

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch steps channels"],
        *,
        key: Key,
        training: bool,
        mask: Mask = None,
    ) -> tuple[Float[Array, "batch ..."], State]:
        if mask is None:
            return self.transform(x), state
        counts = mask[..., None]
        total = jnp.where(counts, wide(x), 0).sum(1, keepdims=self.keepdims)
        steps = counts.sum(1, keepdims=self.keepdims).astype(total.dtype)
        return (total / steps).astype(x.dtype), state

    def pool(self, x: Array, over: tuple[int, ...]) -> Array:
        return x.mean(over)


@LAYERS.register("GlobalAveragePooling2D", "GlobalAvgPool2D")
@config
class GlobalAveragePooling2D(GlobalPooling):
    """z[c] = mean over r, s of x[r, s, c]."""

    axes = "height width channels"

    def pool(self, x: Array, over: tuple[int, ...]) -> Array:
        return x.mean(over)


@LAYERS.register("GlobalAveragePooling3D", "GlobalAvgPool3D")
@config
class GlobalAveragePooling3D(GlobalPooling):
    """z[c] = mean over q, r, s of x[q, r, s, c]."""

    axes = "depth height width channels"

    def pool(self, x: Array, over: tuple[int, ...]) -> Array:
        return x.mean(over)
