"""Layers one after another."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.base.errors import StateError, explain
from pellucid.layers.layer import Layer, Symbol
from pellucid.models.model import Model
from pellucid.network.graph import chain
from pellucid.network.network import Network


class Sequential(Model):
    """A model whose layers run in the order in which they were added.

    It needs to know what a row looks like: from an `Input` first in the list, or from the
    first rows it is given.

    Example:
        >>> from pellucid.layers.dense import Dense
        >>> model = Sequential([Dense(4, "relu"), Dense(1)])
        >>> model.predict([[1.0, 2.0, 3.0]]).shape
        (1, 1)
    """

    def __init__(self, layers: Sequence[Layer | Symbol] = (), seed: int = 0) -> None:
        self.seed = seed
        self.layers: list[Layer] = []
        self._input: Symbol | None = None
        self._compiled: tuple[tuple[Any, ...], dict[str, Any]] | None = None
        for layer in layers:
            self.add(layer)

    def add(self, layer: Layer | Symbol) -> None:
        """Append a layer; an `Input` may only come first."""
        if isinstance(layer, Symbol):
            if self.layers or layer.layer is not None:
                what = "An Input can only be the first thing in a Sequential."
                raise StateError(
                    explain(what, got=f"after {len(self.layers)} layers", expected="0")
                )
            self._input = layer
            return
        if not isinstance(layer, Layer):
            what = "This is not a layer."
            raise StateError(explain(what, got=repr(layer), expected="a Layer or an Input"))
        self.layers.append(layer)
        self._forget()

    def pop(self) -> Layer:
        """Remove the last layer and return it."""
        layer = self.layers.pop()
        self._forget()
        return layer

    def build(self, input_shape: Sequence[int], dtype: str = "float32") -> None:
        """Start from fresh parameters for rows of `input_shape`."""
        self._begin(chain(tuple(input_shape), self.layers, dtype))
        if self._compiled is not None:
            given, named = self._compiled
            super().compile(*given, **named)

    def compile(self, *given: Any, **named: Any) -> None:
        """Choose how to train, as in `Model.compile`; it holds once the model is built."""
        self._compiled = given, named
        if self.built or self._input is not None:
            super().compile(*given, **named)

    @property
    def built(self) -> bool:
        """Whether the shape of a row is known, so that there are parameters."""
        return "_network" in self.__dict__

    @property
    def network(self) -> Network:
        if not self.built:
            if self._input is None or not self.layers:
                what = "This model does not know yet what a row looks like."
                hint = "put Input((features,)) first, or call fit or build"
                raise StateError(explain(what, got="no Input", expected="a shape", hint=hint))
            self.build(self._input.shape, self._input.dtype)
        return self._network

    def fit(self, x: Any, y: Any, **settings: Any) -> Any:
        """Train, as `Model.fit` does, taking the shape of a row from `x` if need be."""
        self._see(x)
        return super().fit(x, y, **settings)

    def train_on_batch(self, x: Any, y: Any, *, sample_weight: Any = None) -> Any:
        self._see(x)
        return super().train_on_batch(x, y, sample_weight=sample_weight)

    def predict(self, x: Any) -> Any:
        self._see(x)
        return super().predict(x)

    def adapt(self, x: Any) -> None:
        self._see(x)
        super().adapt(x)

    def _see(self, x: Any) -> None:
        if not self.built and self._input is None:
            shape = np.shape(x)
            self.build(shape[1:] if len(shape) > 1 else (1,))

    def _forget(self) -> None:
        self.__dict__.pop("_network", None)
