"""Models as the JSON values of Keras's files, and back: layers, and which calls join them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

from pellucid.base.errors import ConfigError, FileError, explain
from pellucid.interop.door import refuse_too_many
from pellucid.keras.engine.base.tensor import KerasTensor
from pellucid.keras.engine.layers.node import Node
from pellucid.keras.engine.objects.serialization import deserialize, serialize
from pellucid.keras.engine.operations.in_files import (
    call_arguments,
    entry_of,
    is_operation,
    operation_from,
)
from pellucid.keras.engine.operations.operation import Operation


def graph_config(model: Any) -> dict[str, Any]:
    """Return the description of a model that is its graph."""
    graph = model.graph
    layers = graph.layers()
    own = {id(node) for node in graph.nodes()}
    own |= {id(symbol._keras_history.layer._inbound_nodes[0]) for symbol in graph.sources}
    names = _names(layers)
    calls = {id(layer): [n for n in layer._inbound_nodes if id(n) in own] for layer in layers}

    def place(symbol: KerasTensor) -> list[Any]:
        layer, index, part = symbol._keras_history or (None, 0, 0)
        node = layer._inbound_nodes[index] if layer is not None else None
        return [names[id(layer)], _position(calls[id(layer)], node), part]

    def end(symbol: KerasTensor) -> list[Any]:
        name, index, part = place(symbol)
        layer = symbol._keras_history.layer  # pyright: ignore[reportOptionalMemberAccess]
        return [name, index + _counts_from(layer), part]

    entries = [_entry(layer, names[id(layer)], calls[id(layer)], place) for layer in layers]
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": entries,
        "input_layers": _mapped(end, graph.inputs),
        "output_layers": _mapped(end, graph.outputs),
    }


def graph_from_config(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> tuple[Any, Any]:
    """Return the inputs and outputs of the model that `graph_config` described.

    Raises:
        FileError: a call reads what no layer gives.
    """
    layers: dict[str, Any] = {}
    calls: dict[str, list[Any]] = {}
    refuse_too_many(config["layers"])
    for entry in config["layers"]:
        name = entry.get("name") or entry["config"]["name"]
        if name in layers:
            what = f"Two layers in the file are called {name!r}."
            raise FileError(explain(what, got=name, expected="a name for each layer"))
        layers[name] = layer_from(entry, custom_objects)
        calls[name] = list(_nodes(entry.get("inbound_nodes") or []))
    old = any(isinstance(call, list) for e in config["layers"] for call in e["inbound_nodes"] or [])
    reader = _Reader(layers, old=old)
    _make_calls(reader, calls)
    return reader.ends(config["input_layers"]), reader.ends(config["output_layers"])


def _make_calls(reader: _Reader, calls: dict[str, list[Any]]) -> None:
    """Call all layers, each when what it reads is there; in a file they may be in any order."""
    ready, blocked = deque(calls), defaultdict[str, list[str]](list)
    while ready:
        name = ready.popleft()
        while calls[name]:
            lacking = reader.lacking(calls[name][0])
            if lacking is not None:
                blocked[lacking].append(name)
                break
            reader.call(name, calls[name].pop(0))
            ready.extend(blocked.pop(name, ()))
    if blocked:
        names = ", ".join(name for waiting in blocked.values() for name in waiting)
        what = "Some layers in the file read what no other layer gives."
        raise FileError(explain(what, got=names, expected="calls that can run in some order"))


def layer_from(entry: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the layer or the operation that an entry describes."""
    if is_operation(entry.get("module")):
        return operation_from(entry, deserialize)
    return deserialize(entry, custom_objects)


def _names(layers: list[Any]) -> dict[int, str]:
    """Return a name for each layer; operations, which nobody names, get one that is free.

    Raises:
        ConfigError: two layers have the same name.
    """
    found: dict[int, str] = {}
    for layer in sorted(layers, key=lambda layer: isinstance(layer, Operation)):
        name, count = layer.name, 0
        while name in found.values():
            if not isinstance(layer, Operation):
                what = f"Two layers of the model are called {name!r}."
                tip = "give one of them another name="
                raise ConfigError(explain(what, got=name, expected="a name for each", hint=tip))
            count += 1
            name = f"{layer.name}_{count}"
        found[id(layer)] = name
    return found


def _entry(layer: Any, name: str, calls: list[Node], place: Any) -> dict[str, Any]:
    entry = entry_of(layer) if isinstance(layer, Operation) else serialize(layer)
    nodes = []
    for node in calls:
        if not node.inputs:
            continue
        args, kwargs = node.args, node.kwargs
        if isinstance(layer, Operation):
            args, kwargs = call_arguments(layer, node)
        nodes.append({"args": _written(args, place), "kwargs": _written(kwargs, place)})
    config = {**serialize(entry["config"]), "name": name}
    return {**entry, "config": config, "name": name, "inbound_nodes": nodes}


def _written(value: Any, place: Any) -> Any:
    """Return arguments of a call as files have them, symbols by where they come from."""
    if isinstance(value, KerasTensor):
        settings = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": place(value)}
        return {"class_name": "__keras_tensor__", "config": settings}
    if isinstance(value, list | tuple):
        return [_written(item, place) for item in value]
    if isinstance(value, dict):
        return {name: _written(item, place) for name, item in value.items()}
    return serialize(value)


def _position(calls: list[Node], node: Any) -> int:
    return next((index for index, call in enumerate(calls) if call is node), 0)


def _counts_from(layer: Any) -> int:
    """Return 1 for a model that is a graph: Keras counts its own wiring as its first call."""
    graph = getattr(layer, "keras_address", None)
    return int(graph is not None and graph[1] == "Functional")


def _mapped(function: Any, structure: Any) -> Any:
    if isinstance(structure, dict):
        return {name: _mapped(function, part) for name, part in structure.items()}
    if isinstance(structure, list | tuple):
        return [_mapped(function, part) for part in structure]
    return function(structure)


class _Reader:
    """Finds the symbols that a file names, among those that calls have given so far."""

    def __init__(self, layers: dict[str, Any], *, old: bool) -> None:
        self.layers, self.old = layers, old  # Keras 2 counted a model's own wiring everywhere

    def lacking(self, arguments: tuple[Any, Any]) -> str | None:
        """Return a layer that must be called before there is all that a call reads, or None."""
        places = _places(arguments)
        return next((place[0] for place in places if not self._is_there(place)), None)

    def call(self, name: str, arguments: tuple[Any, Any]) -> None:
        """Call a layer."""
        layer = self.layers[name]
        args, kwargs = _filled(arguments, self._symbol)
        unsaid = [n for n in ("mask", "training") if n in kwargs and kwargs[n] is None]
        if type(layer).__name__.startswith("Random"):  # where Keras writes a default it overrides
            unsaid.append("training")
        layer(*args, **{name: value for name, value in kwargs.items() if name not in unsaid})

    def ends(self, places: Any) -> Any:
        """Return the symbols at a model's ends, in the structure in which the file names them."""
        if isinstance(places, dict):
            return {name: self.ends(place) for name, place in places.items()}
        if places and isinstance(places[0], str) and len(places) == 3:
            name, index, part = places
            layer = self._layer(name)
            return self._symbol([name, index if self.old else index - _counts_from(layer), part])
        return [self.ends(place) for place in places]

    def _is_there(self, place: list[Any]) -> bool:
        return self._index(place) < len(self._layer(place[0])._inbound_nodes)

    def _index(self, place: list[Any]) -> int:
        return place[1] - int(self.old and hasattr(self._layer(place[0]), "is_graph"))

    def _symbol(self, place: list[Any]) -> KerasTensor:
        name, _, part = place
        nodes, index = self._layer(name)._inbound_nodes, self._index(place)
        symbols = nodes[index].output_symbols if 0 <= index < len(nodes) else []
        if not 0 <= part < len(symbols):
            what = "A call in the file reads an output that its layer does not give."
            raise FileError(explain(what, got=place, expected=f"one of {name!r}"))
        return symbols[part]

    def _layer(self, name: Any) -> Any:
        if name not in self.layers:
            what = "A call in the file reads a layer that is not in it."
            raise FileError(explain(what, got=name, expected=", ".join(self.layers)))
        return self.layers[name]


class _Place(list[Any]):
    """Where a symbol comes from: layer, call, output."""


def _nodes(nodes: list[Any]) -> Any:
    """Give the arguments of each call, symbols as places; Keras 2's lists of places, too."""
    for node in nodes:
        if isinstance(node, Mapping):
            yield _with_places(deserialize(node["args"])), _with_places(deserialize(node["kwargs"]))
            continue
        several = [node] if node and isinstance(node[0], str) else node
        more = several[0][3] if several and len(several[0]) > 3 else {}
        places = [_Place(place[:3]) for place in several]
        yield [places[0] if len(places) == 1 else places], {n: _old(v) for n, v in more.items()}


def _old(value: Any) -> Any:
    """Return an argument of Keras 2's files, where symbols are bare lists."""
    if isinstance(value, list) and len(value) in (3, 4) and isinstance(value[0], str):
        return value[2] if value[0] == "_CONSTANT_VALUE" else _Place(value[:3])
    return [_old(item) for item in value] if isinstance(value, list) else value


def _with_places(value: Any) -> Any:
    if isinstance(value, KerasTensor):
        place = getattr(value, "place_in_file", None)
        if not isinstance(place, list) or len(place) != 3:
            what = "A symbol in the file comes from nowhere."
            raise FileError(explain(what, got=place, expected="[layer, call, output]"))
        return _Place(place)
    if isinstance(value, list):
        return [_with_places(item) for item in value]
    if isinstance(value, dict):
        return {name: _with_places(item) for name, item in value.items()}
    return value


def _places(value: Any) -> Any:
    if isinstance(value, _Place):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _places(item)
    elif isinstance(value, dict):
        yield from _places(list(value.values()))


def _filled(value: Any, symbol: Any) -> Any:
    if isinstance(value, _Place):
        return symbol(value)
    if isinstance(value, list | tuple):
        return type(value)(_filled(item, symbol) for item in value)
    if isinstance(value, dict):
        return {name: _filled(item, symbol) for name, item in value.items()}
    return value
