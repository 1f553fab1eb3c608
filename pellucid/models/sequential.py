"""Layers one after another."""

from collections.abc import Sequence
from typing import Any

from pellucid.base.errors import StateError, explain
from pellucid.data.stream import Stream
from pellucid.layers.input import Input
from pellucid.layers.layer import Layer, Symbol
from pellucid.models.model import Model
from pellucid.network.graph import trace
from pellucid.training.columns import as_column


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
            self._append(layer)
        self._rebuild()

    def add(self, layer: Layer | Symbol) -> None:
        """Append a layer; an `Input` may only come first. Parameters start afresh."""
        self._append(layer)
        self._rebuild()

    def pop(self) -> Layer:
        """Remove the last layer and return it. Parameters start afresh."""
        layer = self.layers.pop()
        self._rebuild()
        return layer

    def build(self, input_shape: Sequence[int], dtype: str = "float32") -> None:
        """Start from fresh parameters for rows of `input_shape`."""
        self._input = Input(input_shape, name="x", dtype=dtype)
        self._rebuild()

    def compile(self, *given: Any, **named: Any) -> None:
        """Choose how to train, as in `Model.compile`; it holds once the model is built."""
        self._compiled = given, named
        if self._network is not None:
            super().compile(*given, **named)

    def _wired(self, inputs: Sequence[Symbol], outputs: Sequence[Symbol]) -> Model:
        layers: list[Layer] = []
        (end,) = outputs
        while end.layer is not None:
            layers.insert(0, end.layer)
            (end,) = end.inputs
        return Sequential([*inputs, *layers], self.seed)

    def _see(self, x: Any) -> None:
        """Take the shape of a row from the first rows there are."""
        if self._input is None:
            shape = as_column(x.glimpse() if isinstance(x, Stream) else x, "x").shape
            self.build(shape[1:] if len(shape) > 1 else (1,))

    def _append(self, layer: Layer | Symbol) -> None:
        if isinstance(layer, Layer):
            self.layers.append(layer)
        elif isinstance(layer, Symbol) and layer.layer is None and not self.layers:
            self._input = layer
        else:
            what = "A Sequential is made of layers, with an Input only in front."
            got = f"{layer!r} after {len(self.layers)} layers"
            raise StateError(explain(what, got=got, expected="a layer"))

    def _rebuild(self) -> None:
        """Wire the layers there are, if it is known what a row looks like."""
        if self._input is None or not self.layers:
            self._begin(None)
            return
        output = self._input
        for layer in self.layers:
            output = layer(output)
        self._begin(trace([self._input], [output]))
        if self._compiled is not None:
            given, named = self._compiled
            super().compile(*given, **named)
