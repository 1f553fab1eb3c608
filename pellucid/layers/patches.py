"""Convolution as arithmetic, in the form each kind of device runs fastest.

On CPUs oneDNN is asked where it is installed (`onednn`). XLA's own convolution is a slow one
there inside a loop, where the epoch runs, but for one form (`plain_convolution`). Where that
does not serve, with few channels or in groups, matrix products and sums of shifted arrays stand
in. Only `on_cpu` tells which device it is.
"""

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.layers.onednn import convolve_by_onednn, may_compute
from pellucid.layers.plain_convolution import convolve_plainly
from pellucid.layers.windows import Footprints, Windows

FEW = 4  # channels, below which patches are small and faster than a plain convolution


def convolve(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size group_channels filters"],
    windows: Windows,
    groups: int,
    bias: Float[Array, " filters"] | None = None,
) -> Float[Array, "batch *windows filters"]:
    """Return the sum over a window of x times kernel, + bias, for each window and filter."""
    if groups == 1 and may_compute(x):
        added = jnp.zeros(kernel.shape[-1:], x.dtype) if bias is None else bias
        return convolve_by_onednn(x, kernel, added, windows)
    z = _convolved(x, kernel, windows, groups)
    return z if bias is None else z + bias


def _convolved(x: Array, kernel: Array, windows: Windows, groups: int) -> Array:
    if on_cpu():
        many = groups == 1 and x.shape[-1] >= FEW and max(windows.size) > 1
        if many and x.dtype == jnp.float32:
            return convolve_plainly(x, kernel, windows)
        return by_patches(x, kernel, windows, groups)
    return jax.lax.conv_general_dilated(
        x,
        kernel,
        windows.strides,
        windows.margins(x.shape[1:-1]),
        rhs_dilation=windows.dilation,
        dimension_numbers=_axes_of(windows),
        feature_group_count=groups,
    )


def convolve_each(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size channels multiplier"],
    windows: Windows,
) -> Float[Array, "batch *windows features"]:
    """Return the convolution of each channel by itself, with each of its own patterns.

    z has channels times multiplier features; those of one channel are neighbours.
    """
    *size, channels, multiplier = kernel.shape
    if not on_cpu():
        return convolve(x, kernel.reshape(*size, 1, channels * multiplier), windows, channels)
    weights = kernel.reshape(-1, channels * multiplier)
    taps = cut(jnp.repeat(x, multiplier, axis=-1), windows)
    return functools.reduce(jnp.add, [tap * w for tap, w in zip(taps, weights, strict=True)])


def convolve_transposed(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size filters channels"],
    footprints: Footprints,
) -> Float[Array, "batch *windows filters"]:
    """Return what the footprints of all positions add up to: x times kernel, where it falls."""
    if on_cpu():
        return by_phases(x, kernel, footprints)
    windows = footprints.windows
    ends = zip(windows.span, footprints.cuts, strict=True)
    return jax.lax.conv_transpose(
        x,
        kernel,
        windows.strides,
        [(span - 1 - before, span - 1 - after) for span, (before, after) in ends],
        rhs_dilation=windows.dilation,
        dimension_numbers=_axes_of(windows),
        transpose_kernel=True,
    )


def on_cpu() -> bool:
    """Return whether arrays are computed on a CPU."""
    return jax.default_backend() == "cpu"


def _axes_of(windows: Windows) -> tuple[str, str, str]:
    axes = "DHW"[-len(windows.size) :]
    return f"N{axes}C", f"{axes}IO", f"N{axes}C"


def by_patches(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size group_channels filters"],
    windows: Windows,
    groups: int,
) -> Float[Array, "batch *windows filters"]:
    """Return the convolution as one matrix product, or one a group."""
    taps = cut(x, windows)
    if groups == 1:
        return jnp.concatenate(taps, axis=-1) @ kernel.reshape(-1, kernel.shape[-1])
    patches = jnp.stack(taps, axis=-2)
    split = (*patches.shape[:-1], groups, patches.shape[-1] // groups)
    weights = kernel.reshape(len(taps), kernel.shape[-2], groups, -1)
    z = jnp.einsum("...tgc,tcgf->...gf", patches.reshape(split), weights)
    return z.reshape(*z.shape[:-2], kernel.shape[-1])


def by_phases(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size filters channels"],
    footprints: Footprints,
) -> Float[Array, "batch *windows filters"]:
    """Return the transposed convolution as one matrix product.

    It is a plain convolution with a filter for each phase of the strides, whose results
    are then laid side by side.
    """
    strides, ends = footprints.windows.strides, [(span - 1,) * 2 for span in footprints.back.span]
    padded = jnp.pad(x, ((0, 0), *ends, (0, 0)))
    phases = convolve(padded, _filters_of_phases(kernel, footprints), footprints.back, 1)
    axes, turns = len(strides), phases.shape[1:-1]
    split = phases.reshape(len(x), *turns, *strides, kernel.shape[-2])
    pairs = [axis for turn in range(1, axes + 1) for axis in (turn, turn + axes)]
    whole = [turn * step for turn, step in zip(turns, strides, strict=True)]
    z = split.transpose(0, *pairs, 2 * axes + 1).reshape(len(x), *whole, kernel.shape[-2])
    sizes = zip(footprints.cuts, footprints.count(x.shape[1:-1]), whole, strict=True)
    edges = [(-before, before + wanted - length, 0) for (before, _), wanted, length in sizes]
    return jax.lax.pad(z, jnp.zeros((), z.dtype), ((0, 0, 0), *edges, (0, 0, 0)))


def _filters_of_phases(
    kernel: Float[Array, "*size filters channels"], footprints: Footprints
) -> Float[Array, "*taps channels features"]:
    """Return the kernel as `by_phases` needs it: turned round, each phase with its own taps."""
    windows, taps = footprints.windows, footprints.back.size
    axes = len(taps)
    settings = zip(windows.size, windows.strides, windows.dilation, taps, strict=True)
    edges = [
        (0, 0, 0) if step == 1 else (0, tap * step - (size - 1) * gap - 1, gap - 1)
        for size, step, gap, tap in settings
    ]
    spread = jax.lax.pad(kernel, jnp.zeros((), kernel.dtype), (*edges, (0, 0, 0), (0, 0, 0)))
    pairs = [size for pair in zip(taps, windows.strides, strict=True) for size in pair]
    split = jnp.flip(spread.reshape(*pairs, *kernel.shape[-2:]), range(0, 2 * axes, 2))
    order = (*range(0, 2 * axes, 2), 2 * axes + 1, *range(1, 2 * axes, 2), 2 * axes)
    return split.transpose(order).reshape(*taps, kernel.shape[-1], -1)


def cut(
    x: Float[Array, "batch *positions channels"], windows: Windows, fill: float = 0
) -> list[Float[Array, "batch *windows channels"]]:
    """Return what each tap of the windows sees, with `fill` beyond the edges."""
    positions = x.shape[1:-1]
    margins = ((0, 0), *windows.margins(positions), (0, 0))
    padded = jnp.pad(x, margins, constant_values=fill)
    return [padded[:, *tap] for tap in windows.taps(positions)]
