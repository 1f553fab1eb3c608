"""Normalisation with what training averaged, or along each example."""

from collections.abc import Sequence
from typing import Any

from pellucid.base.types import Shape
from pellucid.interop.at_rest.lowering import lower
from pellucid.interop.at_rest.program import Site, Value, Weight
from pellucid.interop.formulas import normalization as formulas
from pellucid.layers import normalization as layers
from pellucid.layers.shapes import array_axes


@lower.register(layers.BatchNormalization)
def _batch(layer: layers.BatchNormalization, site: Site, x: Value, mask: Any) -> Value:
    axes = layer.parameter_axes(x.shape)
    mean, variance = (_along(site, axes, x.shape, f"moving_{s}") for s in ("mean", "variance"))
    weights = {"mean": mean, "variance": variance, **_learnt(site, axes, x.shape)}
    return site.call(formulas.batch_norm, x, shape=x.shape, **weights, epsilon=layer.epsilon)


@lower.register(layers.LayerNormalization)
def _layer(layer: layers.LayerNormalization, site: Site, x: Value, mask: Any) -> Value:
    axes = layer.parameter_axes(x.shape)
    settings = {"axes": axes, "epsilon": layer.epsilon}
    weights = _learnt(site, axes, x.shape)
    return site.call(formulas.layer_norm, x, shape=x.shape, **weights, **settings)


@lower.register(layers.GroupNormalization)
def _group(layer: layers.GroupNormalization, site: Site, x: Value, mask: Any) -> Value:
    (axis,) = layer.parameter_axes(x.shape)
    groups = x.shape[axis - 1] if layer.groups == -1 else layer.groups
    settings = {"groups": groups, "axis": axis, "epsilon": layer.epsilon}
    weights = _learnt(site, (axis,), x.shape)
    return site.call(formulas.group_norm, x, shape=x.shape, **weights, **settings)


@lower.register(layers.RMSNormalization)
def _rms(layer: layers.RMSNormalization, site: Site, x: Value, mask: Any) -> Value:
    axes = array_axes(layer, layer.axis, x.shape)
    scale = _along(site, axes, x.shape, "scale")
    settings = {"axes": axes, "epsilon": layer.epsilon}
    return site.call(formulas.rms_norm, x, shape=x.shape, scale=scale, **settings)


@lower.register(layers.UnitNormalization)
def _unit(layer: layers.UnitNormalization, site: Site, x: Value, mask: Any) -> Value:
    axes = array_axes(layer, layer.axis, x.shape)
    return site.call(formulas.unit, x, shape=x.shape, axes=axes)


def _learnt(site: Site, axes: Sequence[int], shape: Shape) -> dict[str, Weight | None]:
    return {name: _along(site, axes, shape, name) for name in ("gamma", "beta")}


def _along(site: Site, axes: Sequence[int], shape: Shape, name: str) -> Weight | None:
    """Return an array with a value an element of `axes`, in a form that broadcasts against x."""
    found = site.get(name)
    if found is None:
        return None
    first = min(axes)  # what broadcasts needs no axes of size 1 before its first own one
    sizes = [n if axis in axes else 1 for axis, n in enumerate(shape, start=1)]
    return site.weight(name, found.array.reshape(sizes[first - 1 :]))
