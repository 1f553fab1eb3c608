"""Whether a line (a plane, a hyperplane) parts two classes: decided, with a certificate.

Put a 1 behind every row, for the bias, and turn round the rows of class 0:
v_i = (2 y_i - 1) (x_i, 1). A perceptron (w, b) is right on row i just if (w, b) . v_i > 0.
So the classes can be parted if and only if the convex hull of the v_i does not contain 0:
the point of the hull that is nearest to 0 is then itself such a (w, b), the one with the
largest margin. If it is 0, it is a mixture of rows that no (w, b) can have all positive.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float64, Int

from pellucid.base.errors import DataError, explain

MOST_ROUNDS = 2000  # of the search for the nearest point; a few for each column are usual
ROUNDING = 1e-12  # of the longest row: below this, the nearest point may be 0
LARGEST = 1e100  # of a cell, so that squares do not overflow
SHOWN = 8  # numbers in a message
UNIT = np.finfo(np.float64).eps / 2  # largest relative error of one operation

Rows = Float64[np.ndarray, "rows columns"]


class Separability(NamedTuple):
    """The verdict on two classes, and what proves it.

    With w and b: sum_j w_j x_j + b > 0 on every row of class 1 and < 0 on every row of
    class 0, checked in exact arithmetic. With `mixture`: the rows `witnesses`, each turned
    by its class and with a 1 behind, weighted by it, add up to exactly 0, so that no w and b
    can be right on all of them. With neither, rounding hides which it is: `separable` is None.

    Novikoff's bound: started at w = 0, b = 0, the perceptron rule makes at most
    (radius / margin)^2 mistakes, in whatever order rows come and at whatever learning rate.
    """

    separable: bool | None
    w: tuple[float, ...] = ()
    b: float = 0.0
    margin: float = 0.0  # least (2 y - 1) (w . x + b), where |(w, b)| = 1
    radius: float = 0.0  # largest |(x, 1)|
    witnesses: tuple[int, ...] = ()  # numbers of rows
    mixture: tuple[Fraction, ...] = ()  # their weights: positive, summing to 1

    @property
    def mistake_bound(self) -> float:
        """Novikoff's bound on the number of mistakes; infinite where nothing parts the rows."""
        return (self.radius / self.margin) ** 2 if self.separable else np.inf

    def __str__(self) -> str:
        if self.separable:
            return (
                f"Separable: w = {_listed(self.w)}, b = {self.b:.4g} is right on every row, with "
                f"margin {self.margin:.4g}. The perceptron rule, started at 0, converges after at "
                f"most {self.mistake_bound:,.0f} mistakes (Novikoff)."
            )
        if self.separable is None:
            return "Not decided: a line that parts the rows, if there is one, is lost in rounding."
        rows = ", ".join(map(str, self.witnesses[:SHOWN])) + ", …" * (len(self.witnesses) > SHOWN)
        return (
            f"Not separable: no w and b are right on rows {rows} at once. Turned by their class "
            "and weighted by `mixture`, they add up to 0. The perceptron rule never converges."
        )


def separability(x: Any, y: Any) -> Separability:
    """Return whether one perceptron can be right on all rows, with the proof of it.

    Shapes:
        x  (rows, features)
        y  (rows,), 0 or 1

    Raises:
        DataError: x or y is not that.

    Example:
        >>> both = [[0, 0], [0, 1], [1, 0], [1, 1]]
        >>> separability(both, [0, 0, 0, 1]).separable
        True
        >>> print(separability(both, [0, 1, 1, 0]).mixture)
        (Fraction(1, 4), Fraction(1, 4), Fraction(1, 4), Fraction(1, 4))
    """
    x, y = two_classes(x, y)
    extended = np.column_stack([x, np.ones(len(x))])
    signs = np.where(y == 1, 1.0, -1.0)[:, None]
    radius = float(np.sqrt((extended**2).sum(axis=1).max()))
    # In the units of x the margin found is the largest. Where rounding spoils that, the same
    # question is asked of standardised columns; either way the proof is checked in those of x.
    for shift, scale in ((0.0, 1.0), (x.mean(axis=0), _spread(x))):
        scaled = np.column_stack([(x - shift) / scale, np.ones(len(x))])
        point, corners = nearest_to_zero(signs * scaled)
        w = point[:-1] / scale
        direction = np.append(w, point[-1] - (w * shift).sum())
        direction = direction / (np.linalg.norm(direction) or 1.0)
        if _all_positive(signs * extended, direction):
            margin = float((signs * extended @ direction).min())
            return Separability(
                True, tuple(direction[:-1].tolist()), float(direction[-1]), margin, radius
            )
        mixture = _mixture_that_vanishes((signs * extended)[corners])
        if mixture is not None:
            used = [(int(row), part) for row, part in zip(corners, mixture, strict=True) if part]
            rows, parts = zip(*sorted(used), strict=True)
            return Separability(False, radius=radius, witnesses=rows, mixture=parts)
    return Separability(None, radius=radius)


def two_classes(x: Any, y: Any) -> tuple[Rows, Int[np.ndarray, " rows"]]:
    """Return x and y as float64 rows and labels 0 and 1, or say why they are not that."""
    x, y = np.asarray(x, np.float64), np.asarray(y)
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if x.ndim != 2 or y.shape != x.shape[:1] or not len(x):
        what = "A perceptron learns from rows of numbers, with one label each."
        got = f"x {x.shape}, y {y.shape}"
        raise DataError(explain(what, got=got, expected="x (rows, features), y (rows,)"))
    if not (np.abs(x) < LARGEST).all():
        what = "x has a cell that is not a number, or too large a one."
        raise DataError(explain(what, got="NaN, infinity or more", expected=f"below {LARGEST:g}"))
    if not np.isin(y, (0, 1)).all():
        what = "A perceptron tells two classes apart, labelled 0 and 1."
        got, hint = np.unique(y)[:5].tolist(), "y == one_class gives 0 and 1"
        raise DataError(explain(what, got=got, expected="0 and 1", hint=hint))
    return x, y.astype(np.int64)


def nearest_to_zero(
    v: Rows,
) -> tuple[Float64[np.ndarray, " columns"], Int[np.ndarray, " corners"]]:
    """Return the point of the convex hull of the rows v that is nearest to 0, and its corners.

    The corners are the rows that the point is a mixture of. This is Wolfe's method: add the
    corner that lies furthest towards 0, go to the nearest point of the flat through the
    corners, and drop those that are left behind on the way.
    """
    squares = (v**2).sum(axis=1)
    corners, parts = np.array([squares.argmin()]), np.ones(1)
    enough = ROUNDING * squares.max()
    point = v[corners[0]]
    for _ in range(MOST_ROUNDS):
        along = v @ point
        best = int(along.argmin())
        if along[best] > point @ point - enough or best in corners:
            break
        corners, parts = np.append(corners, best), np.append(parts, 0.0)
        corners, parts = _pulled_to_zero(v, corners, parts)
        point = parts @ v[corners]
    return point, corners


def _pulled_to_zero(
    v: Rows, corners: Int[np.ndarray, " corners"], parts: Float64[np.ndarray, " corners"]
) -> tuple[Int[np.ndarray, " left"], Float64[np.ndarray, " left"]]:
    """Go to the nearest point of the flat through the corners, as far as the hull reaches."""
    while True:
        wanted = _nearest_of_flat(v[corners])
        behind = wanted <= ROUNDING
        if not behind.any():
            return corners, wanted
        steps = parts[behind] / np.maximum(parts[behind] - wanted[behind], ROUNDING)
        parts = parts + min(1.0, steps.min()) * (wanted - parts)
        left = parts > ROUNDING
        left[np.argmax(parts)] = True
        if left.all():  # rounding: the smallest goes, so that the loop ends
            left[np.argmin(parts)] = False
        corners, parts = corners[left], parts[left] / parts[left].sum()


def _nearest_of_flat(
    corners: Float64[np.ndarray, "corners columns"],
) -> Float64[np.ndarray, " corners"]:
    """The weights, summing to 1 and of any sign, of the corners' mixture nearest to 0."""
    sides = corners[1:] - corners[0]
    q, r = np.linalg.qr(sides.T)
    across = np.abs(np.diag(r))
    if len(across) == len(sides) and (across > ROUNDING * across.max(initial=0.0)).all():
        parts = np.linalg.solve(r, q.T @ -corners[0])
    else:  # the corners lie on a smaller flat
        parts = np.linalg.lstsq(sides.T, -corners[0], rcond=None)[0]
    return np.append(1 - parts.sum(), parts)


def _spread(x: Rows) -> Float64[np.ndarray, " columns"]:
    deviation = x.std(axis=0)
    return np.where(deviation > 0, deviation, 1.0)


def _all_positive(v: Rows, point: Float64[np.ndarray, " columns"]) -> bool:
    """Tell whether v_i . point > 0 for every i, exactly.

    A sum of n products in float64 errs by at most n u / (1 - n u) of the sum of their sizes.
    Only where that leaves a doubt are the floats taken as the fractions they are.
    """
    steps = 2 * len(point) * UNIT
    doubt: Bool[np.ndarray, " rows"] = v @ point <= 2 * steps * (np.abs(v) @ np.abs(point))
    exact = [Fraction(float(value)) for value in point]
    return all(_dot(row, exact) > 0 for row in v[doubt])


def _dot(row: Float64[np.ndarray, " columns"], other: Sequence[Fraction]) -> Fraction:
    pairs = zip(row.tolist(), other, strict=True)
    return sum((Fraction(value) * by for value, by in pairs), Fraction(0))


def _mixture_that_vanishes(
    corners: Float64[np.ndarray, "corners columns"],
) -> tuple[Fraction, ...] | None:
    """Return weights, none negative and summing to 1, with which the corners add up to 0.

    Solved in whole numbers, so that a sum of 0 is one; None if there are no such weights, or
    if they are not unique. Bareiss's elimination keeps every division exact.
    """
    count = len(corners)
    equations = np.zeros((corners.shape[1] + 1, count + 1), object)
    equations[:-1, :-1] = _as_whole_numbers(corners).T
    equations[-1] = 1
    before = 1
    for place in range(count):
        nonzero = np.flatnonzero(equations[place:, place] != 0)
        if not len(nonzero):
            return None
        equations[[place, place + nonzero[0]]] = equations[[place + nonzero[0], place]]
        row, column, pivot = equations[place].copy(), equations[:, place], equations[place, place]
        equations = (equations * pivot - np.outer(column, row)) // before
        equations[place] = row
        before = pivot
    if (equations[count:, -1] != 0).any():
        return None
    weights = tuple(Fraction(equations[i, -1], equations[i, i]) for i in range(count))
    return weights if min(weights) >= 0 else None


def _as_whole_numbers(floats: Float64[np.ndarray, "rows columns"]) -> np.ndarray:
    """Floats times the power of two that makes them all whole."""
    ratios = [[value.as_integer_ratio() for value in row] for row in floats.tolist()]
    most = max(below for row in ratios for _, below in row)
    return np.array([[above * (most // below) for above, below in row] for row in ratios], object)


def _listed(numbers: Sequence[float]) -> str:
    shown = ", ".join(f"{number:.4g}" for number in numbers[:SHOWN])
    return f"({shown}, … {len(numbers)} of them)" if len(numbers) > SHOWN else f"({shown})"
