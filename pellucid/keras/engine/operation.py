"""Functions on symbols: a call is kept as a layer without weights, and made when the model runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from pellucid.keras.engine.calling import plain, symbolic_call
from pellucid.keras.engine.layer import Layer
from pellucid.keras.engine.tensor import KerasTensor, as_tensor, symbols_in
from pellucid.keras.engine.variable import Variable, current_scope


class Operation(Layer):
    """A function called on symbols."""

    charges_activity = False

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        super().__init__(name=None)
        self.function, self.operation = function, name
        self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the function gives."""
        return self.function(*args, **kwargs)

    def mask_after(self, x: Any, mask: Any) -> Any:
        """Let a mask go along where the steps stay what they were."""
        del x
        return mask if not isinstance(mask, list | tuple) else None


def apply_operation(name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return `function` of the arguments: now, in the program being traced, or when a model runs."""
    if symbols_in((args, kwargs)):
        return symbolic_call(Operation(function, name), args, kwargs)
    args, kwargs = jax.tree.map(_array, (args, kwargs))
    result = function(*args, **kwargs)
    if current_scope() is not None:
        return result
    return jax.tree.map(as_tensor, result)


def _array(value: Any) -> Any:
    if isinstance(value, Variable):
        return value.value if current_scope() is not None else jnp.asarray(value.value)
    return plain(value)


def _binary(name: str, function: Callable[..., Any], *, swapped: bool = False) -> None:
    def method(self: KerasTensor, other: Any) -> Any:
        if swapped:
            return apply_operation(name, function, other, self)
        return apply_operation(name, function, self, other)

    setattr(KerasTensor, f"__{'r' if swapped else ''}{name}__", method)


def _unary(name: str, function: Callable[..., Any]) -> None:
    setattr(KerasTensor, f"__{name}__", lambda self: apply_operation(name, function, self))


for _name, _function in {
    "add": jnp.add,
    "sub": jnp.subtract,
    "mul": jnp.multiply,
    "truediv": jnp.true_divide,
    "floordiv": jnp.floor_divide,
    "mod": jnp.mod,
    "pow": jnp.power,
    "matmul": jnp.matmul,
}.items():
    _binary(_name, _function)
    _binary(_name, _function, swapped=True)
for _name, _function in {
    "lt": jnp.less,
    "le": jnp.less_equal,
    "gt": jnp.greater,
    "ge": jnp.greater_equal,
}.items():
    _binary(_name, _function)
_unary("neg", jnp.negative)
_unary("abs", jnp.abs)


def _part(symbol: KerasTensor, index: Any) -> Any:
    return apply_operation("get_item", lambda x: x[index], symbol)


KerasTensor.__getitem__ = _part  # pyright: ignore[reportAttributeAccessIssue]
