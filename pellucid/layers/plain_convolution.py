"""Convolution and its gradients as plain convolutions: the form XLA runs fast on CPUs.

XLA brings convolutions into the order its fast kernels want (examples, positions, channels;
taps, channels, filters; no axis turned round) outside of loops only; in a loop, where the
epoch runs, others fall to a slow one. The gradients that JAX writes are such others: that of
the kernel took 100 times as long in a loop as before it. So both are written out here.
"""

from collections.abc import Callable
from typing import Any

import jax
from jaxtyping import Array, Float

from pellucid.layers.windows import Windows

Pads = tuple[tuple[int, int], ...]


def with_gradients(arrays: int, forward: Callable[..., Array], backward: Callable) -> Any:
    """Return a function of so many arrays and windows whose gradients are those given.

    `forward` takes the arrays and the windows, `backward` delta besides; it gives a gradient for
    each array.
    """
    made = jax.custom_vjp(forward, nondiff_argnums=(arrays,))
    made.defvjp(
        lambda *given: (forward(*given), given[:arrays]),
        lambda windows, kept, delta: backward(*kept, windows, delta),
    )
    return made


def _forward(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size channels filters"],
    windows: Windows,
) -> Float[Array, "batch *windows filters"]:
    margins = windows.margins(x.shape[1:-1])
    return _convolution(x, kernel, windows.strides, margins, gaps=windows.dilation)


def _to_x(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size channels filters"],
    windows: Windows,
    delta: Float[Array, "batch *windows filters"],
) -> Float[Array, "batch *positions channels"]:
    """Return the gradient of x: delta, spread by the strides, under the kernel turned round."""
    positions, axes = x.shape[1:-1], range(len(windows.size))
    turned = kernel[(slice(None, None, -1),) * len(windows.size)]
    reach = _reach(windows, delta)
    before = [span - 1 - low for span, (low, _) in _edges(windows, positions)]
    pads = tuple(
        (before[i], positions[i] + windows.span[i] - 1 - reach[i] - before[i]) for i in axes
    )
    ones, swapped = (1,) * len(windows.size), turned.swapaxes(-1, -2)
    return _convolution(delta, swapped, ones, pads, gaps=windows.dilation, spread=windows.strides)


def _to_kernel(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size channels filters"],
    windows: Windows,
    delta: Float[Array, "batch *windows filters"],
) -> Float[Array, "*size channels filters"]:
    """Return the gradient of the kernel: x under delta, each channel an example of its own."""
    last = x.ndim - 1
    channels_first = x.transpose(last, *range(1, last), 0)
    as_kernel = delta.transpose(*range(1, last), 0, last)
    reach, positions = _reach(windows, delta), x.shape[1:-1]
    pads = tuple(
        (low, span - 1 + reach[i] - positions[i] - low)
        for i, (span, (low, _)) in enumerate(_edges(windows, positions))
    )
    by_channel = _convolution(
        channels_first, as_kernel, windows.dilation, pads, gaps=windows.strides
    )
    return by_channel.transpose(*range(1, last), 0, last)


def _reach(windows: Windows, delta: Array) -> tuple[int, ...]:
    """Return how many positions lie from the first window to the last, both included."""
    axes = zip(delta.shape[1:-1], windows.strides, strict=True)
    return tuple((count - 1) * step + 1 for count, step in axes)


def _edges(windows: Windows, positions: tuple[int, ...]) -> list[tuple[int, tuple[int, int]]]:
    return list(zip(windows.span, windows.margins(positions), strict=True))


def _convolution(
    x: Array,
    kernel: Array,
    strides: tuple[int, ...],
    pads: Pads,
    *,
    gaps: tuple[int, ...],
    spread: tuple[int, ...] | None = None,
) -> Array:
    axes = "DHW"[-len(strides) :]
    return jax.lax.conv_general_dilated(
        x,
        kernel,
        strides,
        pads,
        lhs_dilation=spread,
        rhs_dilation=gaps,
        dimension_numbers=(f"N{axes}C", f"{axes}IO", f"N{axes}C"),
    )


convolve_plainly = with_gradients(2, _forward, lambda *seen: (_to_x(*seen), _to_kernel(*seen)))
"""z[t] = sum over taps i of x[t strides + i dilation] kernel[i]."""
