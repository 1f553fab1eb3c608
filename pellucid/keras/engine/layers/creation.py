"""How layers come about: the arguments they share, and the drawing of a single weight."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from pellucid.keras import initializers
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.materials import Draw, StartOfArray
from pellucid.keras.engine.base.seeds import next_seed
from pellucid.keras.engine.base.variable import Variable

IN_KERAS_2 = ("name", "shape", "dtype", "initializer", "regularizer", "trainable")
PLAIN = (bool, int, float, str, type(None))


def name_first(add: Callable[..., Any]) -> Callable[..., Any]:
    """Return `add_weight`, which also takes arguments in Keras 2's order: the name first."""

    @functools.wraps(add)
    def add_weight(self: Any, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], str):
            kwargs = {**dict(zip(IN_KERAS_2, args, strict=False)), **kwargs}
            args = ()
        return add(self, *args, **kwargs)

    return add_weight


def first_shape(kwargs: dict[str, Any], class_name: str) -> tuple[int | None, ...] | None:
    """Take the old spellings of an input's shape out of `kwargs`; return it with its batch axis."""
    length = kwargs.pop("input_length", None)
    whole = kwargs.pop("batch_input_shape", None) or kwargs.pop("batch_shape", None)
    shape = kwargs.pop("input_shape", None)
    width = kwargs.pop("input_dim", None)
    if whole is not None:
        return tuple(whole)
    if shape is not None or width is not None:
        name = "input_dim" if shape is None else "input_shape"
        hint("input_shape", f"{class_name}({name}=...) in front: Keras 3 says Input(shape)")
    if shape is not None:
        return (None, *((shape,) if isinstance(shape, int) else tuple(shape)))
    if width is not None:
        return (None, length, width) if length is not None else (None, width)
    return None


def draw_array(initializer: Any, shape: tuple[int, ...], dtype: str) -> Variable:
    """Return a variable that is drawn by `initializer` when it is first needed."""
    start = initializers.get(initializer)
    core = getattr(start, "core", None)
    if core is None:
        return Variable(start, shape, dtype)
    variable = Variable(lambda *_, **__: None, shape, dtype)
    Draw(StartOfArray(core, shape, dtype), next_seed(), variable).leave()
    return variable


def identified(layer: Any) -> dict[str, Any]:
    """Return the plain arguments a user's own layer was made with, by their names."""
    args, kwargs = layer._given
    try:
        bound = inspect.signature(type(layer).__init__).bind(layer, *args, **kwargs)
    except TypeError:
        return {}
    taken = {n: v for n, v in bound.arguments.items() if n not in ("self", "args", "kwargs")}
    return {name: value for name, value in taken.items() if isinstance(value, PLAIN)}
