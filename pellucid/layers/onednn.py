"""Convolution by oneDNN, where the package `pellucid-onednn` is installed.

Its convolutions and their gradients take half to nine tenths of the time that XLA's own take on
CPUs (docs/decisions/0024-convolutions-by-onednn.md).
"""

import functools
import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import jax
import numpy as np
from jaxtyping import Array

from pellucid.base.types import Shape
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


def _forward(x: Array, kernel: Array, windows: Windows) -> Array:
    positions = x.shape[1:-1]
    shape = (len(x), *windows.count(positions), kernel.shape[-1])
    return _called("pellucid_convolve", shape, x, kernel, windows, positions)


def _to_x(x: Array, kernel: Array, windows: Windows, delta: Array) -> Array:
    positions = x.shape[1:-1]
    return _called("pellucid_convolve_to_x", x.shape, delta, kernel, windows, positions)


def _to_kernel(x: Array, kernel: Array, windows: Windows, delta: Array) -> Array:
    positions = x.shape[1:-1]
    return _called("pellucid_convolve_to_kernel", kernel.shape, x, delta, windows, positions)


convolve_by_onednn = with_gradients(_forward, _to_x, _to_kernel)
"""z[t] = sum over taps i of x[t strides + i dilation] kernel[i], of float32."""


def _called(
    name: str, shape: Shape, first: Array, second: Array, windows: Windows, positions: Shape
) -> Array:
    before, after = zip(*windows.margins(positions), strict=True)
    call = jax.ffi.ffi_call(
        name, jax.ShapeDtypeStruct(shape, first.dtype), vmap_method="sequential"
    )
    return call(
        first,
        second,
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
