"""Keras's backend module: settings, and the functions that Keras 1 and 2 had in it as `K`."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import jax.numpy as jnp
import numpy as np

from pellucid.keras.config import backend as backend
from pellucid.keras.config import epsilon as epsilon
from pellucid.keras.config import floatx as floatx
from pellucid.keras.config import image_data_format as image_data_format
from pellucid.keras.config import set_epsilon as set_epsilon
from pellucid.keras.config import set_floatx as set_floatx
from pellucid.keras.config import set_image_data_format as set_image_data_format
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.naming import forget_names
from pellucid.keras.engine.base.tensor import KerasTensor
from pellucid.keras.engine.base.variable import Variable as Variable
from pellucid.keras.engine.models.graph_function import GraphFunction
from pellucid.keras.engine.operations.backend import TABLE
from pellucid.keras.engine.operations.core import type_name

_OLD_FORMATS = {"th": "channels_first", "tf": "channels_last"}
_uids: dict[str, int] = defaultdict(int)


def clear_session(free_memory: bool = True) -> None:
    """Begin naming layers anew."""
    del free_memory
    forget_names()
    _uids.clear()


def reset_uids() -> None:
    """Begin counting anew."""
    _uids.clear()


def get_uid(prefix: str = "") -> int:
    """Return how often this prefix has been asked for."""
    _uids[prefix] += 1
    return _uids[prefix]


def is_float_dtype(dtype: Any) -> bool:
    """Tell whether a type is one of floats."""
    return jnp.issubdtype(type_name(dtype), jnp.floating)


def is_int_dtype(dtype: Any) -> bool:
    """Tell whether a type is one of whole numbers."""
    return jnp.issubdtype(type_name(dtype), jnp.integer)


def is_keras_tensor(x: Any) -> bool:
    """Tell whether x is a symbol of a model."""
    return isinstance(x, KerasTensor)


def function(inputs: Any, outputs: Any, updates: Any = None, **named: Any) -> GraphFunction:
    """Return the function from arrays for `inputs` to arrays for `outputs`, symbols of a model."""
    del updates, named
    hint("K.function", "K.function(inputs, outputs) is Model(inputs, outputs) since Keras 3")
    return GraphFunction(inputs, outputs)


def result_type(*dtypes: Any) -> str:
    """Return the type that numbers of these types have together."""
    known = [type_name(d) for d in dtypes if d is not None]
    return np.dtype(jnp.result_type(*known)).name if known else floatx()


def standardize_dtype(dtype: Any) -> str:
    """Return a type's name; None means the usual float."""
    if dtype is None:
        return floatx()
    return str(getattr(dtype, "name", None) or getattr(dtype, "__name__", dtype))


def image_dim_ordering() -> str:
    """Return Keras 1's name for where channels stand."""
    hint("dim_ordering", "image_dim_ordering is called image_data_format since Keras 2")
    return {new: old for old, new in _OLD_FORMATS.items()}[image_data_format()]


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Say where channels stand, in Keras 1's words."""
    hint("dim_ordering", "set_image_dim_ordering is called set_image_data_format since Keras 2")
    set_image_data_format(_OLD_FORMATS.get(dim_ordering, dim_ordering))


def __getattr__(name: str) -> Any:
    """Give a function of the old backend."""
    if name not in TABLE:
        raise AttributeError(f"module 'keras.backend' has no attribute {name!r}")
    return TABLE[name]


def __dir__() -> list[str]:
    return sorted([*TABLE, *(name for name in globals() if not name.startswith("_"))])
