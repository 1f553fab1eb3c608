"""Values that are no JSON, in the forms that Keras's files give them: arrays, slices, symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.base.errors import FileError, explain
from pellucid.keras.engine.base.tensor import KerasTensor, as_tensor
from pellucid.keras.engine.base.variable import Variable

KINDS = "biufU"  # of arrays a file may hold: numbers and words, no objects


def leaf_of(value: Any, serialize: Callable[[Any], Any]) -> dict[str, Any] | None:
    """Return the form of such a value; None for a value of another kind."""
    if isinstance(value, KerasTensor):
        history = value._keras_history
        place = None if history is None else [history.layer.name, *history[1:]]
        settings = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": place}
        return {"class_name": "__keras_tensor__", "config": settings}
    if isinstance(value, slice):
        ends = {"start": value.start, "stop": value.stop, "step": value.step}
        return {"class_name": "__slice__", "config": serialize(ends)}
    if value is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(value, bytes):
        return {"class_name": "__bytes__", "config": {"value": value.decode("utf-8")}}
    if isinstance(value, Variable):
        value = value.numpy()
    if hasattr(value, "__array__") and hasattr(value, "dtype"):
        array = np.asarray(value)
        settings = {"value": array.tolist(), "dtype": str(array.dtype)}
        return {"class_name": "__numpy__", "config": settings}
    return None


def leaf_from(config: Mapping[str, Any], deserialize: Callable[[Any], Any]) -> Any:
    """Return the value that such a form means.

    Raises:
        FileError: it is of no kind that is read here; functions written as code are not.
    """
    kind, settings = config["class_name"], config["config"]
    if kind == "__keras_tensor__":
        symbol = KerasTensor(settings["shape"], settings["dtype"])
        symbol.place_in_file = settings.get("keras_history")  # pyright: ignore[reportAttributeAccessIssue]
        return symbol
    if kind in ("__numpy__", "__tensor__"):
        array = _array(settings)
        return as_tensor(array) if kind == "__tensor__" else array
    if kind == "__slice__":
        return slice(*(deserialize(settings[end]) for end in ("start", "stop", "step")))
    if kind == "__ellipsis__":
        return Ellipsis
    if kind == "__bytes__":
        return str(settings["value"]).encode("utf-8")
    if kind == "__lambda__":
        what = "The file holds a function as code, which is never run here, in no mode."
        tip = "write the function with def, register it, and save the model again"
        raise FileError(explain(what, got="a lambda", expected="a named function", hint=tip))
    what = f"The file holds a value of the unknown kind {kind!r}."
    raise FileError(explain(what, got=kind, expected="__numpy__, __slice__, __bytes__, ..."))


def _array(settings: Mapping[str, Any]) -> np.ndarray:
    dtype = np.dtype("float32" if settings["dtype"] == "bfloat16" else settings["dtype"])
    if dtype.kind not in KINDS:
        what = "An array in the file has a type that holds more than numbers or words."
        raise FileError(explain(what, got=dtype, expected="numbers, bool or str"))
    return np.array(settings["value"], np.str_ if dtype.kind == "U" else dtype)
