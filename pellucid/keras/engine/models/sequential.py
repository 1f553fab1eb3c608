"""Keras's model of layers one after another."""

from __future__ import annotations

from typing import Any

from pellucid.base.errors import StateError, explain
from pellucid.keras.engine.base.kinds import MODELS
from pellucid.keras.engine.base.tensor import KerasTensor, kind_of
from pellucid.keras.engine.layers.layer import Layer
from pellucid.keras.engine.models.files import stack_config
from pellucid.keras.engine.models.graph import Graph
from pellucid.keras.engine.models.inputs import Input, InputLayer
from pellucid.keras.engine.models.model import Model


class Sequential(Model):
    """Layers that run in the order in which they were added.

    It needs to know what a row looks like: from an `Input` in front, or from the first rows
    it is given.
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(name=name, trainable=trainable)
        self._stack: list[Any] = []
        self._source: Any = None  # a symbol, or several before a Merge
        for layer in layers or []:
            self.add(layer)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Append a layer; an Input may only come first."""
        del rebuild
        if isinstance(layer, KerasTensor | InputLayer):
            self._begin(layer if isinstance(layer, KerasTensor) else layer.output)
            return
        if not isinstance(layer, Layer):
            if not callable(layer):
                what = "A Sequential is made of layers."
                raise StateError(explain(what, got=repr(layer), expected="a keras layer"))
            layer = _FunctionLayer(layer)
        if not self._stack and self._source is None:
            self._source = _input_of(layer)
        self._stack.append(layer)
        if self._source is not None:
            end = self._graph.outputs if self._graph is not None else self._source
            self._wire(Graph(self._source, layer(end)))

    def pop(self, rebuild: bool = True) -> Any:
        """Remove the last layer and return it."""
        del rebuild
        layer = self._stack.pop()
        self._learner.end()
        self._rewire()
        return layer

    def build(self, input_shape: Any = None) -> None:
        """Create the weights for inputs of `input_shape`, the batch axis included."""
        if self._source is None and input_shape is not None:
            self._source = Input(batch_shape=tuple(input_shape))
            self._rewire()

    def see(self, x: Any) -> None:
        if self._source is None:
            sides = x.shape[1:] if x.ndim > 1 else (1,)
            # Keras notes the size of the first batch, too; other sizes are taken all the same.
            self._source = Input(sides, batch_size=min(len(x), 32), dtype=kind_of(x))
            self._rewire()

    @property
    def layers(self) -> list[Any]:
        """The layers, without the input."""
        return list(self._stack)

    @property
    def _layers(self) -> list[Any]:
        return list(self._stack)

    def get_config(self) -> dict[str, Any]:
        return stack_config(self)

    def _begin(self, source: KerasTensor) -> None:
        if self._source is not None or self._stack:
            what = "An Input stands only in front of a Sequential."
            got = f"an Input after {len(self._stack)} layers"
            raise StateError(explain(what, got=got, expected="a layer"))
        self._source = source

    def _rewire(self) -> None:
        """Call the layers there are, one after another."""
        if self._source is None or not self._stack:
            self._wire(None)
            return
        end: Any = self._source
        for layer in self._stack:
            end = layer(end)
        self._wire(Graph(self._source, end))


MODELS.file(Sequential)


class _FunctionLayer(Layer):
    """A function in a Sequential."""

    def __init__(self, function: Any) -> None:
        super().__init__(name=None)
        self.function = function

    def call(self, x: Any) -> Any:
        """Return what the function gives."""
        return self.function(x)


def _input_of(layer: Any) -> Any:
    """Return the input, or inputs, that the first layer says it takes, if it does."""
    brought = getattr(layer, "first_inputs", None)
    if brought:
        return brought
    if isinstance(layer, Model) and layer._graph is not None:
        first = layer.inputs[0]
        return Input(batch_shape=first.shape, dtype=first.dtype)
    if layer._first_shape is None:
        return None
    return Input(batch_shape=layer._first_shape, dtype=layer.first_dtype)
