"""An array of more rows than memory holds, as far as learning a scale needs it."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float, Shaped

Axes: TypeAlias = tuple[int, ...]


class Moments(NamedTuple):
    """What is known of some rows, for each place that is left after going over the axes."""

    size: int  # numbers that each of the others is over
    minimum: Shaped[np.ndarray, "..."]
    maximum: Shaped[np.ndarray, "..."]
    mean: Float[np.ndarray, "..."]
    squares: Float[np.ndarray, "..."]  # sum of (x - mean)^2


class ManyRows:
    """Rows that are read a piece at a time: it answers as an array does, in one pass over them.

    A mean or variance is the array's but for the order of a sum in float64.
    """

    def __init__(self, rows: int, pieces: Callable[[], Iterable[np.ndarray]]) -> None:
        self.rows, self.pieces = rows, pieces
        self._found: dict[Axes, Moments] = {}

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The shape that the array would have."""
        return self.rows, *next(iter(self.pieces())).shape[1:]

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shape)

    def __len__(self) -> int:
        return self.rows

    def min(self, over: Axes) -> Shaped[np.ndarray, "..."]:
        """Return the smallest numbers over those axes, of which 0 is one."""
        return self._over(over).minimum

    def max(self, over: Axes) -> Shaped[np.ndarray, "..."]:
        """Return the largest numbers."""
        return self._over(over).maximum

    def mean(self, over: Axes, dtype: Any = np.float64) -> Float[np.ndarray, "..."]:
        """Return the means."""
        return self._over(over).mean.astype(dtype)

    def var(self, over: Axes, dtype: Any = np.float64) -> Float[np.ndarray, "..."]:
        """Return the variances, sum of (x - mean)^2 / count."""
        found = self._over(over)
        return (found.squares / found.size).astype(dtype)

    def _over(self, over: Axes) -> Moments:
        if over not in self._found:
            pieces = (_moments(piece, over) for piece in self.pieces())
            total = next(pieces)
            for more in pieces:
                total = _together(total, more)
            self._found[over] = total
        return self._found[over]


def _moments(piece: Shaped[np.ndarray, "rows ..."], over: Axes) -> Moments:
    mean = piece.mean(over, dtype=np.float64)
    squares = piece.var(over, dtype=np.float64)
    count = int(np.prod([piece.shape[axis] for axis in over]))
    return Moments(count, piece.min(over), piece.max(over), mean, squares * count)


def _together(one: Moments, other: Moments) -> Moments:
    """Return the moments of both: the squares about a mean move with it."""
    count = one.size + other.size
    apart = other.mean - one.mean
    return Moments(
        count,
        np.minimum(one.minimum, other.minimum),
        np.maximum(one.maximum, other.maximum),
        one.mean + apart * (other.size / count),
        one.squares + other.squares + apart**2 * (one.size * other.size / count),
    )


TrainingRows: TypeAlias = Float[np.ndarray, "rows ..."] | ManyRows  # what a layer learns from
