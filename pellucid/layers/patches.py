"""Convolution as arithmetic, in the form each kind of device runs fastest."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.layers.windows import Windows


def convolve(
    x: Float[Array, "batch *positions channels"],
    kernel: Float[Array, "*size group_channels filters"],
    windows: Windows,
    groups: int,
) -> Float[Array, "batch *windows filters"]:
    """Return the sum over a window of x times kernel, for each window and filter.

    This is the only place that chooses how. XLA's own convolution is a slow one on CPUs
    inside a loop, where the epoch runs, so that patches and one matrix product stand in.
    """
    if jax.default_backend() == "cpu":
        return by_patches(x, kernel, windows, groups)
    axes = "HWD"[: len(windows.size)]
    return jax.lax.conv_general_dilated(
        x,
        kernel,
        windows.strides,
        windows.margins(x.shape[1:-1]),
        rhs_dilation=windows.dilation,
        dimension_numbers=(f"N{axes}C", f"{axes}IO", f"N{axes}C"),
        feature_group_count=groups,
    )


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


def cut(
    x: Float[Array, "batch *positions channels"], windows: Windows, fill: float = 0
) -> list[Float[Array, "batch *windows channels"]]:
    """Return what each tap of the windows sees, with `fill` beyond the edges."""
    positions = x.shape[1:-1]
    margins = ((0, 0), *windows.margins(positions), (0, 0))
    padded = jnp.pad(x, margins, constant_values=fill)
    return [padded[:, *tap] for tap in windows.taps(positions)]
