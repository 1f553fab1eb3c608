"""TensorFlow's functions of pictures, channels last."""

from typing import Any

import jax
import jax.numpy as jnp

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
