"""How good answers are, whatever loss they were trained by."""

import numpy as np
from jaxtyping import Shaped

from pellucid.doctor.task import CLASSES, LABELS, NUMBERS, YES_OR_NO

MEASURES = {
    NUMBERS: "R²",
    CLASSES: "mean recall of the classes",
    YES_OR_NO: "mean recall of the classes",
    LABELS: "share of labels that are right",
}
MIDDLE = 0.5  # between no and yes


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
    flat = answers.reshape(len(answers), -1)
    if flat.dtype.kind not in "fiub" or y.dtype.kind not in "fiub" or len(flat) != len(y):
        return float("nan")
    if not np.isfinite(flat).all():
        return float("nan")
    if kind in (CLASSES, YES_OR_NO):
        return _mean_recall(*_chosen(y, answers))
    right = y.reshape(len(y), -1).astype(float)
    if right.shape != flat.shape:
        return float("nan")
    if kind == LABELS:
        return float(((flat > MIDDLE) == (right > MIDDLE)).mean())
    spread = float(((right - right.mean(axis=0)) ** 2).sum())
    return 1 - float(((right - flat) ** 2).sum()) / spread if spread else float("nan")


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


def _mean_recall(right: np.ndarray, said: np.ndarray) -> float:
    if right.shape != said.shape:
        return float("nan")
    return float(np.mean([(said[right == one] == one).mean() for one in np.unique(right)]))
