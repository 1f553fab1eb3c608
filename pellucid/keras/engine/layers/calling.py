"""The three ways to call a layer: on symbols, inside a program, and on arrays at hand."""

import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.functions.threefry import key_of
from pellucid.keras.engine.base.materials import materialize
from pellucid.keras.engine.base.seeds import next_seed
from pellucid.keras.engine.base.tensor import KerasTensor, as_tensor
from pellucid.keras.engine.base.variable import Scope, Variable, current_scope
from pellucid.keras.engine.layers.node import Node
from pellucid.keras.engine.layers.tracking import fingerprint
from pellucid.training.compilation import compiled
from pellucid.training.state import seed_bits


def symbolic_call(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Note that `layer` is to run on symbols; return symbols for its outputs."""
    build_for(layer, args, kwargs)
    outputs = layer.symbolic_outputs(args, kwargs)
    Node(layer, args, kwargs, outputs)
    return outputs


def run(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run `layer` inside the open scope."""
    build_for(layer, args, kwargs)
    scope = current_scope()
    assert scope is not None
    takes = _takes(layer)
    kwargs, before = dict(kwargs), scope.training
    asked = kwargs.pop("training", None)
    scope.training = before if asked is None else bool(asked)
    if "training" in takes:
        kwargs["training"] = scope.training
    if "mask" in takes and kwargs.get("mask") is None:
        kwargs["mask"] = mask_along(scope, args[0]) if args else None
    outputs = jax.tree.map(_value, layer.call(*args, **kwargs))
    layer._gave = [(None, *np.shape(a)[1:]) for a in jax.tree.leaves(outputs)]
    _pass_masks(layer, scope, args, outputs)
    if layer.activity_regularizer is not None and layer.charges_activity:
        for a in jax.tree.leaves(outputs):
            scope.losses.append(layer.activity_regularizer(a) / len(a))
    scope.training = before
    return outputs


def _value(output: Any) -> Any:
    """Return what a variable holds; anything else as it is."""
    return output.value if isinstance(output, Variable) else output


def eager_call(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run `layer` on arrays now, by a program of its own; what it assigns to variables stays."""
    args, kwargs = jax.tree.map(plain, (args, kwargs))
    build_for(layer, args, kwargs)
    asked = kwargs.pop("training", None)
    training = asked if isinstance(asked, bool) else bool(asked)
    leaves, form = jax.tree.flatten((args, kwargs))
    arrays = [leaf for leaf in leaves if isinstance(leaf, np.ndarray | jax.Array)]
    static = tuple(None if isinstance(x, np.ndarray | jax.Array) else _Held(x) for x in leaves)
    if not all(part.built for part in layer.flat_layers()):
        _build_inside(layer, args, kwargs, training)
    variables = layer.all_variables
    materialize(variables)
    program = _eager_program(layer, form, static, training, variables)
    values = [np.asarray(v.value) for v in variables]
    outputs, losses, after = program(values, arrays, seed_bits(next_seed()))
    for part in layer.flat_layers():  # what it charged for an earlier call is gone
        part._eager_losses.clear()
    layer._eager_losses.extend(jax.tree.map(as_tensor, jax.device_get(losses)))
    for variable, value in zip(variables, after, strict=True):
        if training or not variable.trainable:
            variable.assign(np.asarray(value))
    return jax.tree.map(as_tensor, jax.device_get(outputs))


def _build_inside(
    layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], training: bool
) -> None:
    """Let the layers inside create their weights, by a call that computes shapes only."""
    leaves, form = jax.tree.flatten((args, kwargs))
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, np.ndarray | jax.Array)]

    def call(arrays: list[Any]) -> Any:
        whole = list(leaves)
        for place, array in zip(places, arrays, strict=True):
            whole[place] = array
        given, named = jax.tree.unflatten(form, whole)
        with Scope({}, key=jax.random.key(0), training=training, forms_only=True):
            return jax.tree.map(jnp.asarray, run(layer, given, named))

    jax.eval_shape(call, [leaves[place] for place in places])


def plain(value: Any) -> Any:
    """Return what a user passes as an array where it is one."""
    if isinstance(value, Variable):
        return np.asarray(value.value)
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if isinstance(value, np.ndarray | np.generic):
        wide = {"float64": "float32", "int64": "int32"}.get(value.dtype.name)
        return np.asarray(value, wide or value.dtype)
    return value


def build_for(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Let `layer` create its weights for such inputs, if it has not."""
    if layer.built or not layer.needs_build:
        layer.built = True
        return
    layer.build_on(args, kwargs)
    layer.built = True


def build_by_shapes(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Call a layer's `build` with the shapes it asks for: of its first argument, or of each."""
    shapes = [_shape(argument) for argument in args if _has_shape(argument)]
    wanted = [n for n in inspect.signature(layer.build).parameters if n.endswith("shape")]
    if len(wanted) > 1:
        named = dict(zip(_call_names(layer), args, strict=False)) | kwargs
        given = {f"{n}_shape": _shape(a) for n, a in named.items() if _has_shape(a)}
        layer.build_shapes = {name: given[name] for name in wanted if name in given}
        layer.build(**layer.build_shapes)
    elif shapes or kwargs:
        shapes = shapes or [_shape(a) for a in kwargs.values() if _has_shape(a)]
        layer.build_shapes = {"input_shape": shapes[0] if shapes else None}
        layer.build(layer.build_shapes["input_shape"])


def mask_along(scope: Scope, inputs: Any) -> Any:
    """Return the mask of an input, or a list of masks for a list of inputs."""
    if isinstance(inputs, list | tuple):
        masks = [scope.mask_of(x) for x in inputs]
        return masks if any(m is not None for m in masks) else None
    return scope.mask_of(inputs)


def _pass_masks(layer: Any, scope: Scope, args: tuple[Any, ...], outputs: Any) -> None:
    if not args or isinstance(outputs, dict):
        return
    mask = layer.mask_after(args[0], mask_along(scope, args[0]))
    if mask is not None:
        first = outputs[0] if isinstance(outputs, list | tuple) else outputs
        scope.masks[id(first)] = (first, mask)


def _eager_program(
    layer: Any, form: Any, static: tuple[Any, ...], training: bool, variables: list[Variable]
) -> Any:
    key = (form, static, training, fingerprint(layer))
    programs = layer.__dict__.setdefault("_programs", {})
    if key not in programs:

        def call(values: list[Any], arrays: list[Any], seed: Any) -> Any:
            given = iter(arrays)
            leaves = [next(given) if held is None else held.value for held in static]
            args, kwargs = jax.tree.unflatten(form, leaves)
            lent = dict(zip(variables, map(jnp.asarray, values), strict=True))
            bits = key_of(seed)
            with Scope(lent, key=bits, training=training) as scope:
                outputs = run(layer, args, kwargs)
            return outputs, scope.losses, [scope.values[v] for v in variables]

        programs[key] = compiled(call)
    return programs[key]


class _Held:
    """A value compared as itself where it can be, and by identity otherwise."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        try:
            return hash(self.value)
        except TypeError:
            return id(self.value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Held):
            return False
        same = self.value is other.value
        return same or (type(self.value) is type(other.value) and bool(self.value == other.value))


def _has_shape(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(_has_shape(item) for item in value)
    if isinstance(value, dict):
        return bool(value) and all(_has_shape(item) for item in value.values())
    return isinstance(value, KerasTensor) or (hasattr(value, "shape") and np.ndim(value) > 0)


def _shape(value: Any) -> Any:
    """Return the shape of an argument, its batch axis unknown; of a list, a list of shapes."""
    if isinstance(value, list | tuple):
        return [_shape(item) for item in value]
    if isinstance(value, dict):
        return {name: _shape(item) for name, item in value.items()}
    return (None, *tuple(value.shape)[1:])


def _takes(layer: Any) -> set[str]:
    return set(inspect.signature(layer.call).parameters)


def _call_names(layer: Any) -> list[str]:
    return list(inspect.signature(layer.call).parameters)
