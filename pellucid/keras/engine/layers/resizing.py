"""Pictures brought to another size, as TensorFlow does it where nothing is smoothed before.

A pixel of the new picture is a weighted mean of the old ones around its place,
(i + 1/2) * old / new - 1/2: of 1, 2, 4, 6 or 10 a side, by the kernel, also when it shrinks.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import ConfigError, explain

Distances = np.ndarray


class Kernel(NamedTuple):
    """How much a pixel at some distance counts, and the distance from which none counts."""

    weight: Callable[[Distances], np.ndarray]
    reach: float


def _triangle(d: Distances) -> np.ndarray:
    return np.maximum(0.0, 1.0 - d)


def _cubic(b: float, c: float) -> Callable[[Distances], np.ndarray]:
    """Return the cubic of Mitchell and Netravali; (0, 1/2) is Keys's."""

    def weight(d: Distances) -> np.ndarray:
        near = ((12 - 9 * b - 6 * c) * d + (-18 + 12 * b + 6 * c)) * d * d + (6 - 2 * b)
        far = (((-b - 6 * c) * d + (6 * b + 30 * c)) * d + (-12 * b - 48 * c)) * d
        far = far + (8 * b + 24 * c)
        return np.where(d < 1, near, np.where(d < 2, far, 0.0)) / 6

    return weight


def _lanczos(radius: int) -> Callable[[Distances], np.ndarray]:
    def weight(d: Distances) -> np.ndarray:
        return np.where(d < radius, np.sinc(d) * np.sinc(d / radius), 0.0)

    return weight


def _gaussian(d: Distances) -> np.ndarray:
    return np.where(d < 1.5, np.exp(-2 * d * d), 0.0)


KERNELS: Mapping[str, Kernel] = {
    "bilinear": Kernel(_triangle, 1),
    "bicubic": Kernel(_cubic(0.0, 0.5), 2),
    "mitchellcubic": Kernel(_cubic(1 / 3, 1 / 3), 2),
    "lanczos3": Kernel(_lanczos(3), 3),
    "lanczos5": Kernel(_lanczos(5), 5),
    "gaussian": Kernel(_gaussian, 1.5),
}
INTERPOLATIONS = (*KERNELS, "nearest", "area")


def resized(picture: np.ndarray, size: tuple[int, int], interpolation: str) -> np.ndarray:
    """Return a picture (height, width, channels) at another size, in float32.

    Raises:
        ConfigError: there is no such interpolation.
    """
    if interpolation not in INTERPOLATIONS:
        what = f"There is no interpolation called {interpolation!r}."
        expected = ", ".join(INTERPOLATIONS)
        raise ConfigError(explain(what, got=repr(interpolation), expected=expected))
    x = np.asarray(picture, np.float32)
    if interpolation == "nearest":
        rows, columns = (_nearest(old, new) for old, new in zip(x.shape, size, strict=False))
        return x[rows][:, columns]
    for axis, new in enumerate(size):
        if x.shape[axis] != new:
            x = _along(x, axis, *_taps(x.shape[axis], new, interpolation))
    return x


def fitted(
    picture: np.ndarray, size: tuple[int, int], interpolation: str, crop: bool, pad: bool
) -> np.ndarray:
    """Return a picture at another size; cut, or framed in black, to keep its proportions.

    Raises:
        ConfigError: it is to be both cut and framed.
    """
    if crop and pad:
        what = "A picture is either cut or framed."
        got = "crop_to_aspect_ratio and pad_to_aspect_ratio"
        raise ConfigError(explain(what, got=got, expected="one of them"))
    if crop:
        picture = cut_to(picture, size)
    elif pad:
        picture = _framed(picture, size)
    return resized(picture, size, interpolation)


def cut_to(picture: Any, size: tuple[int, int]) -> Any:
    """Return the largest part in the middle that has the proportions of `size`."""
    (height, width), (new_height, new_width) = picture.shape[:2], size
    rows = max(min(height, width * new_height // new_width), 1)
    columns = max(min(width, height * new_width // new_height), 1)
    top, left = (height - rows) // 2, (width - columns) // 2
    return picture[top : top + rows, left : left + columns]


def _framed(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    (height, width), (new_height, new_width) = picture.shape[:2], size
    top = (max(height, width * new_height // new_width) - height) // 2
    left = (max(width, height * new_width // new_height) - width) // 2
    return np.pad(picture, ((top, top), (left, left), (0, 0)))


def _nearest(old: int, new: int) -> np.ndarray:
    return np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)


def _taps(old: int, new: int, interpolation: str) -> tuple[np.ndarray, np.ndarray]:
    """Return which old pixels each new one reads, and how much each counts: (new, taps)."""
    scale = old / new
    if interpolation == "area":
        start = np.arange(new) * scale
        first = np.floor(start).astype(int)[:, None] + np.arange(int(np.ceil(scale)) + 1)
        end = (start + scale)[:, None]
        weights = np.clip(np.minimum(first + 1, end) - np.maximum(first, start[:, None]), 0, 1)
    else:
        kernel = KERNELS[interpolation]
        center = (np.arange(new) + 0.5) * scale - 0.5
        reach = int(np.ceil(kernel.reach))
        first = np.floor(center).astype(int)[:, None] + np.arange(1 - reach, reach + 1)
        weights = kernel.weight(np.abs(center[:, None] - first))
    weights = np.where((first >= 0) & (first < old), weights, 0.0)
    weights = weights / weights.sum(axis=1, keepdims=True)
    return np.clip(first, 0, old - 1), weights.astype(np.float32)


def _along(x: np.ndarray, axis: int, places: np.ndarray, weights: np.ndarray) -> np.ndarray:
    shape = [1] * x.ndim
    shape[axis] = len(weights)
    parts = (
        np.take(x, place, axis=axis) * weight.reshape(shape)
        for place, weight in zip(places.T, weights.T, strict=True)
    )
    return np.asarray(sum(parts), np.float32)
