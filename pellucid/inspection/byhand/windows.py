"""Layers that look through windows: convolution and pooling."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float

from pellucid.inspection.byhand.rule import Back, Use, Values, rule
from pellucid.layers.convolution import Conv1D, Conv2D, Conv3D
from pellucid.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from pellucid.layers.windows import Windows


@rule(Conv1D, Conv2D, Conv3D)
def convolution(use: Use, dz: Values) -> Back:
    """dJ/dK[tap] = sum over windows of patch^T dJ/dz; dJ/dx = dJ/dz K[tap]^T where it lay."""
    layer: Any = use.layer
    kernel, groups = use.params["kernel"], layer.groups
    taps = kernel.reshape(-1, *kernel.shape[-2:])
    padded = _padded(use.x, layer.windows, 0.0)
    to_padded, to_taps = np.zeros_like(padded), np.zeros_like(taps)
    wide, many = kernel.shape[-2], kernel.shape[-1] // groups
    for number, tap in enumerate(layer.windows.taps(use.x.shape[1:-1])):
        for group in range(groups):
            seen = (slice(None), *tap, slice(group * wide, (group + 1) * wide))
            out = slice(group * many, (group + 1) * many)
            slopes = dz[..., out].reshape(-1, many)
            to_taps[number, :, out] = padded[seen].reshape(-1, wide).T @ slopes
            to_padded[seen] += dz[..., out] @ taps[number, :, out].T
    to_params = {
        "kernel": to_taps.reshape(kernel.shape),
        "bias": dz.reshape(-1, kernel.shape[-1]).sum(0),
    }
    to_x = _unpadded(to_padded, use.x, layer.windows)
    return Back((to_x,), {name: to_params[name] for name in use.params})


@rule(MaxPooling1D, MaxPooling2D, MaxPooling3D)
def max_pooling(use: Use, dz: Values) -> Back:
    """dJ/dx = dJ/dz for the winner of each window, the first of equal ones; 0 for the others."""
    layer: Any = use.layer
    padded = _padded(use.x, layer.windows, -np.inf)
    taps = list(_looks(layer.windows, use.x))
    winner = np.argmax(np.stack([padded[tap] for tap in taps]), 0)
    to_padded = np.zeros_like(padded)
    for number, tap in enumerate(taps):
        to_padded[tap] += dz * (winner == number)
    return Back((_unpadded(to_padded, use.x, layer.windows),), {})


@rule(AveragePooling1D, AveragePooling2D, AveragePooling3D)
def average_pooling(use: Use, dz: Values) -> Back:
    """dJ/dx = dJ/dz / n for each of the n positions of a window; padding is none."""
    layer: Any = use.layer
    inside = _padded(np.ones((1, *use.x.shape[1:-1], 1)), layer.windows, 0.0)
    taps = list(_looks(layer.windows, use.x))
    counts = np.sum([inside[tap] for tap in taps], 0)
    to_padded = np.zeros_like(_padded(use.x, layer.windows, 0.0))
    for tap in taps:
        to_padded[tap] += dz / counts
    return Back((_unpadded(to_padded, use.x, layer.windows),), {})


@rule(GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D)
def global_max(use: Use, dz: Values) -> Back:
    """dJ/dx = dJ/dz for the first of the largest of a channel."""
    flat = use.x.reshape(len(use.x), -1, use.x.shape[-1])
    first = np.arange(flat.shape[1])[:, None] == flat.argmax(axis=1)[:, None]
    return Back((first.reshape(use.x.shape) * _spread(dz, use.x),), {})


@rule(GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D)
def global_average(use: Use, dz: Values) -> Back | None:
    """dJ/dx = dJ/dz / n for each of the n positions."""
    if use.mask is not None:
        return None
    positions = np.prod(use.x.shape[1:-1])
    return Back((np.broadcast_to(_spread(dz, use.x) / positions, use.x.shape),), {})


def _looks(windows: Windows, x: Values) -> Iterator[tuple[slice, ...]]:
    for tap in windows.taps(x.shape[1:-1]):
        yield (slice(None), *tap)


def _padded(x: Values, windows: Windows, fill: float) -> Values:
    edges = ((0, 0), *windows.margins(x.shape[1:-1]), (0, 0))
    return np.pad(x, edges, constant_values=fill)


def _unpadded(padded: Values, x: Values, windows: Windows) -> Values:
    starts = [before for before, _ in windows.margins(x.shape[1:-1])]
    inner = (slice(s, s + size) for s, size in zip(starts, x.shape[1:-1], strict=True))
    return padded[(slice(None), *inner)]


def _spread(dz: Values, x: Values) -> Float[np.ndarray, "..."]:
    return dz.reshape(len(x), *(1,) * (x.ndim - 2), x.shape[-1])
