"""The table of Keras's operations: a signature as Keras writes it, and the function of JAX."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.keras.engine.base.eager import NARROW
from pellucid.keras.engine.base.tensor import symbols_in
from pellucid.keras.engine.base.variable import Variable
from pellucid.keras.engine.objects.spoken import arguments, signature_of
from pellucid.keras.engine.operations.operation import apply_operation

# What holds several arrays, which stay apart.
LISTS = {"xs", "arrays", "elements", "operands", "condlist", "choicelist", "elems"}
# What is never an array, though it may be a list.
PLAIN = {
    *("axis", "axes", "shape", "newshape", "dtype", "pad_width", "repeats", "shift", "strides"),
    *("pool_size", "dilation_rate", "padding", "indices_or_sections", "source", "destination"),
    *("start_indices", "key", "output_size", "kernel_size"),
}

TABLE: dict[str, Callable[..., Any]] = {}


def operation(line: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """File and return the operation that Keras spells as `line` says.

    `function` takes what has no default, and what is called x..., by position; the rest by
    Keras's name.
    """
    name, _, rest = line.partition("(")
    signature = signature_of(rest[:-1])

    def call(*args: Any, **kwargs: Any) -> Any:
        given = arguments(name, signature, args, kwargs)
        arrays = {
            n: _plain(value) if n in PLAIN else _array(n, value) for n, value in given.items()
        }
        first = [value for n, value in arrays.items() if _by_position(signature, n)]
        more = {n: value for n, value in arrays.items() if not _by_position(signature, n)}
        return apply_operation(name, on_arrays, *first, **more)

    def on_arrays(*args: Any, **kwargs: Any) -> Any:
        if any(map(_has_words, jax.tree.leaves(args))):  # which JAX has no arrays for
            return getattr(np, name)(*args, **kwargs)
        return function(*jax.tree.map(_of_jax, args), **jax.tree.map(_of_jax, kwargs))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Return what {getattr(function, '__name__', name)} gives: {line}."
    call.__signature__ = signature  # pyright: ignore[reportFunctionMemberAccess]
    TABLE[name] = call
    return call


def plain_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """File and return a function that needs no such care."""
    TABLE[function.__name__.strip("_")] = function
    return function


def _by_position(signature: inspect.Signature, name: str) -> bool:
    parameter = signature.parameters.get(name)
    return parameter is None or parameter.default is parameter.empty or name.startswith("x")


def _of_jax(leaf: Any) -> Any:
    return jnp.asarray(leaf) if isinstance(leaf, np.ndarray) else leaf


def _has_words(leaf: Any) -> bool:
    return isinstance(leaf, str) or (isinstance(leaf, np.ndarray) and leaf.dtype.kind in "OSTU")


def _plain(value: Any) -> Any:
    return (
        tuple(value) if isinstance(value, list) and value and isinstance(value[0], int) else value
    )


def _array(name: str, value: Any) -> Any:
    """Return a list of numbers as an array of 32 bits."""
    if name in LISTS and isinstance(value, list | tuple):
        return [_array("", item) for item in value]
    if not isinstance(value, list | tuple) or symbols_in(value) or not _numbers(value):
        return value
    array = np.asarray(value)
    return array.astype(NARROW.get(array.dtype.name, array.dtype))


def _numbers(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_numbers, value))
    return isinstance(value, int | float | bool | np.generic | np.ndarray)


def same_names(lines: str, library: Any, others: Mapping[str, str]) -> None:
    """File every operation of `lines` with the function of the same name in `library`."""
    for line in lines.split():
        spelt = line.replace(",", ", ")
        name = spelt.partition("(")[0]
        operation(spelt, getattr(library, others.get(name, name)))


def value_of(x: Any) -> Any:
    """Return what a variable holds, and anything else as it is."""
    return x.value if isinstance(x, Variable) else x
