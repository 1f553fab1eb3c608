"""Functions of arrays, run now by a compiled program, or inside the program being traced."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from pellucid.keras.engine.base.tensor import as_tensor
from pellucid.keras.engine.base.variable import Variable, current_scope
from pellucid.training.compilation import compiled

NARROW = {"float64": "float32", "int64": "int32"}


def compute(function: Callable[..., Any], *args: Any) -> Any:
    """Return `function(*args)`; equal functions share a compiled program."""
    args = jax.tree.map(as_array, args)
    if is_traced(args):
        return function(*jax.tree.map(jnp.asarray, args))
    return jax.tree.map(as_tensor, jax.device_get(_program(function)(*args)))


def is_traced(args: Any) -> bool:
    """Tell whether these are values of a program that is being traced."""
    tracers = (isinstance(leaf, Tracer) for leaf in jax.tree.leaves(args))
    return current_scope() is not None or any(tracers)


def as_array(value: Any) -> Any:
    """Return numbers as an array of 32 bits; traced values as they are."""
    if isinstance(value, Variable):
        value = value.value
    if isinstance(value, Tracer | jax.Array):
        return value
    array = np.asarray(value)
    if array.dtype == object and hasattr(value, "to_numpy"):
        array = np.asarray(value.to_numpy())
    return array.astype(NARROW.get(array.dtype.name, array.dtype))


@lru_cache(maxsize=512)
def _program(function: Callable[..., Any]) -> Callable[..., Any]:
    return compiled(function)
