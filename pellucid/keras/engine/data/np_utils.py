"""Keras's old module `np_utils`, as scripts of 2015 to 2020 import it."""

from typing import Any

import numpy as np

from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.data.arrays import normalize as normalize
from pellucid.keras.engine.data.arrays import to_categorical as _to_categorical

AWAY = "np_utils went away with Keras 2.13: use keras.utils.to_categorical"


def to_categorical(
    y: Any, num_classes: int | None = None, dtype: Any = "float32", *, nb_classes: int | None = None
) -> np.ndarray:
    """Return labels as rows with a one at the label's place, in float32 as Keras 2 did."""
    hint("np_utils", AWAY)
    if nb_classes is not None:
        hint("nb_classes", "nb_classes= is called num_classes= since Keras 2")
    return _to_categorical(y, nb_classes if num_classes is None else num_classes).astype(dtype)


def probas_to_classes(y_pred: Any) -> np.ndarray:
    """Return the class of each row of probabilities, as Keras 1 had it."""
    hint("probas_to_classes", "probas_to_classes went away with Keras 2: use numpy.argmax(y, -1)")
    scores = np.asarray(y_pred)
    if scores.ndim > 1 and scores.shape[1] > 1:
        return scores.argmax(axis=1)
    return (scores.reshape(len(scores), -1)[:, 0] > 0.5).astype(np.int64)


def categorical_probas_to_classes(p: Any) -> np.ndarray:
    """Return the class of each row of probabilities, as Keras 1 had it."""
    return probas_to_classes(p)
