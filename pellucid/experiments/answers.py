"""Between labels or numbers and the network's output: one way in, one way back."""

import numpy as np

from pellucid.data.encoding import Encoding
from pellucid.functions.losses import LOSSES
from pellucid.models.model import Model


def targets(encoding: Encoding, y: np.ndarray, loss: str) -> np.ndarray:
    """Return labels or numbers in the form that the output layer and loss want."""
    if encoding.task == "classification" and len(encoding.class_names) > 2:
        return y if LOSSES[loss].targets == "labels" else np.eye(len(encoding.class_names))[y]
    return y.astype(np.float32)[:, None]


def outputs(encoding: Encoding, model: Model, x: np.ndarray) -> np.ndarray:
    """Return the probability of each class for rows x, or in regression the numbers."""
    given = model.predict(x)
    if encoding.task == "regression":
        return given[:, 0]
    if given.shape[1] == 1:  # two classes share one output
        return np.concatenate([1 - given, given], axis=1)
    return given
