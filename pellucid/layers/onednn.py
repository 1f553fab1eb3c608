"""Convolution and batch normalisation by oneDNN, where `pellucid-kernels` is installed.

They take a fraction of the time that XLA's own take on CPUs
(docs/decisions/0024-convolutions-by-onednn.md).
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


def may_compute(x: Array) -> bool:
    """Return whether oneDNN may be called to compute with `x`."""
    return jax.default_backend() == "cpu" and x.dtype == np.float32 and offered()


def offered() -> bool:
    """Return whether oneDNN is there, and may be called for what is being computed."""
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
    forms = _forms(x, kernel, bias)
    to_x = _call("pellucid_convolve_to_x", forms[0], windows, x)
    to_kernel = _call("pellucid_convolve_to_kernel", forms[1:], windows, x)
    return to_x(delta, kernel), *to_kernel(x, delta)


convolve_by_onednn = with_gradients(3, _forward, _backward)
"""z[t] = sum over taps i of x[t strides + i dilation] kernel[i], + bias, of float32."""


def may_normalise(x: Array) -> bool:
    """Return whether a batch can be normalised by oneDNN, and soon: 16 channels go together."""
    return may_compute(x) and x.shape[-1] % 16 == 0


def normalise_by_onednn(
    x: Float[Array, "batch *positions channels"],
    gamma: Float[Array, " channels"],
    beta: Float[Array, " channels"],
    epsilon: float,
) -> tuple[Float[Array, "batch *positions channels"], Array, Array]:
    """Return gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance, of float32.

    Mean and variance are those of each channel. No gradient comes back through these two.
    """
    return _normalised(x, gamma, beta, epsilon)


def _normalise(x: Array, gamma: Array, beta: Array, epsilon: float) -> tuple[Any, Any]:
    forms = _forms(_by_position(x), gamma, gamma)
    call = jax.ffi.ffi_call("pellucid_normalise", forms, vmap_method="sequential")
    z, mean, variance = call(_by_position(x), gamma, beta, epsilon=np.float32(epsilon))
    return (z.reshape(x.shape), mean, variance), (x, gamma, mean, variance)


def _normalise_backward(epsilon: float, kept: Any, deltas: Any) -> tuple[Array, Array, Array]:
    x, gamma, mean, variance = kept
    forms = _forms(_by_position(x), gamma, gamma)
    call = jax.ffi.ffi_call("pellucid_normalise_backward", forms, vmap_method="sequential")
    given = _by_position(x), gamma, mean, variance, _by_position(deltas[0])
    to_x, to_gamma, to_beta = call(*given, epsilon=np.float32(epsilon))
    return to_x.reshape(x.shape), to_gamma, to_beta


_normalised: Any = jax.custom_vjp(lambda *given: _normalise(*given)[0], nondiff_argnums=(3,))
_normalised.defvjp(_normalise, _normalise_backward)


def _by_position(x: Array) -> Float[Array, "batch positions channels"]:
    return x.reshape(len(x), -1, x.shape[-1])


def _forms(*arrays: Array) -> tuple[jax.ShapeDtypeStruct, ...]:
    return tuple(jax.ShapeDtypeStruct(array.shape, array.dtype) for array in arrays)


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
