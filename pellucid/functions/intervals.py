"""How sure a score is, given that it was measured on so many rows only."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from jaxtyping import Shaped

from pellucid.base.errors import DataError, explain


class Interval(NamedTuple):
    """Between which numbers the true score lies, at some confidence."""

    low: float
    high: float


def wilson_interval(successes: int, rows: int, confidence: float = 0.95) -> Interval:
    """Return Wilson's interval of a share, such as an accuracy: sound for few rows, too.

    Raises:
        DataError: there are no rows, or more successes than rows.

    Example:
        >>> low, high = wilson_interval(48, 50)
        >>> f"{low:.3f} to {high:.3f}"
        '0.865 to 0.989'
    """
    if rows < 1 or not 0 <= successes <= rows:
        what, expected = "This is no share of rows.", "0 to rows successes in 1 or more rows"
        raise DataError(explain(what, got=f"{successes} of {rows}", expected=expected))
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / rows
    middle = share + z**2 / (2 * rows)
    reach = z * math.sqrt(share * (1 - share) / rows + (z / (2 * rows)) ** 2)
    low, high = ((middle + side * reach) / (1 + z**2 / rows) for side in (-1, 1))
    # at the ends rounding would leave next to nothing where there is nothing
    return Interval(low if successes > 0 else 0.0, high if successes < rows else 1.0)


def bootstrap_interval(
    statistic: Callable[..., float],
    *columns: Shaped[np.ndarray, "rows ..."],
    draws: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Interval:
    """Return the percentile interval of a statistic over rows drawn again with replacement.

    The same seed gives the same interval. Draws for which the statistic is not a number
    are left out.

    Raises:
        DataError: there are no rows.
    """
    rows = len(columns[0])
    if rows == 0:
        what = "There are no rows to draw from."
        raise DataError(explain(what, got="0 rows", expected="1 or more"))
    random = np.random.default_rng(seed)
    drawn = (random.integers(0, rows, rows) for _ in range(draws))
    values = [statistic(*(column[again] for column in columns)) for again in drawn]
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high))
