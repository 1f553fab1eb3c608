"""Layers with several inputs."""

from typing import Any

from pellucid.interop.at_rest.lowering import lower, mask_after
from pellucid.interop.at_rest.program import Site, Value
from pellucid.interop.formulas import masking
from pellucid.interop.formulas import merging as formulas
from pellucid.layers import merging as layers
from pellucid.layers.shapes import array_axis

FORMULAS = {
    layers.Add: formulas.add,
    layers.Subtract: formulas.subtract,
    layers.Multiply: formulas.multiply,
    layers.Average: formulas.average,
    layers.Maximum: formulas.maximum,
    layers.Minimum: formulas.minimum,
}


@lower.register(layers.Merge)
def _merge(layer: layers.Merge, site: Site, x: tuple[Value, ...], mask: Any) -> Value:
    return site.call(FORMULAS[type(layer)], *x, shape=layer.output_shape(_shapes(x)))


@mask_after.register(layers.Merge)
def _either(layer: layers.Merge, site: Site, x: tuple[Value, ...], mask: Any) -> Value | None:
    masks = [part for part in mask or () if part is not None]
    if len(masks) < len(x):
        return None
    return site.call(masking.either, *masks, shape=masks[0].shape)


@lower.register(layers.Concatenate)
def _concatenate(layer: layers.Concatenate, site: Site, x: tuple[Value, ...], mask: Any) -> Value:
    axis, shape = array_axis(layer, layer.axis, x[0].shape), layer.output_shape(_shapes(x))
    return site.call(formulas.concatenate, *x, shape=shape, axis=axis)


@mask_after.register(layers.Concatenate)
def _any_joined(
    layer: layers.Concatenate, site: Site, x: tuple[Value, ...], mask: Any
) -> Value | None:
    if mask is None:
        return None
    pairs = zip(mask, x, strict=True)
    wide = [site.call(masking.spread_mask, m, part, shape=part.shape) for m, part in pairs]
    axis, shape = array_axis(layer, layer.axis, x[0].shape), layer.output_shape(_shapes(x))
    return site.call(masking.any_joined, *wide, shape=shape[:-1], axis=axis)


@lower.register(layers.Dot)
def _dot(layer: layers.Dot, site: Site, x: tuple[Value, Value], mask: Any) -> Value:
    given = (layer.axes, layer.axes) if isinstance(layer.axes, int) else layer.axes
    axes = tuple(array_axis(layer, a, v.shape) for a, v in zip(given, x, strict=True))
    shape = layer.output_shape(_shapes(x))
    return site.call(formulas.dot, *x, shape=shape, axes=axes, normalize=layer.normalize)


def _shapes(x: tuple[Value, ...]) -> tuple[Any, ...]:
    return tuple(value.shape for value in x)
