"""The calls between a model's inputs and outputs, and the order Keras gives their layers."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.tensor import KerasTensor, symbols_in
from pellucid.keras.engine.layers.node import Node, in_order, node_of


class Graph(NamedTuple):
    """A model's inputs and outputs, in the structures in which they were given."""

    inputs: Any
    outputs: Any

    @property
    def sources(self) -> list[KerasTensor]:
        """The inputs in order."""
        return symbols_in(self.inputs)

    @property
    def ends(self) -> list[KerasTensor]:
        """The outputs in order."""
        return symbols_in(self.outputs)

    def nodes(self) -> list[Node]:
        """Return the calls from inputs to outputs, each after those it reads."""
        return in_order(self.ends, {id(symbol) for symbol in self.sources})

    def run(self, inputs: Any) -> Any:
        """Return the outputs for arrays, by calling each layer in turn."""
        given = self.arranged(inputs)
        values = {id(s): value for s, value in zip(self.sources, given, strict=True)}
        for node in self.nodes():
            args, kwargs = node.filled(lambda symbol, here=values: here[id(symbol)])
            outputs = jax.tree.leaves(node.layer(*args, **kwargs))
            values |= {id(s): o for s, o in zip(node.output_symbols, outputs, strict=True)}
        return jax.tree.map(lambda symbol: values[id(symbol)], self.outputs)

    def arranged(self, inputs: Any) -> list[Any]:
        """Return what is given for each input, in order: from one, a list, or by name.

        Raises:
            ConfigError: there are too many, too few, or ones of another name.
        """
        sources = self.sources
        if isinstance(inputs, dict):
            names = (
                list(self.inputs) if isinstance(self.inputs, dict) else [s.name for s in sources]
            )
            ordered = names if not isinstance(self.inputs, dict) else sorted(names)
            by_name = {n: inputs[n] for n in ordered if n in inputs}
            if len(by_name) < len(sources):
                by_name = {s.name: inputs[s.name] for s in sources if s.name in inputs}
            given = list(by_name.values())
        elif (isinstance(inputs, list | tuple) and len(sources) > 1) or (
            isinstance(inputs, list | tuple) and len(inputs) == 1 and hasattr(inputs[0], "shape")
        ):
            given = list(inputs)
        else:
            given = [inputs]
        if len(given) != len(sources):
            what = "The model was given another number of inputs than it has."
            expected = ", ".join(symbol.name for symbol in sources)
            raise ConfigError(explain(what, got=len(given), expected=expected))
        return given

    def layers(self) -> list[Any]:
        """Return the layers, those farthest from the outputs first; ties as a walk meets them."""
        depth, met = self._depths()
        for symbol in self.sources:
            layer = symbol._keras_history.layer
            if id(layer) not in depth:  # nothing reads it
                depth[id(layer)], met[id(layer)] = 0, (-1, layer)
        ranked = [(-depth[key], place, layer) for key, (place, layer) in met.items()]
        return [layer for *_, layer in sorted(ranked, key=lambda row: row[:2])]

    def _depths(self) -> tuple[dict[int, int], dict[int, tuple[int, Any]]]:
        """Return each layer's longest distance to an output, and when a walk back meets it."""
        stop = {id(symbol) for symbol in self.sources}
        met: dict[int, tuple[int, Any]] = {}
        order: list[Node] = []
        done: set[int] = set()

        def walk(symbol: KerasTensor) -> None:
            node = node_of(symbol)
            if node is None or id(node) in done:
                return
            done.add(id(node))
            met.setdefault(id(node.layer), (len(met), node.layer))
            if id(symbol) not in stop:
                for earlier in node.inputs:
                    walk(earlier)
            order.append(node)

        for symbol in self.ends:
            walk(symbol)
        of_node: dict[int, int] = {}
        of_layer: dict[int, int] = {}
        for node in reversed(order):
            here = max(of_node.get(id(node), 0), of_layer.get(id(node.layer), 0))
            of_node[id(node)] = of_layer[id(node.layer)] = here
            reads = [] if all(id(s) in stop for s in node.output_symbols) else node.inputs
            for symbol in reads:
                parent = node_of(symbol)
                if parent is not None:
                    of_node[id(parent)] = max(here + 1, of_node.get(id(parent), 0))
        return of_layer, met
