"""Exact scores for reports, on the host in float64: what a finished network is worth.

Metrics are sums inside a compiled program, and so approximate where sums cannot be exact;
these read all rows at once. Arrays are NumPy's.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Shaped

from pellucid.base.errors import DataError, explain


class ClassScore(NamedTuple):
    """How one class was told from the others."""

    name: str
    precision: float  # of those said to be of it, the share that is
    recall: float  # of those of it, the share that was found
    f1: float  # harmonic mean of the two
    support: int  # how many rows are of it


class Curve(NamedTuple):
    """Points of a curve over all thresholds, from the strictest to the laxest."""

    x: Float[np.ndarray, " points"]
    y: Float[np.ndarray, " points"]
    thresholds: Float[np.ndarray, " points"]  # a score of at least this means yes


# Decisions


def confusion_matrix(
    true: Int[np.ndarray, " rows"], said: Int[np.ndarray, " rows"], classes: int
) -> Int[np.ndarray, "classes classes"]:
    """Return how many rows of each class (down) were said to be of which (across).

    Raises:
        DataError: a label is not from 0 to classes - 1.

    Example:
        >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
        [[1, 1], [0, 1]]
    """
    for labels in (true, said):
        if len(labels) and not (labels.min() >= 0 and labels.max() < classes):
            what, got = "A label is out of range.", f"{labels.min()} to {labels.max()}"
            raise DataError(explain(what, got=got, expected=f"0 to {classes - 1}"))
    pairs = np.bincount(true * classes + said, minlength=classes**2)
    return pairs.reshape(classes, classes)


def class_scores(
    matrix: Int[np.ndarray, "classes classes"], names: Sequence[str]
) -> tuple[ClassScore, ...]:
    """Return precision, recall, F1 and support of each class; 0 where nothing can be divided."""
    right = np.diag(matrix)
    said, rows = matrix.sum(axis=0), matrix.sum(axis=1)
    precision, recall, f1 = _share(right, said), _share(right, rows), _share(2 * right, said + rows)
    columns = zip(names, precision, recall, f1, rows, strict=True)
    return tuple(ClassScore(n, float(p), float(r), float(f), int(s)) for n, p, r, f, s in columns)


def accuracy(matrix: Int[np.ndarray, "classes classes"]) -> float:
    """Return the share of rows on the diagonal."""
    _check_rows(matrix)
    return float(np.trace(matrix) / matrix.sum())


def balanced_accuracy(matrix: Int[np.ndarray, "classes classes"]) -> float:
    """Return the mean recall over the classes that occur."""
    rows = matrix.sum(axis=1)
    return float(_share(np.diag(matrix), rows)[rows > 0].mean())


# Probabilities and rankings


def log_loss(
    true: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"]
) -> float:
    """Return the mean of -log(probability of the true class), in nats.

    Rows are made to sum to 1, and no probability counts as smaller than float64's epsilon.
    """
    p = np.asarray(probabilities, np.float64)
    p = p / p.sum(axis=1, keepdims=True)
    given = p[np.arange(len(true)), true]
    return float(-np.log(np.clip(given, np.finfo(np.float64).eps, 1)).mean())


def roc_curve(true: Shaped[np.ndarray, " rows"], score: Float[np.ndarray, " rows"]) -> Curve:
    """Return recall (y) over the share of noes taken for yeses (x).

    Raises:
        DataError: all rows are a yes, or none is.
    """
    found, false, thresholds = _counts_by_threshold(true, score)
    return Curve(false / false[-1], found / found[-1], thresholds)


def pr_curve(true: Shaped[np.ndarray, " rows"], score: Float[np.ndarray, " rows"]) -> Curve:
    """Return precision (y) over recall (x); where nothing is said to be a yes, it is 1.

    Raises:
        DataError: all rows are a yes, or none is.
    """
    found, false, thresholds = _counts_by_threshold(true, score)
    said = found + false
    precision = np.where(said > 0, found / np.maximum(said, 1), 1.0)
    return Curve(found / found[-1], precision, thresholds)


def auc(true: Shaped[np.ndarray, " rows"], score: Float[np.ndarray, " rows"]) -> float:
    """Return the exact area under the ROC curve: the chance that a yes outscores a no."""
    curve = roc_curve(true, score)
    return float(np.trapezoid(curve.y, curve.x))


def average_precision(
    true: Shaped[np.ndarray, " rows"], score: Float[np.ndarray, " rows"]
) -> float:
    """Return sum_i (recall_i - recall_(i-1)) precision_i over the precision-recall curve."""
    recall, precision, _ = pr_curve(true, score)
    return float(np.sum(np.diff(recall) * precision[1:]))


# Numbers


def mean_squared_error(y: Float[np.ndarray, "*shape"], a: Float[np.ndarray, "*shape"]) -> float:
    """Return mean (a - y)^2, in squared units of y."""
    return float(np.mean(np.square(_exact(a) - _exact(y))))


def mean_absolute_error(y: Float[np.ndarray, "*shape"], a: Float[np.ndarray, "*shape"]) -> float:
    """Return mean |a - y|, in units of y."""
    return float(np.mean(np.abs(_exact(a) - _exact(y))))


def r2(y: Float[np.ndarray, " rows"], a: Float[np.ndarray, " rows"]) -> float:
    """Return 1 - sum (a - y)^2 / sum (y - mean y)^2; 0 is what the mean of y scores.

    Where y is constant, it is 1 if a equals y and else 0.
    """
    y, a = _exact(y), _exact(a)
    errors, spread = np.sum((a - y) ** 2), np.sum((y - y.mean()) ** 2)
    return float(1 - errors / spread) if spread > 0 else float(errors == 0)


def _exact(x: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    return np.asarray(x, np.float64)


def _share(part: Shaped[np.ndarray, "..."], whole: Shaped[np.ndarray, "..."]) -> np.ndarray:
    return np.where(whole > 0, part / np.maximum(whole, 1), 0.0)


def _check_rows(rows: Shaped[np.ndarray, "rows ..."]) -> None:
    if not len(rows):
        raise DataError(explain("There are no rows to score.", got="0 rows", expected="1 or more"))


def _counts_by_threshold(
    true: Shaped[np.ndarray, " rows"], score: Float[np.ndarray, " rows"]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return right and wrong yeses at each distinct score, from infinity downwards."""
    yes = np.asarray(true, bool)
    if yes.all() or not yes.any():
        what, got = "A curve needs rows of both kinds.", f"{yes.sum()} yes of {len(yes)} rows"
        raise DataError(explain(what, got=got, expected="some of each"))
    order = np.argsort(-_exact(score), kind="stable")
    score, yes = _exact(score)[order], yes[order]
    last = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)
    found, said = np.cumsum(yes)[last], last + 1
    counts = (np.append(0, found), np.append(0, said - found))
    return *counts, np.append(np.inf, score[last])
