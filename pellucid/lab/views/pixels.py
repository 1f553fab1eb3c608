"""From arrays to pictures small enough to travel: one byte a pixel, zero exactly zero."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Num, Shaped

MOST = 64  # pixels on a side
STEPS = 127  # of the scale on either side of zero
BROKEN = -128  # stands for a number that is not finite


def tile(values: Num[np.ndarray, "rows columns"], most: int = MOST) -> dict[str, Any]:
    """Return a picture of signed values: int8, `largest` being what 127 stands for.

    More than `most` rows or columns are brought together: of a patch, the value that lies
    furthest from zero stands for all. `of` is the shape before that.
    """
    array = np.asarray(values, np.float32)
    small = _furthest(array, most)
    finite = np.isfinite(small)
    largest = float(np.max(np.abs(small), where=finite, initial=0.0))
    with np.errstate(invalid="ignore"):
        steps = np.rint(small * (STEPS / largest)) if largest else np.zeros_like(small)
    pixels = np.where(finite, steps, BROKEN).astype(np.int8)
    return {"pixels": pixels, "largest": largest, "of": list(array.shape), **_words(array)}


def _words(array: Float[np.ndarray, "rows columns"]) -> Mapping[str, Any]:
    """Return what the text beside a picture says."""
    if not array.size:
        return {"least": 0.0, "most": 0.0, "zeros": 0.0}
    with np.errstate(invalid="ignore"):
        zeros = float(np.mean(array == 0))
        return {"least": float(np.min(array)), "most": float(np.max(array)), "zeros": zeros}


def _furthest(
    array: Float[np.ndarray, "rows columns"], most: int
) -> Float[np.ndarray, "small_rows small_columns"]:
    for axis in (0, 1):
        size = array.shape[axis]
        if size > most:
            edges = np.linspace(0, size, most + 1).astype(int)[:-1]
            high = np.maximum.reduceat(array, edges, axis)
            low = np.minimum.reduceat(array, edges, axis)
            array = np.where(np.abs(low) > np.abs(high), low, high)
    return array


def table(array: Shaped[np.ndarray, "..."]) -> Num[np.ndarray, "rows units"]:
    """Return an array as a table with a unit a column: kernels, or answers of a batch."""
    flat = np.asarray(array, np.float32)
    if flat.ndim < 2:
        return flat.reshape(1, -1) if flat.ndim else flat.reshape(1, 1)
    return flat.reshape(-1, flat.shape[-1])


def by_example(array: Shaped[np.ndarray, "rows ..."]) -> Num[np.ndarray, "rows units"]:
    """Return answers as a table, an example a row; of many places the furthest from zero."""
    answers = np.asarray(array, np.float32)
    if answers.ndim <= 2:
        return answers.reshape(len(answers), -1)
    places = answers.reshape(len(answers), -1, answers.shape[-1])
    high, low = places.max(1), places.min(1)
    return np.where(np.abs(low) > np.abs(high), low, high)
