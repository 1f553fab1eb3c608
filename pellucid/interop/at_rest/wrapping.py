"""Layers that run other layers."""

from typing import Any

from pellucid.interop.at_rest.lowering import activate, lower, mask_after, refuse
from pellucid.interop.at_rest.program import Site, Value
from pellucid.interop.formulas import arranging as formulas
from pellucid.layers.delegation import ChannelsFirst, InMode, Part
from pellucid.layers.spectral import SpectralNormalization
from pellucid.layers.time_distributed import TimeDistributed


@lower.register(Part)
def _part(layer: Part, site: Site, x: tuple[Value, ...], mask: Any) -> Value:
    return x[layer.index]


@lower.register(InMode)
def _in_mode(layer: InMode, site: Site, x: Any, mask: Any) -> Any:
    if layer.training:
        refuse(layer, "it runs as in training, and what it gives depends on chance or on the batch")
    return lower(layer.layer, site, x, mask)


@mask_after.register(InMode)
def _mask_in_mode(layer: InMode, site: Site, x: Any, mask: Any) -> Any:
    return mask_after(layer.layer, site, x, mask)


@lower.register(SpectralNormalization)
def _spectral(layer: SpectralNormalization, site: Site, x: Any, mask: Any) -> Any:
    return lower(layer.layer, site.inside("layer"), x, mask if layer.layer.uses_mask else None)


@lower.register(TimeDistributed)
def _time_distributed(layer: TimeDistributed, site: Site, x: Value, mask: Any) -> Value:
    steps, *rest = x.shape
    rows = site.call(formulas.steps_as_rows, x, shape=tuple(rest))
    if mask is not None and len(mask.shape) > 1:
        mask = site.call(formulas.steps_as_rows, mask, shape=mask.shape[1:])
    else:
        mask = None  # the mask of whole steps is none for what is inside of them
    inner, own = layer.layer, site.inside("layer")
    z = lower(inner, own, rows, mask if inner.uses_mask else None)
    if layer.nonlinearity is not inner.nonlinearity:
        z = activate(inner, inner.nonlinearity, own, z)
    return site.call(formulas.rows_as_steps, z, shape=(steps, *z.shape), steps=steps)


@lower.register(ChannelsFirst)
def _channels_first(layer: ChannelsFirst, site: Site, x: Any, mask: Any) -> Any:
    return _turned(site, lower(layer.layer, site, _turned(site, x, 0, -1), mask), -1, 0)


@mask_after.register(ChannelsFirst)
def _mask_channels_first(layer: ChannelsFirst, site: Site, x: Any, mask: Any) -> Any:
    return mask_after(layer.layer, site, _turned(site, x, 0, -1), mask)


def _turned(site: Site, x: Any, source: int, target: int) -> Any:
    """Return x, one value or several, with one axis of each example moved, if it has several."""
    if isinstance(x, tuple):
        return tuple(_turned(site, part, source, target) for part in x)
    if len(x.shape) < 2:
        return x
    order = list(range(len(x.shape)))
    order.insert(target % len(order), order.pop(source))
    shape = tuple(x.shape[axis] for axis in order)
    axes = (0, *(axis + 1 for axis in order))
    return site.call(formulas.transpose, x, shape=shape, axes=axes)
