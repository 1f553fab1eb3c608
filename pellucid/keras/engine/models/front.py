"""What of a model runs on the host, before its compiled program: whatever words pass through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.tensor import KerasTensor
from pellucid.keras.engine.layers.node import Node
from pellucid.keras.engine.models.graph import Graph


class Front(NamedTuple):
    """The calls that run on the host, and the symbols at which the program begins."""

    sources: list[KerasTensor]
    nodes: list[Node]
    entries: list[KerasTensor]

    @classmethod
    def of(cls, graph: Graph) -> Front:
        """Return the calls up to the last layer that only the host can run; mostly none.

        Raises:
            ConfigError: something that is trained comes before such a layer.
        """
        nodes, sources = graph.nodes(), graph.sources
        wanted: set[int] = set()  # symbols that the host needs
        front: list[Node] = []
        for node in reversed(nodes):
            on_host = getattr(node.layer, "on_host", False)
            if on_host or any(id(symbol) in wanted for symbol in node.output_symbols):
                _refuse_trained(node)
                front.insert(0, node)
                wanted |= {id(symbol) for symbol in node.inputs}
        given = [*sources, *(symbol for node in front for symbol in node.output_symbols)]
        inside = {id(node) for node in front}
        read = {id(s) for node in nodes if id(node) not in inside for s in node.inputs}
        read |= {id(symbol) for symbol in graph.ends}
        entries = [symbol for symbol in given if id(symbol) in read or id(symbol) not in wanted]
        return cls(sources, front, entries if front else sources)

    def passed(self, columns: Sequence[Any]) -> list[Any]:
        """Return what arrives at the entries, for one array an input."""
        if not self.nodes:
            return list(columns)
        values = {id(s): _deep(s, c) for s, c in zip(self.sources, columns, strict=True)}
        for node in self.nodes:
            args, kwargs = node.filled(lambda symbol, here=values: here[id(symbol)])
            found = node.layer(*args, **kwargs)
            parts = found if len(node.output_symbols) > 1 else [found]
            values |= {id(s): part for s, part in zip(node.output_symbols, parts, strict=True)}
        return [np.asarray(values[id(symbol)]) for symbol in self.entries]


def _deep(symbol: KerasTensor, column: Any) -> Any:
    """Return rows of single words with the axis of length 1 that their symbol has."""
    column = np.asarray(column)
    return column[:, None] if symbol.shape[1:] == (1,) and column.ndim == 1 else column


def _refuse_trained(node: Node) -> None:
    if node.layer.weights:
        what = f"{node.layer.name} has weights, and what it gives is looked up in a table."
        hint = "look up first: programs know no words, so that nothing before is trained"
        raise ConfigError(explain(what, got="weights", expected="none", hint=hint))
