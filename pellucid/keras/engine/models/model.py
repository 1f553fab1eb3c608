"""Keras's model: layers in a graph, or a user's own class, with the verbs to train it."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from pellucid.base.errors import ConfigError, ShapeError, StateError, explain, nearest
from pellucid.keras.engine.base.kinds import MODELS
from pellucid.keras.engine.base.naming import auto_name
from pellucid.keras.engine.base.revision import revision
from pellucid.keras.engine.base.tensor import KerasTensor, kind_of, symbols_in
from pellucid.keras.engine.base.variable import current_scope
from pellucid.keras.engine.layers.custom import Custom
from pellucid.keras.engine.layers.layer import Layer
from pellucid.keras.engine.models.files import Files
from pellucid.keras.engine.models.front import Front
from pellucid.keras.engine.models.graph import Graph
from pellucid.keras.engine.models.graph_config import graph_config
from pellucid.keras.engine.models.looking import Looking
from pellucid.keras.engine.models.old_verbs import OldVerbs
from pellucid.keras.engine.models.plan import Plan, plan
from pellucid.keras.engine.models.repair import Repairable
from pellucid.keras.engine.models.summaries import print_summary
from pellucid.keras.engine.models.verbs import Verbs
from pellucid.keras.engine.operations.operation import Operation
from pellucid.keras.engine.training.learner import Learner


class Model(Verbs, OldVerbs, Files, Looking, Repairable, Layer):
    """Layers wired from inputs to outputs: `Model(inputs, outputs)`; or a class of your own.

    A class of your own creates its layers in `__init__` and calls them in `call`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        inputs, outputs, rest = _ends(args, kwargs)
        if outputs is not None and type(self) is Model and not rest.get("name"):
            rest["name"] = auto_name("functional")
        super().__init__(**rest)
        self._graph: Graph | None = None
        if outputs is not None:
            self._wire(Graph(inputs, outputs))

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Prepare a model whose own `__init__` may be anything."""
        made = super().__new__(cls, *args, **kwargs)
        made._graph = made._front = None
        made._learner = Learner(made)
        made._plans = {}
        return made

    def _wire(self, graph: Graph | None) -> None:
        """Take a graph as what the model computes."""
        self._graph, self._front = graph, None
        self._plans = {}
        self.built = graph is not None

    @property
    def is_graph(self) -> bool:
        """Whether the model is just its graph: nobody has overridden `call`."""
        return self._graph is not None and type(self).call is Model.call

    @property
    def needs_build(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether a user's class has a `build` of its own, to be run before it is called."""
        return type(self).build is not Model.build

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Return the outputs for `inputs`."""
        del training, mask
        return self.graph.run(inputs)

    @property
    def graph(self) -> Graph:
        """The calls it is made of.

        Raises:
            StateError: it is not known yet what a row looks like.
        """
        if self._graph is None:
            what = f"The model {self.name!r} does not know yet what its input looks like."
            hint = "put Input(shape) in front, or call build(input_shape), fit or predict"
            raise StateError(explain(what, got="no Input", expected="an input", hint=hint))
        return self._graph

    @property
    def front(self) -> Front:
        """What runs on the host, before the compiled program."""
        if self._front is None:
            self._front = Front.of(self.graph)
        return self._front

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the outputs; a model that knows words is opened up, on symbols and arrays."""
        if self.is_graph and current_scope() is None and self.front.nodes:
            return self.graph.run(*args)
        return super().__call__(*args, **kwargs)

    def symbolic_outputs(self, args: Any, kwargs: Any) -> Any:
        if not self.is_graph:
            return Custom.of(self, args, kwargs).symbols(args, kwargs)
        given = symbols_in((args, kwargs))
        here = self.graph
        if len(given) != len(here.sources):
            what = f"The model {self.name!r} was called on another number of inputs than it has."
            raise ShapeError(explain(what, got=len(given), expected=len(here.sources)))
        if all(a.shape[1:] == b.shape[1:] for a, b in zip(given, here.sources, strict=True)):
            return jax.tree.map(lambda s: KerasTensor(s.shape, s.dtype), here.outputs)
        return _resized(here, [tuple(symbol.shape[1:]) for symbol in given])

    # The network of the core that it is

    def plan_for(self, shapes: tuple[Any, ...]) -> Plan:
        """Return the network for rows of these shapes, and whose variables it runs on."""
        key = (shapes, revision())
        if key not in self._plans:
            made = plan(self.front.entries, self.outputs, shapes)
            if any(isinstance(node.layer, Custom) for node in made.network.nodes):
                return made
            self._plans = {key: made} if len(self._plans) > 8 else self._plans | {key: made}
        return self._plans[key]

    def see(self, x: Any) -> None:
        """Let a model that does not know what a row looks like learn it from rows."""
        if self._graph is None:
            inputs = _symbols_like(x)
            self._wire(Graph(inputs, self(inputs)))

    # What Keras calls its parts

    @property
    def layers(self) -> list[Any]:
        """The layers, inputs among them; what only computes is none."""
        if self.is_graph:
            return [layer for layer in self.graph.layers() if not isinstance(layer, Operation)]
        return self._layers

    @property
    def _layers(self) -> list[Any]:
        if self._graph is None or not self.is_graph:
            return super()._layers
        return self.graph.layers()

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbols of the inputs."""
        return self.graph.sources

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbols of the outputs."""
        return self.graph.ends

    @property
    def input(self) -> Any:
        """The symbols of the inputs, in the structure in which they were given."""
        return self.graph.inputs

    @property
    def output(self) -> Any:
        """The symbols of the outputs, in the structure in which they were given."""
        return self.graph.outputs

    @property
    def output_names(self) -> list[str]:
        """What the outputs are called in losses, metrics and records."""
        if isinstance(self.graph.outputs, dict):
            return sorted(self.graph.outputs)
        names = [symbol._keras_history.layer.name for symbol in self.outputs]
        return [n if names.count(n) == 1 else f"{n}_{i}" for i, n in enumerate(names)]

    @property
    def names_outputs(self) -> bool:
        """Whether its outputs have names: those of layers, or those of a dictionary."""
        return self.is_graph or len(self.outputs) == 1 or isinstance(self.graph.outputs, dict)

    @property
    def input_names(self) -> list[str]:
        """What the inputs are called."""
        return [symbol.name for symbol in self.inputs]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """Return the layer of that name, or at that place."""
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        what = f"The model {self.name!r} has no layer called {name!r}."
        known = [layer.name for layer in self.layers]
        tip = nearest(str(name), known)
        raise ConfigError(explain(what, got=name, expected=", ".join(known), hint=tip))

    def build(self, input_shape: Any = None) -> None:
        """Create the weights for inputs of `input_shape`, the batch axis included."""
        if self._graph is None and input_shape is not None:
            several = isinstance(input_shape[0], list | tuple)
            shapes = input_shape if several else [input_shape]
            symbols = [KerasTensor(shape) for shape in shapes]
            inputs = symbols if several else symbols[0]
            self.built = True  # so that calling it does not build it again
            self._wire(Graph(inputs, self(inputs)))

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print the layers, their shapes and how many numbers their weights are."""
        print_summary(
            self, line_length, print_fn, expand_nested, show_trainable, layer_range, positions
        )

    def count_params(self) -> int:
        """Return how many numbers the weights are."""
        return sum(int(np.prod(v.shape)) for v in self.weights)

    def get_config(self) -> dict[str, Any]:
        from_graph = self.is_graph and type(self).__init__ is Model.__init__
        return graph_config(self) if from_graph else super().get_config()


MODELS.file(Model, "Functional")
Function = Model  # Keras's word for calls between symbols, which here can be trained too


def _ends(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    """Return inputs and outputs, if a model was given some, and the other arguments."""
    rest = dict(kwargs)
    for old, new in (("input", "inputs"), ("output", "outputs")):
        if symbols_in(rest.get(old)):
            rest[new] = rest.pop(old)
    places = list(args)
    inputs = rest.pop("inputs", None) if symbols_in(rest.get("inputs")) else None
    outputs = rest.pop("outputs", None) if symbols_in(rest.get("outputs")) else None
    if places and symbols_in(places[0]):
        inputs = places.pop(0)
    if places and symbols_in(places[0]):
        outputs = places.pop(0)
    if places:
        rest["name"] = places.pop(0)
    return inputs, outputs, rest


def _symbols_like(x: Any) -> Any:
    """Return symbols for inputs like the arrays in `x`."""

    def symbol(array: Any) -> KerasTensor:
        array = np.asarray(array)
        kind = kind_of(array)
        return KerasTensor((None, *array.shape[1:]), kind, name="input")

    return jax.tree.map(symbol, x)


def _resized(graph: Graph, shapes: list[Any]) -> Any:
    """Return symbols for the outputs of a graph whose inputs have other sizes."""
    made = plan(graph.sources, graph.ends, [tuple(s or 48 for s in shape) for shape in shapes])
    names = iter(made.network.outputs)
    return jax.tree.map(
        lambda s: KerasTensor((None, *made.network.shape_of(next(names))), s.dtype), graph.outputs
    )
