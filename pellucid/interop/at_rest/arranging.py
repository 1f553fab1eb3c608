"""Layers that arrange numbers anew, add borders, and bring images to another size."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from pellucid.base.types import Shape
from pellucid.interop.at_rest.lowering import lower
from pellucid.interop.at_rest.program import Site, Value
from pellucid.interop.formulas import arranging as formulas
from pellucid.layers import reshaping, resizing
from pellucid.layers.augmentation import RandomCrop
from pellucid.layers.imaging import CenterCrop, Resizing, bars, largest_size
from pellucid.training.compilation import compiled, keep_latest


@lower.register(reshaping.Flatten)
@lower.register(reshaping.Reshape)
def _reshape(layer: Any, site: Site, x: Value, mask: Any) -> Value:
    shape = layer.output_shape(x.shape)
    return site.call(formulas.reshape, x, shape=shape, sizes=shape)


@lower.register(reshaping.Permute)
def _permute(layer: reshaping.Permute, site: Site, x: Value, mask: Any) -> Value:
    shape = layer.output_shape(x.shape)
    return site.call(formulas.transpose, x, shape=shape, axes=(0, *layer.dims))


@lower.register(reshaping.RepeatVector)
def _repeat(layer: reshaping.RepeatVector, site: Site, x: Value, mask: Any) -> Value:
    return site.call(formulas.repeat_vector, x, shape=layer.output_shape(x.shape), n=layer.n)


@lower.register(resizing.ZeroPadding1D)
@lower.register(resizing.ZeroPadding2D)
@lower.register(resizing.ZeroPadding3D)
def _padding(layer: Any, site: Site, x: Value, mask: Any) -> Value:
    margins = _each_axis(layer.padding)
    return site.call(formulas.pad, x, shape=layer.output_shape(x.shape), margins=margins)


@lower.register(resizing.Cropping1D)
@lower.register(resizing.Cropping2D)
@lower.register(resizing.Cropping3D)
def _cropping(layer: Any, site: Site, x: Value, mask: Any) -> Value:
    ends = list(zip(x.shape, _each_axis(layer.cropping), strict=False))
    starts = tuple(before for _, (before, _) in ends)
    return _cut_out(site, x, starts, tuple(size - after for size, (_, after) in ends))


@lower.register(resizing.UpSampling1D)
@lower.register(resizing.UpSampling2D)
@lower.register(resizing.UpSampling3D)
def _up_sampling(layer: Any, site: Site, x: Value, mask: Any) -> Value:
    shape = layer.output_shape(x.shape)
    interpolation = getattr(layer, "interpolation", "nearest")
    if interpolation != "nearest":
        return _resampled(site, x, shape[:2], interpolation)
    factors = (layer.size,) if isinstance(layer.size, int) else layer.size
    return site.call(formulas.enlarge, x, shape=shape, factors=factors)


@lower.register(Resizing)
def _resizing(layer: Resizing, site: Site, x: Value, mask: Any) -> Value:
    size = (layer.height, layer.width)
    if layer.crop_to_aspect_ratio:
        x = _largest_part(site, x, size)
    elif layer.pad_to_aspect_ratio:
        margins = tuple((bar, bar) for bar in bars(x.shape[:2], size))
        shape = (*(n + 2 * bar for n, (bar, _) in zip(x.shape, margins, strict=False)), x.shape[2])
        settings = {"margins": margins, "value": layer.fill_value}
        x = site.call(formulas.pad, x, shape=shape, **settings)
    return _resampled(site, x, size, layer.interpolation, layer.antialias)


@lower.register(CenterCrop)
def _center_crop(layer: CenterCrop, site: Site, x: Value, mask: Any) -> Value:
    size = (layer.height, layer.width)
    if x.shape[0] >= layer.height and x.shape[1] >= layer.width:
        return _middle(site, x, size)
    return _resampled(site, _largest_part(site, x, size), size)


@lower.register(RandomCrop)
def _random_crop(layer: RandomCrop, site: Site, x: Value, mask: Any) -> Value:
    size = (layer.height, layer.width)
    return _resampled(site, _largest_part(site, x, size), size)


def _each_axis(ends: Any) -> tuple[tuple[int, int], ...]:
    return (ends,) if isinstance(ends[0], int) else tuple(ends)


def _cut_out(site: Site, x: Value, starts: Shape, stops: Shape) -> Value:
    sizes = [stop - start for start, stop in zip(starts, stops, strict=True)]
    shape = (*sizes, *x.shape[len(sizes) :])
    return site.call(formulas.cut_out, x, shape=shape, starts=starts, stops=stops)


def _largest_part(site: Site, x: Value, size: tuple[int, int]) -> Value:
    return _middle(site, x, largest_size(x.shape[:2], size))


def _middle(site: Site, x: Value, size: tuple[int, int]) -> Value:
    if x.shape[:2] == size:
        return x
    starts = tuple((n - kept) // 2 for n, kept in zip(x.shape, size, strict=False))
    return _cut_out(site, x, starts, tuple(a + n for a, n in zip(starts, size, strict=True)))


def _resampled(
    site: Site,
    x: Value,
    size: tuple[int, ...],
    interpolation: str = "bilinear",
    antialias: bool = False,
) -> Value:
    """Return images of `size`: what interpolation does along an axis is a matrix."""
    if x.shape[:2] == tuple(size):
        return x
    R, C = (
        site.weight(name, _weights(old, new, interpolation, antialias))
        for name, old, new in zip(("rows", "columns"), x.shape, size, strict=False)
    )
    return site.call(formulas.resample, x, shape=(*size, x.shape[2]), R=R, C=C)


@keep_latest
def _weights(
    old: int, new: int, interpolation: str, antialias: bool
) -> Float[np.ndarray, "{new} {old}"]:
    """Return how much of each old position is in each new one."""

    def stretched() -> jax.Array:
        return jax.image.resize(jnp.eye(old), (new, old), interpolation, antialias)

    return np.asarray(compiled(stretched)())
