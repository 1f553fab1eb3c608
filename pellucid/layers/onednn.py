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
from jaxtyping import Array, Float

from pellucid.base.types import Shape
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


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def convolve_by_onednn(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size channels filters"],
    windows: Windows,
) -> Float[Array, "batch *windows filters"]:
    """Return z[t] = sum over taps i of x[t strides + i dilation] kernel[i], of float32."""
    positions = x.shape[1:-1]
    shape = (len(x), *windows.count(positions), kernel.shape[-1])
    return _called("pellucid_convolve", shape, x, kernel, windows, positions)


def _forward(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size channels filters"],
    windows: Windows,
) -> tuple[Float[Array, "batch *windows filters"], tuple[Array, Array]]:
    return convolve_by_onednn(x, kernel, windows), (x, kernel)


def _backward(
    windows: Windows, kept: tuple[Array, Array], delta: Float[Array, "batch *windows filters"]
) -> tuple[Array, Array]:
    x, kernel = kept
    around = windows, x.shape[1:-1]
    to_x = _called("pellucid_convolve_to_x", x.shape, delta, kernel, *around)
    to_kernel = _called("pellucid_convolve_to_kernel", kernel.shape, x, delta, *around)
    return to_x, to_kernel


convolve_by_onednn.defvjp(_forward, _backward)


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
