"""Layers that bring numbers to a steady scale."""

from typing import Any

import numpy as np

from pellucid.inspection.byhand.rule import Back, Use, Values, rule
from pellucid.layers.normalization import (
    BatchNormalization,
    LayerNormalization,
    RMSNormalization,
)
from pellucid.layers.shapes import array_axes


@rule(BatchNormalization)
def batch_normalization(use: Use, dz: Values) -> Back | None:
    """dJ/dx = (g - mean g - u mean(g u)) / s, with u = (x - mean) / s and g = gamma dJ/dz.

    The means are those of a channel over the batch; at rest, with the moving mean and
    variance, dJ/dx = g / s.
    """
    layer: Any = use.layer
    kept = layer.parameter_axes(use.x.shape[1:])
    over = tuple(axis for axis in range(use.x.ndim) if axis not in kept)
    if use.training and use.mask is not None:
        return None
    if use.training:
        mean, variance = use.x.mean(over, keepdims=True), use.x.var(over, keepdims=True)
    else:
        mean = _along(kept, use.x, use.state["moving_mean"])
        variance = _along(kept, use.x, use.state["moving_variance"])
    return _back(use, dz, mean, variance, kept, over if use.training else None)


@rule(LayerNormalization)
def layer_normalization(use: Use, dz: Values) -> Back:
    """The same, with the mean and the variance of each example along the layer's axes."""
    layer: Any = use.layer
    axes = layer.parameter_axes(use.x.shape[1:])
    mean, variance = use.x.mean(axes, keepdims=True), use.x.var(axes, keepdims=True)
    return _back(use, dz, mean, variance, axes, axes)


@rule(RMSNormalization)
def rms_normalization(use: Use, dz: Values) -> Back:
    """dJ/dx = (g - u mean(g u)) / r, with r^2 = mean x^2 + epsilon, u = x / r, g = scale dJ/dz."""
    layer: Any = use.layer
    axes = array_axes(layer, layer.axis, use.x.shape[1:])
    r = np.sqrt(np.square(use.x).mean(axes, keepdims=True) + layer.epsilon)
    u = use.x / r
    g = dz * _along(axes, use.x, use.params["scale"])
    to_x = (g - u * (g * u).mean(axes, keepdims=True)) / r
    return Back((to_x,), {"scale": _summed(dz * u, axes)})


def _back(
    use: Use,
    dz: Values,
    mean: Values,
    variance: Values,
    kept: tuple[int, ...],
    over: tuple[int, ...] | None,
) -> Back:
    layer: Any = use.layer
    s = np.sqrt(variance + layer.epsilon)
    u = (use.x - mean) / s
    g = dz * _along(kept, use.x, use.params["gamma"]) if layer.scale else dz
    to_x = g / s
    if over is not None:
        centred = g - g.mean(over, keepdims=True)
        to_x = (centred - u * (g * u).mean(over, keepdims=True)) / s
    to_params = {"gamma": _summed(dz * u, kept), "beta": _summed(dz, kept)}
    return Back((to_x,), {name: to_params[name] for name in use.params})


def _along(axes: tuple[int, ...], x: Values, values: Values) -> Values:
    return values.reshape([size if axis in axes else 1 for axis, size in enumerate(x.shape)])


def _summed(array: Values, kept: tuple[int, ...]) -> Values:
    return array.sum(tuple(axis for axis in range(array.ndim) if axis not in kept))
