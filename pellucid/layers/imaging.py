"""Images brought to another size, and read between their pixels."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.scipy.ndimage import map_coordinates
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import Shape
from pellucid.layers.layer import LAYERS
from pellucid.layers.precision import wide
from pellucid.layers.resizing import INTERPOLATIONS
from pellucid.layers.shapes import check_axes, title
from pellucid.layers.transformation import Transformation

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
BETWEEN_PIXELS = {"nearest": 0, "bilinear": 1}  # the order of the polynomial between pixels


@LAYERS.register()
@config
class Resizing(Transformation):
    """An image of `height` and `width`, whatever size it comes in.

    With crop_to_aspect_ratio it is the largest middle part of the right proportions; with
    pad_to_aspect_ratio, the whole image between bars of fill_value; else it is stretched.
    antialias blurs an image before it shrinks, so that no pattern appears that was not there.

    Shapes:
        x   (batch, any height, any width, channels)
        z   (batch, height, width, channels)
    """

    height: int = option(above=0, about="of the new image, in pixels")
    width: int = option(above=0, about="of the new image, in pixels")
    interpolation: str = option(
        default="bilinear", choices=INTERPOLATIONS, about="how new pixels come from old ones"
    )
    crop_to_aspect_ratio: bool = option(default=False, about="cut off what does not fit")
    pad_to_aspect_ratio: bool = option(default=False, about="fill up what is missing")
    fill_mode: str = option(default="constant", choices=("constant",), about="what fills bars")
    fill_value: float = option(default=0.0, about="the value of bars, in units of x")
    antialias: bool = option(default=False, about="blur before shrinking")

    axes = "height width channels"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            what = f"{title(self)} cannot both cut off what does not fit and fill up the rest."
            got, expected = "crop_to_aspect_ratio and pad_to_aspect_ratio", "one of the two"
            raise ConfigError(explain(what, got=got, expected=expected))

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, self.axes)
        return (self.height, self.width, input_shape[-1])

    def transform(
        self, x: Float[Array, "batch height width channels"]
    ) -> Float[Array, "batch {self.height} {self.width} channels"]:
        size = (self.height, self.width)
        if self.crop_to_aspect_ratio:
            x = largest_part(x, size)
        elif self.pad_to_aspect_ratio:
            x = _with_bars(x, size, self.fill_value)
        return resize(x, size, self.interpolation, self.antialias)


@LAYERS.register()
@config
class CenterCrop(Transformation):
    """The middle of an image.

    Where the image is smaller than that, z is its largest middle part of the right
    proportions, made larger.

    Shapes:
        x   (batch, any height, any width, channels)
        z   (batch, height, width, channels)
    """

    height: int = option(above=0, about="of the new image, in pixels")
    width: int = option(above=0, about="of the new image, in pixels")

    axes = "height width channels"

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, self.axes)
        return (self.height, self.width, input_shape[-1])

    def transform(
        self, x: Float[Array, "batch height width channels"]
    ) -> Float[Array, "batch {self.height} {self.width} channels"]:
        size = (self.height, self.width)
        if x.shape[1] >= self.height and x.shape[2] >= self.width:
            return _middle(x, size)
        return resize(largest_part(x, size), size)


def resize(
    x: Float[Array, "batch height width channels"],
    size: tuple[int, int],
    interpolation: str = "bilinear",
    antialias: bool = False,
) -> Float[Array, "batch new_height new_width channels"]:
    """Return the images stretched to `size`."""
    shape = (len(x), *size, x.shape[-1])
    return jax.image.resize(x, shape, interpolation, antialias=antialias)


def largest_part(
    x: Float[Array, "batch height width channels"], size: tuple[int, int]
) -> Float[Array, "batch new_height new_width channels"]:
    """Return the largest middle part of the images that has the proportions of `size`."""
    return _middle(x, largest_size(x.shape[1:3], size))


def largest_size(given: Sequence[int], size: tuple[int, int]) -> tuple[int, int]:
    """Return the height and width of the largest part with the proportions of `size`.

    Example:
        >>> largest_size((6, 5), (3, 2))
        (6, 4)
    """
    (height, width), (rows, columns) = given, size
    across = max(min(width, height * columns // rows), 1)
    return max(min(height, width * rows // columns), 1), across


def warp(
    x: Float[Array, "batch height width channels"],
    rows: Float[Array, "batch #height #width"],
    columns: Float[Array, "batch #height #width"],
    interpolation: str,
    fill_mode: str,
    fill_value: float,
) -> Float[Array, "batch height width channels"]:
    """Return images whose pixels are read from x at fractional `rows` and `columns`.

    Beyond the edges lie, by fill_mode: the image mirrored (its outermost pixels twice), the
    image again, fill_value, or the nearest pixel.
    """
    shape = x.shape[:3]

    def read(channel: Array, rows: Array, columns: Array) -> Array:
        order = BETWEEN_PIXELS[interpolation]
        return map_coordinates(channel, [rows, columns], order, fill_mode, fill_value)

    read_all = jax.vmap(jax.vmap(read, (-1, None, None), -1))
    places = (jnp.broadcast_to(rows, shape), jnp.broadcast_to(columns, shape))
    return read_all(wide(x), *places).astype(x.dtype)


def _middle(x: Array, size: tuple[int, int]) -> Array:
    top, left = (x.shape[1] - size[0]) // 2, (x.shape[2] - size[1]) // 2
    return x[:, top : top + size[0], left : left + size[1]]


def _with_bars(x: Array, size: tuple[int, int], value: float) -> Array:
    """Return the images between bars, so that they have the proportions of `size`."""
    bar, side = bars(x.shape[1:3], size)
    return jnp.pad(x, ((0, 0), (bar, bar), (side, side), (0, 0)), constant_values=value)


def bars(given: Sequence[int], size: tuple[int, int]) -> tuple[int, int]:
    """Return how high and how wide bars must be that give an image the proportions of `size`.

    Example:
        >>> bars((6, 5), (4, 8))
        (0, 3)
    """
    (height, width), (rows, columns) = given, size
    bar = max(width * rows // columns - height, 0) // 2
    return bar, max(height * columns // rows - width, 0) // 2 if bar == 0 else 0
