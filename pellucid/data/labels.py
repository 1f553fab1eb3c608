"""Labels as numbers: one-hot and back, how many of each, what each should weigh."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32, Shaped

from pellucid.base.errors import DataError, explain


def one_hot(
    labels: Shaped[np.ndarray, " rows"], names: Sequence[object] | None = None
) -> tuple[Float32[np.ndarray, "rows classes"], tuple[object, ...]]:
    """Return a row with a single 1 for each label, and the classes its places mean.

    Without `names` the classes are the labels there are, in ascending order.

    Raises:
        DataError: a label is none of the names.

    Example:
        >>> matrix, names = one_hot(np.array(["cat", "toaster", "cat"]))
        >>> names, matrix.tolist()
        (('cat', 'toaster'), [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    """
    classes = np.unique(labels).tolist() if names is None else list(names)
    place = {name: index for index, name in enumerate(classes)}
    found = [place.get(label, -1) for label in labels.tolist()]
    if -1 in found:
        row = found.index(-1)
        what, expected = f"Row {row} has a label that is no class.", ", ".join(map(str, classes))
        raise DataError(explain(what, got=repr(labels[row].item()), expected=expected))
    return np.eye(len(classes), dtype=np.float32)[np.array(found, int)], tuple(classes)


def from_one_hot(
    matrix: Float[np.ndarray, "rows classes"], names: Sequence[object]
) -> Shaped[np.ndarray, " rows"]:
    """Return the name at the largest entry of each row: of one-hots, or of probabilities.

    Raises:
        DataError: there are not as many names as columns.
    """
    if matrix.shape[1] != len(names):
        what, expected = "There is not a name for each column.", f"{matrix.shape[1]} names"
        raise DataError(explain(what, got=f"{len(names)} names", expected=expected))
    return np.asarray(names)[matrix.argmax(axis=1)]
