"""Layers that bring raw numbers to scale, with what they learnt from training rows."""

from typing import Any

from pellucid.interop.at_rest.lowering import lower
from pellucid.interop.at_rest.program import Site, Value
from pellucid.interop.formulas import scaling as formulas
from pellucid.layers.preprocessing import MinMaxScaling, Normalization, Rescaling
from pellucid.layers.shapes import array_axes


@lower.register(Rescaling)
def _rescaling(layer: Rescaling, site: Site, x: Value, mask: Any) -> Value:
    settings = {"scale": layer.scale, "offset": layer.offset}
    return site.call(formulas.rescale, x, shape=x.shape, **settings)


@lower.register(Normalization)
def _normalization(layer: Normalization, site: Site, x: Value, mask: Any) -> Value:
    axes = () if layer.axis is None else array_axes(layer, layer.axis, x.shape)
    along = [size if axis in axes else 1 for axis, size in enumerate(x.shape, start=1)]
    names = ("mean", "variance")
    weights = {name: site.weight(name, site[name].array.reshape(along)) for name in names}
    return site.call(formulas.standardize, x, shape=x.shape, **weights)


@lower.register(MinMaxScaling)
def _min_max_scaling(layer: MinMaxScaling, site: Site, x: Value, mask: Any) -> Value:
    if not site["seen"].array > 0:  # it has not learnt, and is the identity
        return x
    weights = {name: site[name] for name in ("minimum", "maximum")}
    settings = {"low": layer.low, "high": layer.high}
    return site.call(formulas.scale_between, x, shape=x.shape, **weights, **settings)
