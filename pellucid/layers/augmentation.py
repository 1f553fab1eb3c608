"""Layers that vary images while training, so that what does not matter is learnt not to."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import Key, Params, Shape, State
from pellucid.layers.imaging import BETWEEN_PIXELS, FILL_MODES, largest_part, resize, warp
from pellucid.layers.layer import LAYERS, Layer
from pellucid.layers.precision import wide
from pellucid.layers.shapes import check_axes

Range: TypeAlias = Any  # one number or two, as given; kept as two
Images: TypeAlias = Float[Array, "batch height width channels"]
METHODS = tuple(BETWEEN_PIXELS)
SEED = "for draws of its own, other than those of other seeds"
LARGEST_SEED = 2**32 - 1
BEYOND = "what lies beyond the edges"
READING = "how pixels are read where they moved"


def ends(alone: Callable[[float], tuple[float, float]]) -> Callable[[Any], tuple[float, float]]:
    """Return the rule that brings a range to its two ends, where `alone` says what 0.2 means."""

    def convert(given: Any) -> tuple[float, float]:
        try:
            pair = given if isinstance(given, tuple | list) else alone(float(given))
            lower, upper = sorted(float(end) for end in pair)
        except (TypeError, ValueError) as error:
            what = "A range is one number, or two."
            expected = "such as 0.2 or (-0.1, 0.3)"
            raise ConfigError(explain(what, got=repr(given), expected=expected)) from error
        return lower, upper

    return convert


both_ways = ends(lambda size: (-abs(size), abs(size)))
upwards = ends(lambda size: (0.0, size))


class Augmentation(Layer, ABC):
    """z = another look of each image while training, z = x otherwise."""

    seed: int | None

    axes = "height width channels"

    @abstractmethod
    def vary(self, x: Images, key: Key) -> Float[Array, "batch new_height new_width channels"]:
        """Return the images varied by what `key` draws, and by nothing else."""

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, self.axes)
        return input_shape

    def apply(
        self, params: Params, state: State, x: Images, *, key: Key, training: bool
    ) -> tuple[Float[Array, "batch new_height new_width channels"], State]:
        own = key if self.seed is None else jax.random.fold_in(key, self.seed)
        return (self.vary(x, own) if training else self.outside_training(x)), state

    def outside_training(self, x: Images) -> Float[Array, "batch new_height new_width channels"]:
        """Return what z is when not training."""
        return x


@LAYERS.register()
@config
class RandomFlip(Augmentation):
    """z = x or its mirror image, each with probability 1/2.

    "horizontal" exchanges left and right, "vertical" top and bottom. With both, as in
    Keras, one draw decides about both: z is x, or x turned by half a turn.
    """

    mode: str = option(
        default="horizontal_and_vertical",
        choices=("horizontal", "vertical", "horizontal_and_vertical"),
        about="which mirror",
    )
    seed: int | None = option(default=None, at_least=0, at_most=LARGEST_SEED, about=SEED)

    def vary(self, x: Images, key: Key) -> Images:
        axes = {"horizontal": (2,), "vertical": (1,), "horizontal_and_vertical": (1, 2)}
        flipped = jax.random.bernoulli(key, np.float32(0.5), (len(x), 1, 1, 1))
        return jnp.where(flipped, jnp.flip(x, axes[self.mode]), x)


class Warping(Augmentation, ABC):
    """z = each image read at other, fractional places."""

    fill_mode: str
    interpolation: str
    fill_value: float

    @abstractmethod
    def places(self, x: Images, key: Key) -> tuple[Array, Array]:
        """Return the rows and columns of x where the pixels of z come from."""

    def vary(self, x: Images, key: Key) -> Images:
        rows, columns = self.places(x, key)
        return warp(x, rows, columns, self.interpolation, self.fill_mode, self.fill_value)


@LAYERS.register()
@config
class RandomRotation(Warping):
    """z = x turned about its middle by a random part of a full turn, above 0 anticlockwise.

    A pixel of z, r down and s right of the middle, is that of x at s sin t + r cos t down
    and s cos t - r sin t right, where t is 2 pi times the part drawn out of `factor`.
    """

    factor: Range = option(
        convert=both_ways, at_least=-1, at_most=1, about="parts of a full turn; 0.2: either way"
    )
    fill_mode: str = option(default="reflect", choices=FILL_MODES, about=BEYOND)
    interpolation: str = option(default="bilinear", choices=METHODS, about=READING)
    seed: int | None = option(default=None, at_least=0, at_most=LARGEST_SEED, about=SEED)
    fill_value: float = option(default=0.0, about="beyond the edges with fill_mode constant")

    def places(self, x: Images, key: Key) -> tuple[Array, Array]:
        turn = 2 * math.pi * _draw(key, x, self.factor)
        cos, sin, (down, right) = jnp.cos(turn), jnp.sin(turn), _from_middle(x)
        return _from_corner(x, right * sin + down * cos, right * cos - down * sin)


@LAYERS.register()
@config
class RandomZoom(Warping):
    """z = x read at places 1 + factor times as far from the middle: above 0, x looks smaller.

    Factors of height and width are drawn apart; without width_factor they are one.
    """

    height_factor: Range = option(
        convert=both_ways, at_least=-1, at_most=1, about="0.2: up to a fifth out or in"
    )
    width_factor: Range = option(
        default=None, convert=both_ways, at_least=-1, at_most=1, about="None: as the height"
    )
    fill_mode: str = option(default="reflect", choices=FILL_MODES, about=BEYOND)
    interpolation: str = option(default="bilinear", choices=METHODS, about=READING)
    seed: int | None = option(default=None, at_least=0, at_most=LARGEST_SEED, about=SEED)
    fill_value: float = option(default=0.0, about="beyond the edges with fill_mode constant")

    def places(self, x: Images, key: Key) -> tuple[Array, Array]:
        height_key, width_key = jax.random.split(key)
        tall = broad = 1 + _draw(height_key, x, self.height_factor)
        if self.width_factor is not None:
            broad = 1 + _draw(width_key, x, self.width_factor)
        down, right = _from_middle(x)
        return _from_corner(x, tall * down, broad * right)


@LAYERS.register()
@config
class RandomTranslation(Warping):
    """z = x moved by random parts of its height and width: above 0, down and to the right."""

    height_factor: Range = option(
        convert=both_ways, at_least=-1, at_most=1, about="0.2: up to a fifth up or down"
    )
    width_factor: Range = option(
        convert=both_ways, at_least=-1, at_most=1, about="0.2: up to a fifth left or right"
    )
    fill_mode: str = option(default="reflect", choices=FILL_MODES, about=BEYOND)
    interpolation: str = option(default="bilinear", choices=METHODS, about=READING)
    seed: int | None = option(default=None, at_least=0, at_most=LARGEST_SEED, about=SEED)
    fill_value: float = option(default=0.0, about="beyond the edges with fill_mode constant")

    def places(self, x: Images, key: Key) -> tuple[Array, Array]:
        (height_key, width_key), (down, right) = jax.random.split(key), _from_middle(x)
        lower = x.shape[1] * _draw(height_key, x, self.height_factor)
        further = x.shape[2] * _draw(width_key, x, self.width_factor)
        return _from_corner(x, down - lower, right - further)


@LAYERS.register()
@config
class RandomContrast(Augmentation):
    """z = m + f (x - m), cut off at value_range: m is the mean of a channel of the image.

    f is drawn from [1 - lower, 1 + upper] with factor (lower, upper). One number is the
    upper end, and lower is 0, as in Keras: contrast only grows.
    """

    factor: Range = option(convert=upwards, at_least=0, about="0.2: up to a fifth stronger")
    value_range: Range = option(default=(0, 255), convert=both_ways, about="black and white")
    seed: int | None = option(default=None, at_least=0, at_most=LARGEST_SEED, about=SEED)

    def vary(self, x: Images, key: Key) -> Images:
        lower, upper = self.factor
        contrast = 1 + _draw(key, x, (-lower, upper))[..., None]
        mean = wide(x).mean((1, 2), keepdims=True)
        return jnp.clip(mean + contrast * (wide(x) - mean), *self.value_range).astype(x.dtype)


@LAYERS.register()
@config
class RandomBrightness(Augmentation):
    """z = x + d (white - black), cut off at value_range: d is drawn out of `factor`."""

    factor: Range = option(
        convert=both_ways, at_least=-1, at_most=1, about="0.2: up to a fifth brighter or darker"
    )
    value_range: Range = option(default=(0, 255), convert=both_ways, about="black and white")
    seed: int | None = option(default=None, at_least=0, at_most=LARGEST_SEED, about=SEED)

    def vary(self, x: Images, key: Key) -> Images:
        black, white = self.value_range
        change = (white - black) * _draw(key, x, self.factor)[..., None]
        return jnp.clip(wide(x) + change, black, white).astype(x.dtype)


@LAYERS.register()
@config
class RandomCrop(Augmentation):
    """z = a part of x, anywhere while training, and one place for all images of a batch.

    Outside training, and where x is smaller than z, it is the largest middle part of the
    right proportions, brought to the size of z: what Keras documents. Keras 3.15 itself
    leaves x uncut there, and no Dense layer fits behind it.

    Shapes:
        x   (batch, any height, any width, channels)
        z   (batch, height, width, channels)
    """

    height: int = option(above=0, about="of the part, in pixels")
    width: int = option(above=0, about="of the part, in pixels")
    seed: int | None = option(default=None, at_least=0, at_most=LARGEST_SEED, about=SEED)

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, self.axes)
        return (self.height, self.width, input_shape[-1])

    def vary(
        self, x: Images, key: Key
    ) -> Float[Array, "batch {self.height} {self.width} channels"]:
        spare = (x.shape[1] - self.height, x.shape[2] - self.width)
        if min(spare) < 0:
            return self.outside_training(x)
        row, column = jax.random.randint(key, (2,), 0, jnp.array(spare) + 1, "int32")
        tall = jax.lax.dynamic_slice_in_dim(x, row, self.height, axis=1)
        return jax.lax.dynamic_slice_in_dim(tall, column, self.width, axis=2)

    def outside_training(
        self, x: Images
    ) -> Float[Array, "batch {self.height} {self.width} channels"]:
        size = (self.height, self.width)
        return resize(largest_part(x, size), size)


def _draw(key: Key, x: Images, within: tuple[float, float]) -> Float[Array, "batch 1 1"]:
    lower, upper = within
    drawn = jax.random.uniform(key, (len(x), 1, 1), jnp.float32, lower, upper)
    return drawn.astype(wide(x).dtype)


def _from_middle(x: Images) -> tuple[Float[Array, "height 1"], Float[Array, " width"]]:
    """Return how far the rows and columns of an image lie from its middle, in pixels."""
    height, width, dtype = *x.shape[1:3], wide(x).dtype
    down = jnp.arange(height, dtype=dtype)[:, None] - (height - 1) / 2
    return down, jnp.arange(width, dtype=dtype) - (width - 1) / 2


def _from_corner(x: Images, down: Array, right: Array) -> tuple[Array, Array]:
    """Return places given from the middle of the image as rows and columns."""
    return down + (x.shape[1] - 1) / 2, right + (x.shape[2] - 1) / 2
