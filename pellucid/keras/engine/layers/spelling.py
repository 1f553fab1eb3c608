"""From the arguments a Keras layer was given to those Keras 3 has, old spellings among them."""

import inspect
from functools import cache
from importlib import resources
from typing import Any

from pellucid.base.errors import explain, nearest
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.layers.settled_forms import BESIDES

SHARED = ("name", "dtype", "trainable", "autocast", "activity_regularizer")
SHAPES = ("input_shape", "input_dim", "batch_input_shape", "input_length", "batch_shape")

# Keras 1's names of arguments, and Keras 2's, where Keras 3 has another.
RENAMED = {
    "output_dim": "units",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "subsample": "strides",
    "subsample_length": "strides",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "atrous_rate": "dilation_rate",
    "p": "rate",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "sigma": "stddev",
    "pool_length": "pool_size",
    "stride": "strides",
    "consume_less": None,
    "implementation": None,
    "alpha": "negative_slope",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
    "mode": None,
    "unit_forget_bias_init": None,
}
OLD_INITIALIZERS = {"init", "inner_init"}


@cache
def signatures() -> dict[str, inspect.Signature]:
    """Return the signature of each of Keras's layers, by its name."""
    text = (
        resources.files("pellucid.keras.engine.layers")
        .joinpath("signatures.txt")
        .read_text("utf-8")
    )
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, _, rest = line.partition("(")
        found[name] = inspect.signature(eval(f"lambda {rest[:-1]}: None", {}))
    return found


def bind(class_name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[dict, dict]:
    """Return the layer's own settings, defaults filled in, and the arguments all layers share.

    Raises:
        TypeError: an argument is missing or unknown.
    """
    signature = signatures()[class_name]
    known = signature.parameters
    kwargs = _modern(class_name, kwargs, known)
    besides = {n: kwargs.pop(n, default) for n, default in BESIDES.get(class_name, {}).items()}
    shared = {
        name: kwargs.pop(name) for name in (*SHARED, *SHAPES) if _is_shared(name, kwargs, known)
    }
    for name in kwargs:
        if name not in known:
            what = f"{class_name} has no argument called {name!r}."
            expected = ", ".join(known)
            tip = nearest(name, known)
            raise TypeError(explain(what, got=name, expected=expected, hint=tip))
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    settings = dict(bound.arguments) | besides
    for name in SHARED:
        if name in settings and settings[name] is not None:
            shared[name] = settings[name]
        settings.pop(name, None)
    return settings, shared


def _kernels(name: str) -> list[str]:
    """Return what the setting of a kernel is called where the kernel has another name."""
    return [name.replace("kernel", other) for other in ("embeddings", "depthwise", "alpha")]


def _is_shared(name: str, kwargs: dict[str, Any], known: Any) -> bool:
    return name in kwargs and (name not in known or name in SHARED)


def _modern(class_name: str, kwargs: dict[str, Any], known: Any) -> dict[str, Any]:
    """Return `kwargs` in Keras 3's words."""
    modern: dict[str, Any] = {}
    for name, value in kwargs.items():
        new = RENAMED.get(name, name)
        if name in known or name in (*SHARED, *SHAPES) or (new == name):
            modern[name] = value
            continue
        if new == "units" and "units" not in known:
            new = "output_dim"
        if new and new.startswith("kernel_") and new not in known:
            new = next((n for n in _kernels(new) if n in known), new)
        hint(f"argument {name}", f"{class_name}({name}=...) is {new or 'gone'} since Keras 2")
        if new is not None:
            modern[new] = (
                {"th": "channels_first", "tf": "channels_last"}.get(value, value)
                if (name == "dim_ordering")
                else value
            )
    rows, columns = modern.pop("nb_row", None), modern.pop("nb_col", None)
    if rows is not None and columns is not None:
        modern["kernel_size"] = (rows, columns)
    return modern
