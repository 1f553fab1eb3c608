"""Windows that slide over an example, and convolution with them."""

from collections.abc import Sequence

import numpy as np


def look(
    x: np.ndarray,
    size: Sequence[int],
    strides: Sequence[int],
    margins: Sequence[tuple[int, int]],
    dilation: Sequence[int],
    fill: float = 0.0,
) -> np.ndarray:
    """Return what each window of x sees: (rows, *windows, channels, *size)."""
    x = np.pad(x, [(0, 0), *margins, (0, 0)], constant_values=fill)
    span = [(taps - 1) * gap + 1 for taps, gap in zip(size, dilation, strict=True)]
    seen = np.lib.stride_tricks.sliding_window_view(x, span, tuple(range(1, x.ndim - 1)))
    moves = (slice(None, None, stride) for stride in strides)
    taps = (slice(None, None, gap) for gap in dilation)
    return seen[(slice(None), *moves, slice(None), *taps)]


def convolve(
    x: np.ndarray,
    K: np.ndarray,
    b: np.ndarray | None,
    strides: Sequence[int],
    margins: Sequence[tuple[int, int]],
    dilation: Sequence[int],
    groups: int = 1,
) -> np.ndarray:
    """z = the sum over a window of x times K, + b, for each window and filter

    K is (*size, channels / groups, filters); filters see only the channels of their group.
    """
    size = K.shape[:-2]
    seen = np.moveaxis(look(x, size, strides, margins, dilation), len(size) + 1, -1)
    pairs = zip(np.split(seen, groups, -1), np.split(K, groups, -1), strict=True)
    z = np.concatenate([np.tensordot(part, k, len(size) + 1) for part, k in pairs], -1)
    return z if b is None else z + b


def convolve_transposed(
    x: np.ndarray,
    K: np.ndarray,
    b: np.ndarray | None,
    strides: Sequence[int],
    cuts: Sequence[tuple[int, int]],
    dilation: Sequence[int],
) -> np.ndarray:
    """z = the sum of x times K over all positions whose footprints reach z, + b

    K is (*size, filters, channels). Footprints lie `strides` apart; `cuts` is what is cut
    off before and after each axis. It is the convolution of x, with zeros between its
    positions, and K turned round.
    """
    size = K.shape[:-2]
    counts = [(n - 1) * step + 1 for n, step in zip(x.shape[1:-1], strides, strict=True)]
    spread = np.zeros((len(x), *counts, x.shape[-1]), x.dtype)
    spread[(slice(None), *(slice(None, None, step) for step in strides))] = x
    span = [(taps - 1) * gap + 1 for taps, gap in zip(size, dilation, strict=True)]
    margins = [(n - 1 - a, n - 1 - z) for n, (a, z) in zip(span, cuts, strict=True)]
    turned = np.swapaxes(np.flip(K, tuple(range(len(size)))), -1, -2)
    return convolve(spread, turned, b, (1,) * len(size), margins, dilation)
