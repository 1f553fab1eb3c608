"""Layers as Keras 1 and 2 had them, in the words of Keras 3: each old spelling gives a hint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.kinds import LAYERS
from pellucid.keras.engine.layers.layer import Layer
from pellucid.keras.engine.layers.translated import Translated

# What came after the sizes of a kernel in Keras 1, in this order.
AFTER_SIZES = ("init", "activation", "weights", "border_mode", "subsample", "dim_ordering")
OLD_WORDS = {
    *("border_mode", "subsample", "dim_ordering", "W_regularizer", "b_regularizer", "init"),
    *("W_constraint", "b_constraint", "bias", "nb_filter", "filter_length", "nb_row", "nb_col"),
    "subsample_length",
}
MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "min": "Minimum",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
}

CONVOLUTIONS = {
    **{f"Convolution{axes}D": f"Conv{axes}D" for axes in (1, 2, 3)},
    **{f"AtrousConvolution{axes}D": f"Conv{axes}D" for axes in (1, 2)},
}
RENAMED = {
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "TimeDistributedDense": "Dense",
    "SyncBatchNormalization": "BatchNormalization",
}


class Convolving(Translated):
    """A convolution that may be spelt as in Keras 1, where sizes came one by one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        axes = int(self.keras_name()[4])
        if axes > 1 and _sizes_one_by_one(args, axes):
            if OLD_WORDS & kwargs.keys():
                args, kwargs = _with_kernel(args, kwargs, axes, self.keras_name())
            elif args[1] == args[2] > 1:
                name, size = self.keras_name(), args[1]
                hint(
                    f"{name} sizes",
                    f"{name}({args[0]}, {size}, {size}) has strides of {size}; "
                    f"a kernel of {size} x {size} is {name}({args[0]}, ({size}, {size}))",
                )
        super().__init__(*args, **kwargs)


class Averaging(Translated):
    """A pooling whose size could be left out in Keras 2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not args and not {"pool_size", "pool_length"} & kwargs.keys():
            name = self.keras_name()
            hint(f"{name} size", f"{name}() is {name}(pool_size=2) in Keras 3")
            kwargs["pool_size"] = 2
        super().__init__(*args, **kwargs)


OLD_VARIANTS: dict[str, type[Translated]] = {
    **{f"Conv{axes}D": Convolving for axes in (1, 2, 3)},
    **{f"AveragePooling{axes}D": Averaging for axes in (1, 2, 3)},
}


class Merge(Layer):
    """Keras 1's layer that joins the outputs of `layers`, or what it is called on.

    As the first layer of a Sequential it takes the inputs of all of its layers.
    """

    def __init__(
        self,
        layers: Any = None,
        mode: Any = "sum",
        concat_axis: int = -1,
        dot_axes: Any = -1,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        hint("Merge", "Merge([a, b], mode='sum') is Add()([a.output, b.output]) since Keras 2")
        kwargs.pop("output_shape", None)
        super().__init__(name=name, **kwargs)
        self.branches = list(layers or [])
        self.joining = _joining(mode, concat_axis, dot_axes)
        self.built = True

    @property
    def first_inputs(self) -> list[Any]:
        """The symbols of the inputs of all branches, in order."""
        return [symbol for branch in self.branches for symbol in branch.inputs]

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Return the outputs of the branches, joined; or the inputs, where there is no branch."""
        waiting = list(inputs)
        parts = waiting if not self.branches else []
        for branch in self.branches:
            count = len(branch.inputs)
            given, waiting = waiting[:count], waiting[count:]
            parts.append(branch(given[0] if count == 1 else given, **kwargs))
        outputs = self.joining(parts)
        self._gave = [(None, *outputs.shape[1:])]
        return outputs


def merge(
    inputs: Any,
    mode: Any = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    name: str | None = None,
    **kwargs: Any,
) -> Any:
    """Return inputs joined as Keras 1's `mode` says: "sum", "concat", "mul", "ave", "dot", ...

    Raises:
        ConfigError: there is no such mode.
    """
    del output_shape, kwargs
    new = "Lambda" if callable(mode) else MERGES.get(mode)
    said = "f" if callable(mode) else repr(mode)
    hint(f"merge {said}", f"merge([a, b], mode={said}) is {new}(...)([a, b]) since Keras 2")
    return _joining(mode, concat_axis, dot_axes, name)(inputs)


def _joining(mode: Any, concat_axis: int, dot_axes: Any, name: str | None = None) -> Any:
    """Return the layer that joins as Keras 1's `mode` says."""
    if callable(mode):
        return LAYERS.named("Lambda")(mode, name=name)
    if mode not in MERGES:
        what = f"There is no way of merging called {mode!r}."
        raise ConfigError(explain(what, got=repr(mode), expected=", ".join(MERGES)))
    settings: dict[str, Any] = {}
    if mode == "concat":
        settings = {"axis": concat_axis}
    elif mode in ("dot", "cos"):
        settings = {"axes": dot_axes, "normalize": mode == "cos"}
    return LAYERS.named(MERGES[mode])(**settings, name=name)


def old_functions() -> dict[str, Callable[..., Any]]:
    """Return Keras 1's and 2's classes that Keras 3 has under another name, by their names."""
    return {
        **{name: _convolution(new, name) for name, new in CONVOLUTIONS.items()},
        **{old: _renamed(old, new) for old, new in RENAMED.items()},
        "Deconvolution2D": _deconvolution,
        "ThresholdedReLU": _thresholded,
        "merge": merge,
    }


def _renamed(old: str, new: str) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        hint(old, f"{old} is called {new} in Keras 3")
        return LAYERS.named(new)(*args, **kwargs)

    return _titled(make, old, f"Return {new}, as {old} is called in Keras 3.")


def _convolution(new: str, old: str) -> Callable[..., Any]:
    """Return the old class of a convolution: filters and sizes one by one, as in Keras 1."""
    axes = int(new[4])

    def make(*args: Any, **kwargs: Any) -> Any:
        one_by_one = _sizes_one_by_one(args, axes)
        if one_by_one and (axes > 1 or isinstance((*args, None, None)[2], str)):
            args, kwargs = _with_kernel(args, kwargs, axes, old)
        else:
            hint(old, f"{old} is called {new} since Keras 2")
        return LAYERS.named(new)(*args, **kwargs)

    return _titled(make, old, f"Return {new}; sizes may come one by one, as in Keras 1.")


def _deconvolution(*args: Any, **kwargs: Any) -> Any:
    """Return Conv2DTranspose, which was Deconvolution2D."""
    kwargs.pop("output_shape", None)
    if _sizes_one_by_one(args, 2):
        rest = args[3:]
        rest = rest[1:] if rest and isinstance(rest[0], list | tuple) else rest
        args, kwargs = _with_kernel((*args[:3], *rest), kwargs, 2, "Deconvolution2D")
    else:
        hint("Deconvolution2D", "Deconvolution2D is called Conv2DTranspose since Keras 2")
    return LAYERS.named("Conv2DTranspose")(*args, **kwargs)


def _thresholded(theta: float = 1.0, **kwargs: Any) -> Any:
    """Return a ReLU that is 0 below `theta`."""
    hint("ThresholdedReLU", "ThresholdedReLU(theta) is ReLU(threshold=theta) in Keras 3")
    return LAYERS.named("ReLU")(threshold=theta, **kwargs)


def _sizes_one_by_one(args: tuple[Any, ...], axes: int) -> bool:
    """Tell whether filters and each size of the kernel are given as numbers, one by one."""
    first = args[: axes + 1]
    return len(first) == axes + 1 and all(type(value) is int for value in first)


def _with_kernel(
    args: tuple[Any, ...], kwargs: dict[str, Any], axes: int, name: str
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return Keras 1's arguments with the kernel's sizes together, the rest by name."""
    filters, sizes, rest = args[0], args[1 : axes + 1], args[axes + 1 :]
    text, kernel = ", ".join(map(str, sizes)), sizes if axes > 1 else sizes[0]
    hint(
        f"{name} sizes",
        f"{name}({filters}, {text}) is Conv{axes}D({filters}, {kernel}) since Keras 2",
    )
    named = dict(zip(AFTER_SIZES, rest, strict=False))
    weights = {"weights": named.pop("weights", None), **kwargs}.pop("weights")
    if weights is not None:
        what = f"{name}(weights=...) is not served."
        tip = "layer.set_weights(weights) after the model is built"
        raise ConfigError(explain(what, got="weights", expected="none", hint=tip))
    return (filters, kernel), {**named, **kwargs}


def _titled(function: Callable[..., Any], name: str, about: str) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = about
    return function
