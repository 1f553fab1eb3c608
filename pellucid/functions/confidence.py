"""Confident learning: which labels are contradicted by predictions that did not see them."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int


class Contradicted(NamedTuple):
    """Rows whose label is contradicted, the surest first, and the classes that fit better."""

    rows: Int[np.ndarray, " suspects"]
    instead: Int[np.ndarray, " suspects"]
    thresholds: Float[np.ndarray, " classes"]


def contradicted(
    labels: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"]
) -> Contradicted:
    """Return the rows that surely seem to be of another class than their label says.

    A class's threshold t_j is the mean of p_j over the rows labelled j: how sure of j the
    predictions are where it is said to be right. A row labelled i is contradicted if p_i <
    t_i, and p_j >= t_j for another class j; of several, the one with the largest p_j. The
    `probabilities` must come from models that were not trained on the row.

    Example:
        >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.9, 0.1]])
        >>> contradicted(np.array([0, 0, 1, 1]), p).rows.tolist()
        [3]
    """
    rows, classes = np.arange(len(labels)), probabilities.shape[1]
    own = probabilities[rows, labels]
    present = np.bincount(labels, minlength=classes)
    sums = np.bincount(labels, own, minlength=classes)
    thresholds = np.where(present > 0, sums / np.maximum(present, 1), np.inf)
    sure = probabilities >= thresholds
    sure[rows, labels] = False
    other = np.where(sure, probabilities, -1.0).argmax(axis=1)
    found = np.flatnonzero((own < thresholds[labels]) & sure.any(axis=1))
    margin = probabilities[found, other[found]] - own[found]
    found = found[np.argsort(-margin, kind="stable")]
    return Contradicted(found, other[found], thresholds)
