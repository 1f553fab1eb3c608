"""Numbers arranged anew, borders, and images brought to another size."""

from collections.abc import Sequence

import numpy as np


def reshape(x: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Return each example with axes of these sizes."""
    return x.reshape(len(x), *sizes)


def transpose(x: np.ndarray, axes: Sequence[int]) -> np.ndarray:
    """Return x with its axes in another order; the batch stays the first."""
    return x.transpose(tuple(axes))


def repeat_vector(x: np.ndarray, n: int) -> np.ndarray:
    """Return each row n times over: (rows, n, features)."""
    return np.repeat(x[:, None], n, 1)


def pad(x: np.ndarray, margins: Sequence[tuple[int, int]], value: float = 0.0) -> np.ndarray:
    """Return x with `value` before and after each axis but the batch and the channels."""
    return np.pad(x, [(0, 0), *margins, (0, 0)], constant_values=value)


def cut_out(x: np.ndarray, starts: Sequence[int], stops: Sequence[int]) -> np.ndarray:
    """Return a part of each example: from start to stop along its first axes."""
    return x[(slice(None), *(slice(*ends) for ends in zip(starts, stops, strict=True)))]


def enlarge(x: np.ndarray, factors: Sequence[int]) -> np.ndarray:
    """Return x with each position so many times in a row."""
    for axis, factor in enumerate(factors, start=1):
        x = np.repeat(x, factor, axis)
    return x


def resample(x: np.ndarray, R: np.ndarray, C: np.ndarray) -> np.ndarray:
    """z[r, s] = the sum over i, j of R[r, i] C[s, j] x[i, j], for each channel"""
    return np.einsum("ri,bijc,sj->brsc", R, x, C, optimize=True)


def turn_round(x: np.ndarray) -> np.ndarray:
    """Return the steps from the last to the first."""
    return x[:, ::-1]


def steps_as_rows(x: np.ndarray) -> np.ndarray:
    """Return each step of each example as a row: (rows steps, ...)."""
    return x.reshape(-1, *x.shape[2:])


def rows_as_steps(x: np.ndarray, steps: int) -> np.ndarray:
    """Return rows as the steps of examples: (rows, steps, ...)."""
    return x.reshape(-1, steps, *x.shape[1:])
