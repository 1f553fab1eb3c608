"""Sums over many numbers, in a few passes that take a fraction of what float64 takes.

BLAS adds float32 up in many lanes: a sum of a million squares is off by some 1e-6 of itself.
Where squares leave the range of float32, they are summed in float64.
"""

import numpy as np
from jaxtyping import Float

SMALLEST, LARGEST = 1e-25, 1e35  # sums of squares that float32 can be trusted with
QUIETLY = np.errstate(over="ignore", invalid="ignore")  # they are looked at


@QUIETLY
def norm(a: Float[np.ndarray, "..."]) -> float:
    """Return sqrt(sum of a^2); not finite if one of the numbers is not."""
    flat = np.asarray(a, np.float32).ravel()
    total = float(np.dot(flat, flat))
    if not SMALLEST < total < LARGEST:
        total = float(np.sum(np.square(flat, dtype=np.float64)))
    return total**0.5


def rms(a: Float[np.ndarray, "..."]) -> float:
    """Return sqrt(mean of a^2), and not a number where there are none."""
    return norm(a) / a.size**0.5 if a.size else float("nan")


@QUIETLY
def deviations(table: Float[np.ndarray, "rows units"]) -> Float[np.ndarray, " units"]:
    """Return the standard deviation of each column; exactly 0 where its numbers are all equal.

    sqrt(mean of d^2 - (mean of d)^2), where d is what lies between a row and the first.
    """
    if not len(table):
        return np.full(table.shape[1], np.nan)
    d, ones = table - table[0], np.ones(len(table), np.float32)
    mean, square = (ones @ each / np.float32(len(table)) for each in (d, d * d))
    if not (np.isfinite(square).all() and square.max(initial=0.0) > SMALLEST):
        return np.std(table, axis=0, dtype=np.float64)
    return np.sqrt(np.maximum(square.astype(np.float64) - np.square(mean, dtype=np.float64), 0.0))
