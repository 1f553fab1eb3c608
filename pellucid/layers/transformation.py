"""The contract of layers that only compute: no parameters, no state."""

from abc import ABC, abstractmethod
from typing import Any

from jaxtyping import Array, Float

from pellucid.base.config import config
from pellucid.base.types import Key, Params, State
from pellucid.layers.layer import Layer


@config
class Transformation(Layer, ABC):
    """z = transform(x), the same in training and outside it."""

    @abstractmethod
    def transform(self, x: Any) -> Float[Array, "batch ..."]:
        """Return z for a batch x (for a tuple of batches where the layer merges)."""

    def apply(
        self, params: Params, state: State, x: Any, *, key: Key, training: bool
    ) -> tuple[Float[Array, "batch ..."], State]:
        return self.transform(x), state
