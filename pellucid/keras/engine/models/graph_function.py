"""`K.function` of Keras 1 and 2: what lies between symbols of a model, as a function of arrays."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from pellucid.keras.engine.base.tensor import KerasTensor
from pellucid.keras.engine.models.model import Model


class GraphFunction:
    """Arrays for the input symbols to a list of arrays for the output symbols.

    Where `K.learning_phase()` stands among the inputs, a call says there whether layers run
    as in training.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        listed = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
        self.places = [i for i, one in enumerate(listed) if isinstance(one, KerasTensor)]
        self.phases = [i for i in range(len(listed)) if i not in self.places]
        self.model = Model([listed[i] for i in self.places], outputs)

    def __call__(self, inputs: Any) -> Any:
        """Return the outputs, in the structure in which they were asked for."""
        several = isinstance(inputs, Sequence)
        listed = list(inputs) if several else [inputs]
        given = [np.asarray(listed[i]) for i in self.places]
        training = any(bool(listed[i]) for i in self.phases if i < len(listed))
        return jax.tree.map(np.asarray, self.model(given, training=training))
