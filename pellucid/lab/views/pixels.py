"""From arrays to pictures small enough to travel: one byte a pixel, zero exactly zero."""

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
    of_one = tiles(np.asarray(values)[None], most)
    return {name: told if name == "of" else told[0] for name, told in of_one.items()}


def tiles(values: Num[np.ndarray, "units rows columns"], most: int = MOST) -> dict[str, Any]:
    """Return pictures of one size, each on its own scale, as arrays with a place for each."""
    array = np.asarray(values, np.float32)
    small = _furthest(array, most)
    finite = np.isfinite(small)
    with np.errstate(invalid="ignore"):
        largest = np.abs(np.where(finite, small, 0)).max((1, 2), initial=0)
        gain = np.divide(STEPS, largest, where=largest > 0, out=np.zeros_like(largest))
        steps = np.rint(small * gain[:, None, None])
        return {
            "pixels": np.where(finite, steps, BROKEN).astype(np.int8),
            "largest": largest,
            "of": list(array.shape[1:]),
            # What the text beside a picture says:
            "least": array.min((1, 2), initial=np.inf if array.size else 0),
            "most": array.max((1, 2), initial=-np.inf if array.size else 0),
            "zeros": np.mean(array == 0, (1, 2), np.float32) if array.size else largest,
        }


def _furthest(
    array: Float[np.ndarray, "units rows columns"], most: int
) -> Float[np.ndarray, "units small_rows small_columns"]:
    for axis in (1, 2):
        size = array.shape[axis]
        if size > most:
            patch = -(-size // most)
            more = -size % patch  # zeros, which are the furthest from zero of nothing
            padded = np.pad(array, [(0, more if at == axis else 0) for at in range(3)])
            shape = (*array.shape[:axis], -1, patch, *array.shape[axis + 1 :])
            high, low = padded.reshape(shape).max(axis + 1), padded.reshape(shape).min(axis + 1)
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
