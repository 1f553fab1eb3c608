"""From placeholders, back through the calls that made them, to a network."""

import re
from collections.abc import Sequence

from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import Shape
from pellucid.layers.input import Input
from pellucid.layers.layer import Layer, Symbol, has_parts
from pellucid.network.network import Network, Node, Source


def trace(inputs: Sequence[Symbol], outputs: Sequence[Symbol]) -> Network:
    """Return the network that computes `outputs` from `inputs`.

    A layer object called twice is two nodes with one set of parameters.

    Raises:
        ConfigError: an output needs an input that is not listed, or is one itself, or is
            several at once; or two layers have one name.
    """
    taken, names, owners = Names(), {}, {}
    for symbol in inputs:
        names[id(symbol)] = taken.free(symbol.name or "x")
    nodes: list[Node] = []
    for symbol in _in_order(outputs):
        if symbol.layer is None:
            _check_listed(symbol, names)
            continue
        if id(symbol.layer) in owners:
            name = taken.free(owners[id(symbol.layer)])
        else:
            name = owners[id(symbol.layer)] = _name(symbol.layer, taken)
        names[id(symbol)] = name
        reads = tuple(names[id(i)] for i in symbol.inputs)
        nodes.append(Node(name, symbol.layer, reads, symbol.shape, owners[id(symbol.layer)]))
    sources = tuple(Source(names[id(s)], s.shape, s.dtype) for s in inputs)
    if any(symbol.layer is None for symbol in outputs):
        what = "An output of this network is one of its inputs."
        raise ConfigError(explain(what, got="an Input", expected="what a layer gave"))
    if any(has_parts(symbol.shape) for symbol in outputs):
        what, hint = "A layer with several outputs ends this network.", "take Part(0)(...) of it"
        got = [symbol.shape for symbol in outputs]
        raise ConfigError(explain(what, got=got, expected="one shape an output", hint=hint))
    return Network(sources, tuple(nodes), tuple(names[id(s)] for s in outputs))


def chain(input_shape: Shape, layers: Sequence[Layer], dtype: str = "float32") -> Network:
    """Return the network that runs `layers` one after another on an input called "x"."""
    x = Input(input_shape, name="x", dtype=dtype)
    output = x
    for layer in layers:
        output = layer(output)
    return trace([x], [output])


def snake_case(class_name: str) -> str:
    """Return the name a layer of that class gets where it has none.

    Example:
        >>> snake_case("BatchNormalization"), snake_case("Conv2D"), snake_case("ReLU")
        ('batch_normalization', 'conv2d', 'relu')
    """
    parted = re.sub(r"([a-z])([A-Z][a-z])", r"\1_\2", class_name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", parted).lower().replace("re_lu", "relu")


def _in_order(outputs: Sequence[Symbol]) -> list[Symbol]:
    """Return all symbols the outputs need, each after those it reads."""
    order: list[Symbol] = []
    seen: set[int] = set()
    waiting = [(symbol, False) for symbol in reversed(outputs)]
    while waiting:
        symbol, ready = waiting.pop()
        if ready:
            order.append(symbol)
        elif id(symbol) not in seen:
            seen.add(id(symbol))
            waiting.append((symbol, True))
            waiting.extend((earlier, False) for earlier in reversed(symbol.inputs))
    return order


def _check_listed(symbol: Symbol, names: dict[int, str]) -> None:
    if id(symbol) not in names:
        what = f"An output needs the input {symbol.name or symbol.shape}, which is not listed."
        hint = "list every Input the outputs depend on"
        raise ConfigError(explain(what, got=", ".join(names.values()), expected="it", hint=hint))


def _name(layer: Layer, taken: "Names") -> str:
    if layer.name is None:
        return taken.free(snake_case(type(layer).__name__))
    if layer.name in taken:
        what = f"Two parts of this network are called {layer.name!r}."
        hint = "give each layer a name of its own, or leave names out"
        raise ConfigError(explain(what, got=layer, expected="names used once", hint=hint))
    return taken.free(layer.name)


class Names:
    """The names a network has given so far: dense, dense_1, dense_2, ..."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._counts: dict[str, int] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._taken

    def free(self, name: str) -> str:
        """Return `name`, or the first name_1, name_2, ... not taken, and take it."""
        count, candidate = self._counts.get(name, 0), name
        while candidate in self._taken:
            count += 1
            candidate = f"{name}_{count}"
        self._counts[name] = count
        self._taken.add(candidate)
        return candidate
