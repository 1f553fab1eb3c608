"""The classes of a classifier: from anybody's labels to what a network learns, and back."""

from typing import Any

import numpy as np

from pellucid.base.errors import DataError, explain


class Targets:
    """What a classifier is to learn: one of `classes` a row, or several of them at once.

    Labels y may be a column of anything, one-hot rows, or rows of several zeros and ones.
    """

    def __init__(self, y: Any) -> None:
        y = np.asarray(y)
        self.rows_given = y.ndim == 2 and y.shape[1] > 1
        if not self.rows_given:
            self.several = False
            self.classes = np.unique(y)
            return
        self.several = not (np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())
        self.classes = np.arange(y.shape[1])

    def indices(self, y: Any) -> np.ndarray:
        """Return the index of each row's class.

        Raises:
            DataError: a label is none of the classes.
        """
        y = np.asarray(y)
        if self.rows_given and y.ndim == 2:
            return y.argmax(axis=1)
        y = y.reshape(len(y))
        known = np.isin(y, self.classes)
        if not known.all():
            what = "There are labels that no row of the training data had."
            expected = f"labels among {list(self.classes[:10])}"
            raise DataError(explain(what, got=list(np.unique(y[~known])[:10]), expected=expected))
        return np.searchsorted(self.classes, y)

    def encode(self, y: Any, loss: str, width: int | None) -> np.ndarray:
        """Return targets for a network with this loss and so many outputs.

        Raises:
            DataError: there are more classes than the network can tell apart.
        """
        if self.several:
            return np.asarray(y, np.float32)
        indices, count = self.indices(y), len(self.classes)
        if width is not None and count > max(width, 2):
            what = "The model has fewer outputs than there are classes."
            advice = f"let its last layer be Dense({count}, activation='softmax')"
            got, expected = f"{width} outputs, {count} classes", f"{count} outputs"
            raise DataError(explain(what, got=got, expected=expected, hint=advice))
        if "sparse" in loss:
            return indices.astype(np.int32)
        if width == 1:
            signed = "hinge" in loss
            return (2 * indices - 1 if signed else indices).astype(np.float32)
        return np.eye(max(count, width or 0), dtype=np.float32)[indices]

    def decode(self, indices: np.ndarray) -> np.ndarray:
        """Return the labels of classes."""
        return self.classes[indices]
