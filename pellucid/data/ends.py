"""Where the numbers of a column lay in training, and numbers that lie elsewhere."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Num

MOST_OF = 5  # rows, from which on most of them say something


class Ends(NamedTuple):
    """The least and the greatest number of a column's training rows."""

    low: float
    high: float

    def strangeness(
        self, column: str, values: Num[np.ndarray, " rows"], where: Callable[[int], str]
    ) -> str | None:
        """Return in words that numbers lie where none of training did, or None.

        That is: one is further outside of the training rows' range than this is wide, or most
        of five rows or more are outside of it. Other units look like this. A column that was
        the same in all training rows has no width, and only most of the rows count.
        """
        outside = (values < self.low) | (values > self.high)
        if not outside.any():
            return None
        width = self.high - self.low
        far = (width > 0) & ((values < self.low - width) | (values > self.high + width))
        most = len(values) >= MOST_OF and 2 * np.count_nonzero(outside) > len(values)
        if not (far.any() or most):
            return None
        row = int(np.flatnonzero(far if far.any() else outside)[0])
        return (
            f"column {column}: {np.count_nonzero(outside)} of {len(values)} rows lie outside of "
            f"{self.low:.6g} to {self.high:.6g}, where all training rows were; "
            f"{where(row)} has {values[row]:.6g}. Are these other units?"
        )
