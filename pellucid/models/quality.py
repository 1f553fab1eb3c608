"""How good answers are, whatever loss they were trained by."""

import numpy as np
from jaxtyping import Float, Shaped

from pellucid.doctor.task import CLASSES, LABELS, NUMBERS, YES_OR_NO

MEASURES = {
    NUMBERS: "R²",
    CLASSES: "mean recall of the classes",
    YES_OR_NO: "mean recall of the classes",
    LABELS: "share of labels that are right",
}
MIDDLE = 0.5  # between no and yes
UNKNOWN = np.array([np.nan])


def quality(
    kind: str, y: Shaped[np.ndarray, "rows ..."], answers: Shaped[np.ndarray, "answers ..."]
) -> float:
    """Return a score of answers for targets of a kind of task: 1 is perfect.

    R² = 1 - sum (y - a)² / sum (y - mean y)² for numbers; for classes the mean over the
    classes of the share of their rows that are recognised, so that a rare class counts as
    much as a common one. NaN where answers are not finite, or not of the targets' shape.

    Example:
        >>> quality("yes or no", np.array([0, 0, 0, 1]), np.zeros(4))
        0.5
    """
    return float(points(kind, y, answers).mean())


def points(
    kind: str, y: Shaped[np.ndarray, "rows ..."], answers: Shaped[np.ndarray, "answers ..."]
) -> Float[np.ndarray, " points"]:
    """Return what each row adds to `quality`, which is their mean.

    By these two models are compared row by row: most of the chance in a score is in its rows,
    and both meet the same. One NaN where there is no score.
    """
    flat = answers.reshape(len(answers), -1)
    if flat.dtype.kind not in "fiub" or y.dtype.kind not in "fiub" or len(flat) != len(y):
        return UNKNOWN
    if not np.isfinite(flat).all():
        return UNKNOWN
    if kind in (CLASSES, YES_OR_NO):
        return _recalled(*_chosen(y, answers))
    right = y.reshape(len(y), -1).astype(float)
    if right.shape != flat.shape:
        return UNKNOWN
    if kind == LABELS:
        return ((flat > MIDDLE) == (right > MIDDLE)).mean(axis=1)
    spread = float(((right - right.mean(axis=0)) ** 2).sum())
    if not spread:
        return UNKNOWN
    return 1 - len(right) * ((right - flat) ** 2).sum(axis=1) / spread


def _chosen(y: np.ndarray, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the right classes, and those that were answered."""
    width = answers.shape[-1] if answers.ndim > 1 else 1
    one_hot = y.ndim > 1 and y.shape[-1] > 1 and y.shape[-1] == width
    right = y.argmax(axis=-1).ravel() if one_hot else np.round(y.astype(float)).ravel()
    signs = bool((right < 0).any())
    if width > 1:
        said = answers.argmax(axis=-1).ravel()
        return (right > 0 if signs else right), said
    column = answers.ravel()
    if signs or set(np.unique(right)) <= {0, 1}:
        middle = 0.0 if signs else MIDDLE
        return right > middle, column > middle
    return right, np.round(column)


def _recalled(right: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Return 1 for right rows and 0 for wrong, so weighted that all classes count as much."""
    if right.shape != said.shape or not len(right):
        return UNKNOWN
    _, kind, counts = np.unique(right, return_inverse=True, return_counts=True)
    return (said == right) * (len(right) / (len(counts) * counts[kind]))
