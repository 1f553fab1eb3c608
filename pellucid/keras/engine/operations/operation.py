"""Functions on symbols: a call is kept as a layer without weights, and made when the model runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from pellucid.keras.engine.base.naming import auto_name
from pellucid.keras.engine.base.tensor import KerasTensor, as_tensor, symbols_in
from pellucid.keras.engine.base.variable import Variable, current_scope
from pellucid.keras.engine.layers.calling import plain, symbolic_call
from pellucid.keras.engine.layers.layer import Layer


class Operation(Layer):
    """A function called on symbols."""

    charges_activity = False

    def __init__(
        self, function: Callable[..., Any], name: str, own_name: str | None = None
    ) -> None:
        super().__init__(name=own_name or auto_name(name.strip("_")))
        self.function, self.operation = function, name
        self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the function gives."""
        return self.function(*args, **kwargs)

    def mask_after(self, inputs: Any, mask: Any) -> Any:
        """Let a mask go along where the steps stay what they were."""
        del inputs
        return mask if not isinstance(mask, list | tuple) else None


def apply_operation(name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return `function` of the arguments: now, in the traced program, or when a model runs."""
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


def _binary(method: str, name: str, function: Callable[..., Any], *, swapped: bool = False) -> None:
    def call(self: KerasTensor, other: Any) -> Any:
        if swapped:
            return apply_operation(name, function, other, self)
        return apply_operation(name, function, self, other)

    setattr(KerasTensor, f"__{'r' if swapped else ''}{method}__", call)


def _unary(method: str, name: str, function: Callable[..., Any]) -> None:
    setattr(KerasTensor, f"__{method}__", lambda self: apply_operation(name, function, self))


for _method, _name, _function in (
    ("add", "add", jnp.add),
    ("sub", "subtract", jnp.subtract),
    ("mul", "multiply", jnp.multiply),
    ("truediv", "true_divide", jnp.true_divide),
    ("floordiv", "floor_divide", jnp.floor_divide),
    ("mod", "mod", jnp.mod),
    ("pow", "power", jnp.power),
    ("matmul", "matmul", jnp.matmul),
):
    _binary(_method, _name, _function)
    _binary(_method, _name, _function, swapped=True)
for _method, _name, _function in (
    ("lt", "less", jnp.less),
    ("le", "less_equal", jnp.less_equal),
    ("gt", "greater", jnp.greater),
    ("ge", "greater_equal", jnp.greater_equal),
):
    _binary(_method, _name, _function)
_unary("neg", "negative", jnp.negative)
_unary("abs", "absolute", jnp.abs)


def part(x: Any, key: Any) -> Any:
    """Return x[key]; a list, as files have it, means a tuple."""
    return x[tuple(key) if isinstance(key, list) else key]


def _part(symbol: KerasTensor, key: Any) -> Any:
    return apply_operation("get_item", part, symbol, key)


KerasTensor.__getitem__ = _part  # pyright: ignore[reportAttributeAccessIssue]
