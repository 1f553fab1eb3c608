"""What is to be learnt on one output, and what an answer without looking would cost."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Shaped

from pellucid.functions.crossentropies import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from pellucid.functions.losses import LOSSES, Loss, Reduced

MOST_CLASSES = 20  # that whole numbers in one column may be, before they are taken for amounts
CLASSES, YES_OR_NO, LABELS, NUMBERS = "classes", "yes or no", "labels", "numbers"


class Task(NamedTuple):
    """The task on one output.

    `kind` is "classes" (one of several), "yes or no" (two, in one column), "labels" (several
    yes-or-no columns) or "numbers". `labels` are class indices for the first two.
    """

    kind: str
    y: Shaped[np.ndarray, "rows ..."]
    labels: Shaped[np.ndarray, " rows"] | None
    shares: Float[np.ndarray, " classes"]  # of the classes; empty for numbers

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.shares)

    @property
    def majority(self) -> float:
        """The share of the commonest class: what a constant answer gets right."""
        return float(self.shares.max(initial=0.0))

    @property
    def entropy(self) -> float:
        """What a constant answer of the shares costs by cross-entropy, in nats."""
        p = self.shares[self.shares > 0]
        return float(-(p * np.log(p)).sum())


def task_of(y: Any, loss: Loss | None) -> Task:
    """Return the task that targets and a loss amount to."""
    y = np.asarray(y)
    if not y.size or not y.ndim:
        return Task(NUMBERS, y, None, np.zeros(0))
    flat = y.reshape(len(y), -1) if y.ndim > 1 else y[:, None]
    finite = flat.dtype.kind not in "fc" or bool(np.isfinite(flat).all())
    if y.dtype.kind not in "fiub" or not finite or not len(flat):
        return Task(NUMBERS, y, None, np.zeros(0))
    if flat.shape[1] > 1:
        return _of_columns(y, flat, loss)
    column = flat[:, 0]
    values = np.unique(column)
    whole = bool((values == np.round(values)).all())
    by_label = isinstance(loss, SparseCategoricalCrossentropy | CategoricalCrossentropy)
    few = len(values) <= MOST_CLASSES and len(values) <= max(2, len(column) // 2)
    if whole and len(values) == 2 and set(values.tolist()) in ({0, 1}, {-1, 1}):
        return _of_labels(YES_OR_NO, y, column)
    if whole and (by_label or (few and isinstance(loss, BinaryCrossentropy))):
        return _of_labels(CLASSES, y, column)
    return Task(NUMBERS, y, None, np.zeros(0))


def is_own(loss: Loss | None) -> bool:
    """Tell whether a loss is a user's own, of which nobody knows what it means."""
    inner = loss.inner if isinstance(loss, Reduced) else loss
    return inner is not None and LOSSES.name_of(type(inner)) is None


def _of_columns(y: np.ndarray, flat: np.ndarray, loss: Loss | None) -> Task:
    """Return the task of targets in several columns."""
    by_position = y.ndim > 1 and isinstance(loss, SparseCategoricalCrossentropy)
    if by_position:  # a label a position
        return _of_labels(CLASSES, y, y.reshape(-1))
    if not ((flat == 0) | (flat == 1)).all():
        return Task(NUMBERS, y, None, np.zeros(0))
    last = y.reshape(-1, y.shape[-1])
    if (last.sum(axis=1) == 1).all():
        return _of_labels(CLASSES, y, last.argmax(axis=1), last.shape[1])
    share = float(last.mean())
    return Task(LABELS, y, None, np.array([1 - share, share]))


def _of_labels(kind: str, y: np.ndarray, column: np.ndarray, classes: int = 0) -> Task:
    values, labels = np.unique(column, return_inverse=True)
    if classes:
        labels = column
    counts = np.bincount(labels.reshape(-1), minlength=classes or len(values))
    return Task(kind, y, labels.reshape(-1), counts / counts.sum())
