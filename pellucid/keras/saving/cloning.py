"""A model made once more from its description, with fresh arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.tensor import KerasTensor, symbols_in
from pellucid.keras.engine.models.inputs import InputLayer
from pellucid.keras.engine.operations.operation import Operation


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """Return a model of equal layers with weights of their own, freshly drawn.

    Args:
        model: What to clone.
        input_tensors: Symbols to call the clone on, in place of inputs like the model's.
        clone_function: Makes a layer from a layer; by default an equal one.
        call_function: Calls it: (new_layer, *args, **kwargs).
        recursive: Whether models inside are cloned by `clone_function`, too.
        kwargs: Nothing that is served.

    Raises:
        ConfigError: the model is a class of the user's own, and is no graph of layers.
    """
    if kwargs:
        what = "clone_model has no such arguments."
        raise ConfigError(explain(what, got=", ".join(kwargs), expected="clone_function, ..."))
    make = clone_function or _equal
    if hasattr(model, "_stack"):
        return _cloned_stack(model, input_tensors, make)
    if not model.is_graph:
        if clone_function is None and input_tensors is None:
            return type(model).from_config(model.get_config())
        what = "Only a Sequential or a Model(inputs, outputs) can be cloned layer by layer."
        raise ConfigError(explain(what, got=type(model).__name__, expected="a graph of layers"))
    return _cloned_graph(model, input_tensors, make, call_function, recursive)


def _equal(layer: Any) -> Any:
    if isinstance(layer, Operation):
        return Operation(layer.function, layer.operation, layer.name)
    if hasattr(layer, "is_graph") and (layer.is_graph or hasattr(layer, "_stack")):
        return clone_model(layer)
    return type(layer).from_config(layer.get_config())


def _cloned_stack(model: Any, input_tensors: Any, make: Callable[[Any], Any]) -> Any:
    clone = type(model)(name=model.name)
    given = symbols_in(input_tensors)
    source = given[0] if given else model._source
    if source is not None and not given:
        source = _equal(source._keras_history.layer).output
    if source is not None:
        clone.add(source)
    for layer in model._stack:
        clone.add(make(layer))
    return clone


def _cloned_graph(
    model: Any,
    input_tensors: Any,
    make: Callable[[Any], Any],
    call: Callable[..., Any] | None,
    recursive: bool,
) -> Any:
    graph, made = model.graph, {}
    given = symbols_in(input_tensors) or [_input_like(symbol) for symbol in graph.sources]
    values = {id(s): new for s, new in zip(graph.sources, given, strict=True)}

    def new_one(symbol: KerasTensor) -> Any:
        return values[id(symbol)]

    for node in graph.nodes():
        if id(node.layer) not in made:
            made[id(node.layer)] = _cloned_layer(node.layer, make, recursive)
        new = made[id(node.layer)]
        args, kwargs = node.filled(new_one)
        outputs = new(*args, **kwargs) if call is None else call(new, *args, **kwargs)
        values |= zip(map(id, node.output_symbols), symbols_in(outputs), strict=True)
    inputs = _replaced(graph.inputs, values)
    return type(model)(inputs=inputs, outputs=_replaced(graph.outputs, values), name=model.name)


def _cloned_layer(layer: Any, make: Callable[[Any], Any], recursive: bool) -> Any:
    if isinstance(layer, Operation):
        return _equal(layer)
    return (
        clone_model(layer, None, make) if recursive and hasattr(layer, "is_graph") else make(layer)
    )


def _input_like(symbol: KerasTensor) -> KerasTensor:
    layer = symbol._keras_history.layer if symbol._keras_history else None
    name = layer.name if layer is not None else symbol.name
    return InputLayer(batch_shape=symbol.shape, dtype=symbol.dtype, name=name).output


def _replaced(structure: Any, values: dict[int, Any]) -> Any:
    if isinstance(structure, dict):
        return {name: _replaced(part, values) for name, part in structure.items()}
    if isinstance(structure, list | tuple):
        return [_replaced(part, values) for part in structure]
    return values[id(structure)]
