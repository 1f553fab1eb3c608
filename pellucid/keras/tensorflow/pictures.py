"""TensorFlow's functions of pictures, channels last."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.keras import ops, random
from pellucid.keras.engine.operations.operation import apply_operation

GREY = (0.2989, 0.587, 0.114)  # how bright red, green and blue look


def resize(images: Any, size: Any, method: str = "bilinear", **named: Any) -> Any:
    """Return pictures of another height and width, as floats."""
    antialias = bool(named.pop("antialias", False))
    height, width = (int(side) for side in size)

    def resized(x: Any) -> Any:
        x = jnp.asarray(x, "float32")
        shape = (*x.shape[:-3], height, width, x.shape[-1])
        return jax.image.resize(x, shape, method, antialias=antialias)

    return apply_operation("resize", resized, images)


def rgb_to_grayscale(images: Any, name: str | None = None) -> Any:
    """Return the brightness of coloured pictures, as one channel."""
    del name
    return apply_operation(
        "rgb_to_grayscale",
        lambda x: jnp.asarray(x, "float32") @ jnp.asarray(GREY, "float32")[:, None],
        images,
    )


def grayscale_to_rgb(images: Any, name: str | None = None) -> Any:
    """Return pictures of one channel with three that are the same."""
    del name
    return ops.repeat(images, 3, axis=-1)


def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False) -> Any:
    """Return pictures of another type: whole numbers are shares of their greatest, and back."""
    del saturate
    before, after = str(image.dtype), str(dtype)
    if before == after:
        return image
    if "int" in before:
        image = ops.cast(image, "float32") / float(np.iinfo(before).max)
    if "int" in after:
        greatest = float(np.iinfo(after).max)
        image = ops.clip(image * (greatest + 0.5), 0.0, greatest)
    return ops.cast(image, after)


def flip_left_right(image: Any) -> Any:
    """Return pictures mirrored."""
    return ops.flip(image, axis=-2)


def flip_up_down(image: Any) -> Any:
    """Return pictures upside down."""
    return ops.flip(image, axis=-3)


def random_flip_left_right(image: Any, seed: Any = None) -> Any:
    """Return pictures of which half are mirrored."""
    return ops.where(_for_each(image, 0.0, 1.0, seed) < 0.5, flip_left_right(image), image)


def random_flip_up_down(image: Any, seed: Any = None) -> Any:
    """Return pictures of which half are upside down."""
    return ops.where(_for_each(image, 0.0, 1.0, seed) < 0.5, flip_up_down(image), image)


def rot90(image: Any, k: int = 1, name: str | None = None) -> Any:
    """Return pictures turned k times by a right angle, against the clock."""
    del name
    return ops.rot90(image, k, axes=(-3, -2))


def adjust_brightness(image: Any, delta: Any) -> Any:
    """Return image + delta."""
    return image + delta


def random_brightness(image: Any, max_delta: float, seed: Any = None) -> Any:
    """Return pictures with a number from -max_delta to max_delta added to all of each."""
    return image + _for_each(image, -max_delta, max_delta, seed)


def adjust_contrast(images: Any, contrast_factor: Any) -> Any:
    """Return pictures whose channels lie that much farther from their means."""
    means = ops.mean(images, axis=(-3, -2), keepdims=True)
    return (images - means) * contrast_factor + means


def random_contrast(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """Return pictures with a contrast from `lower` to `upper` times what it was."""
    return adjust_contrast(image, _for_each(image, lower, upper, seed))


def central_crop(image: Any, central_fraction: float) -> Any:
    """Return the middle of pictures, a share of each side."""
    rows, columns = (_rim(side, central_fraction) for side in image.shape[-3:-1])
    return image[..., rows, columns, :]


def random_crop(value: Any, size: Any, seed: Any = None, name: str | None = None) -> Any:
    """Return a part of that size, from anywhere."""
    del name
    room = np.subtract(value.shape, tuple(int(side) for side in size)) + 1
    share = np.asarray(random.uniform((len(room),), seed=seed))
    starts = np.minimum(share * room, room - 1).astype(int)
    return value[tuple(slice(s, s + int(side)) for s, side in zip(starts, size, strict=True))]


def per_image_standardization(image: Any) -> Any:
    """Return pictures of mean 0 and deviation 1; at least 1 / sqrt(numbers) divides."""
    axes, count = (-3, -2, -1), float(np.prod(image.shape[-3:]))
    image = ops.cast(image, "float32")
    spread = ops.std(image, axis=axes, keepdims=True)
    least = 1.0 / np.sqrt(count)
    return (image - ops.mean(image, axis=axes, keepdims=True)) / ops.maximum(spread, least)


def _for_each(image: Any, low: float, high: float, seed: Any) -> Any:
    """Return a random number for each picture, to be broadcast over it."""
    return random.uniform((*ops.shape(image)[:-3], 1, 1, 1), low, high, seed=seed)


def _rim(side: int, share: float) -> slice:
    start = int((side - side * share) / 2)
    return slice(start, side - start)
