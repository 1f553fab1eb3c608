"""One call of a layer on symbols, remembered: of such calls a model is made."""

from collections.abc import Callable, Set
from typing import Any

import jax

from pellucid.keras.engine.base.tensor import History, KerasTensor, symbols_in


class Node:
    """A layer, what it was called with, and the symbols it gave."""

    def __init__(
        self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any
    ) -> None:
        self.layer, self.args, self.kwargs = layer, args, kwargs
        self.inputs = symbols_in((args, kwargs))
        self.custom: Any = None  # the core layer of this call, where a user's code makes it
        self.outputs = outputs
        index = len(layer._inbound_nodes)
        for position, symbol in enumerate(symbols_in(outputs)):
            symbol._keras_history = History(layer, index, position)
        layer._inbound_nodes.append(self)
        for symbol in self.inputs:
            if symbol._keras_history is not None:
                symbol._keras_history.layer._outbound_nodes.append(self)

    @property
    def output_symbols(self) -> list[KerasTensor]:
        """The symbols it gave, in order."""
        return symbols_in(self.outputs)

    def filled(self, value_of: Callable[[KerasTensor], Any]) -> tuple[Any, Any]:
        """Return its arguments with each symbol replaced by a value."""

        def fill(leaf: Any) -> Any:
            return value_of(leaf) if isinstance(leaf, KerasTensor) else leaf

        return jax.tree.map(fill, (self.args, self.kwargs))


def node_of(symbol: KerasTensor) -> Node | None:
    """Return the call that gave `symbol`, or None for one that no layer gave."""
    history = symbol._keras_history
    return None if history is None else history.layer._inbound_nodes[history.node_index]


def in_order(outputs: list[KerasTensor], stop: Set[int] = frozenset()) -> list[Node]:
    """Return every call the outputs need, each after those it reads; none before `stop`.

    `stop` holds the ids of the symbols that are given from outside.
    """
    order: list[Node] = []
    seen: set[int] = set()
    waiting = [(node_of(s), False) for s in reversed(outputs) if id(s) not in stop]
    while waiting:
        node, ready = waiting.pop()
        if node is None:
            continue
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting.extend((node_of(s), False) for s in reversed(node.inputs) if id(s) not in stop)
    return order
