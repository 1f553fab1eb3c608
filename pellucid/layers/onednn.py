"""Convolution by oneDNN, where the package `pellucid-onednn` is installed.

Its convolutions and their gradients take half to nine tenths of the time that XLA's own take on
CPUs (docs/decisions/0024-convolutions-by-onednn.md).
"""

import functools
import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float

from pellucid.layers.plain_convolution import with_gradients
from pellucid.layers.windows import Windows

PACKAGE, SWITCH = "pellucid_onednn", "PELLUCID_ONEDNN"  # "off" does without
_ANYWHERE = ContextVar("anywhere", default=False)


def offered() -> bool:
    """Return whether oneDNN may be called for what is being computed."""
    return not _ANYWHERE.get() and os.environ.get(SWITCH) != "off" and _registered()


@contextmanager
def runs_anywhere() -> Iterator[None]:
    """Let what is traced inside run where oneDNN is not installed."""
    token = _ANYWHERE.set(True)
    try:
        yield
    finally:
        _ANYWHERE.reset(token)


def _forward(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size channels filters"],
    bias: Float[Array, " filters"],
    windows: Windows,
) -> Float[Array, "batch *windows filters"]:
    places = windows.count(x.shape[1:-1])
    form = jax.ShapeDtypeStruct((len(x), *places, kernel.shape[-1]), x.dtype)
    return _call("pellucid_convolve", form, windows, x)(x, kernel, bias)


def _backward(
    x: Array, kernel: Array, bias: Array, windows: Windows, delta: Array
) -> tuple[Array, Array, Array]:
    forms = tuple(jax.ShapeDtypeStruct(a.shape, a.dtype) for a in (x, kernel, bias))
    to_x = _call("pellucid_convolve_to_x", forms[0], windows, x)
    to_kernel = _call("pellucid_convolve_to_kernel", forms[1:], windows, x)
    return to_x(delta, kernel), *to_kernel(x, delta)


convolve_by_onednn = with_gradients(3, _forward, _backward)
"""z[t] = sum over taps i of x[t strides + i dilation] kernel[i], + bias, of float32."""


def _call(name: str, form: Any, windows: Windows, x: Array) -> Callable[..., Any]:
    before, after = zip(*windows.margins(x.shape[1:-1]), strict=True)
    call = jax.ffi.ffi_call(name, form, vmap_method="sequential")
    return functools.partial(
        call,
        strides=np.array(windows.strides),
        dilation=np.array(windows.dilation),
        before=np.array(before),
        after=np.array(after),
    )


@functools.cache
def _registered() -> bool:
    """Make oneDNN's kernels known to XLA, if there are any."""
    if importlib.util.find_spec(PACKAGE) is None:
        return False
    calls = importlib.import_module(PACKAGE).CALLS
    for name, call in calls.items():
        jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(call), platform="cpu")
    return True
