"""Layers that run other layers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config
from pellucid.base.types import Params, State
from pellucid.layers.layer import Layer

TOLL = "toll"  # the state that holds what the layers inside add to the loss


@config
class Wrapper(Layer, ABC):
    """Runs the layers in `inside`, and has their parameters, states and penalties by name."""

    @property
    @abstractmethod
    def inside(self) -> Mapping[str, Layer]:
        """The layers that this one runs, by the name of their parameters."""

    def penalty(self, params: Params) -> Float[Array, ""]:
        owed = (layer.penalty(params[name]) for name, layer in self.inside.items())
        return sum(owed, start=jnp.zeros(()))

    def constrained(self, params: Params) -> Params:
        return {name: layer.constrained(params[name]) for name, layer in self.inside.items()}

    def toll(self, a: Any, state: State) -> Float[Array, ""]:
        return Layer.toll(self, a, state) + state.get(TOLL, jnp.zeros(()))

    @property
    def has_toll(self) -> bool:
        """Whether a layer inside adds to the loss by what it gives."""
        return any(
            layer.activity_regularizer is not None or type(layer).toll is not Layer.toll
            for layer in self.inside.values()
        )
