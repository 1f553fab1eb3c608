"""How much each row counts: two of a weight are the row twice, and none is as if it were away."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Shaped
from sklearn.utils.validation import _check_sample_weight as checked_weights

from pellucid.base.errors import DataError, explain


class Weighted(NamedTuple):
    """Rows, what is to be learnt of them, and their weights, 1 in the mean."""

    x: Float[np.ndarray, "rows features"]
    y: Shaped[np.ndarray, "rows ..."]
    weight: Float[np.ndarray, " rows"]


def weighted(x: Any, y: Any, sample_weight: Any, by_class: Any = 1.0) -> Weighted:
    """Return rows with weights; those of weight 0 are left out.

    Raises:
        DataError: a weight is negative, or all are 0.
    """
    weight = np.asarray(checked_weights(sample_weight, x, dtype=np.float64)) * by_class
    if (weight < 0).any() or not weight.any():
        what = "Sample weights say how often a row counts."
        got = "all 0" if not weight.any() else f"{weight.min():g} in row {int(weight.argmin())}"
        raise DataError(explain(what, got=got, expected="0 or more, and not all 0"))
    return _normal(x[weight > 0], y[weight > 0], weight[weight > 0])


def merged(rows: Weighted) -> Weighted:
    """Return each row once, in an order of its own, with the weights of its equals together.

    Where all rows are one batch, this changes no gradient; and what is learnt, to the last bit,
    depends neither on the order of rows nor on whether a row stands there twice or weighs two.
    """
    codes = np.unique(rows.y, return_inverse=True)[1].reshape(len(rows.x), -1)
    table = np.column_stack([rows.x.astype(np.float64), codes])
    _, first, place = np.unique(table, axis=0, return_index=True, return_inverse=True)
    together = np.bincount(np.ravel(place), rows.weight.astype(np.float64))
    return _normal(rows.x[first], rows.y[first], together)


def _normal(x: Any, y: Any, weight: Any) -> Weighted:
    return Weighted(x, y, weight / weight.mean())
