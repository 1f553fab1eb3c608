"""Pooling over windows and over everything."""

from typing import Any

from pellucid.interop.at_rest.lowering import lower
from pellucid.interop.at_rest.program import Site, Value
from pellucid.interop.formulas import pooling as formulas
from pellucid.layers import pooling as layers

AVERAGING = (
    layers.AveragePooling1D,
    layers.AveragePooling2D,
    layers.AveragePooling3D,
    layers.GlobalAveragePooling1D,
    layers.GlobalAveragePooling2D,
    layers.GlobalAveragePooling3D,
)


@lower.register(layers.Pooling)
def _pooling(layer: layers.Pooling, site: Site, x: Value, mask: Any) -> Value:
    function = formulas.average_pool if isinstance(layer, AVERAGING) else formulas.max_pool
    windows = layer.windows
    margins = windows.margins(x.shape[:-1])
    where = {"size": windows.size, "strides": windows.strides, "margins": margins}
    return site.call(function, x, shape=layer.output_shape(x.shape), **where)


@lower.register(layers.GlobalPooling)
def _global_pooling(layer: layers.GlobalPooling, site: Site, x: Value, mask: Value | None) -> Value:
    shape, keepdims = layer.output_shape(x.shape), layer.keepdims
    if mask is not None:
        return site.call(formulas.mean_that_counts, x, mask, shape=shape, keepdims=keepdims)
    function = formulas.mean if isinstance(layer, AVERAGING) else formulas.largest
    axes = tuple(range(1, len(x.shape)))
    return site.call(function, x, shape=shape, axes=axes, keepdims=keepdims)
