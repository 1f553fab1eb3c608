"""Convolutions of all kinds."""

from typing import Any

from pellucid.base.types import Shape
from pellucid.interop.at_rest.lowering import lower
from pellucid.interop.at_rest.program import Site, Value, Weight
from pellucid.interop.formulas import convolution as formulas
from pellucid.interop.formulas.products import affine
from pellucid.layers.convolution import Convolution
from pellucid.layers.depthwise import DepthwiseConvolution
from pellucid.layers.separable import SeparableConvolution
from pellucid.layers.transposed import TransposedConvolution
from pellucid.layers.windows import Windows


@lower.register(Convolution)
def _convolution(layer: Convolution, site: Site, x: Value, mask: Any) -> Value:
    weights, shape = {"K": site["kernel"], "b": site.get("bias")}, layer.output_shape(x.shape)
    settings = _where(layer.windows, x.shape)
    return site.call(formulas.convolve, x, shape=shape, **weights, **settings, groups=layer.groups)


@lower.register(DepthwiseConvolution)
def _depthwise(layer: DepthwiseConvolution, site: Site, x: Value, mask: Any) -> Value:
    shape = layer.output_shape(x.shape)
    return _each_channel(site, x, layer.windows, shape, "kernel", site.get("bias"))


@lower.register(SeparableConvolution)
def _separable(layer: SeparableConvolution, site: Site, x: Value, mask: Any) -> Value:
    shape = layer.output_shape(x.shape)
    mixing = site["pointwise_kernel"].array.reshape(-1, layer.filters)
    seen = (*shape[:-1], len(mixing))
    z = _each_channel(site, x, layer.windows, seen, "depthwise_kernel", None)
    W = site.weight("pointwise_kernel", mixing)
    return site.call(affine, z, shape=shape, W=W, b=site.get("bias"))


@lower.register(TransposedConvolution)
def _transposed(layer: TransposedConvolution, site: Site, x: Value, mask: Any) -> Value:
    windows = layer.footprints.windows
    return site.call(
        formulas.convolve_transposed,
        x,
        shape=layer.output_shape(x.shape),
        K=site["kernel"],
        b=site.get("bias"),
        strides=windows.strides,
        cuts=layer.footprints.cuts,
        dilation=windows.dilation,
    )


def _each_channel(
    site: Site, x: Value, windows: Windows, shape: Shape, kernel: str, b: Weight | None
) -> Value:
    """Return a convolution of each channel by itself: one with a group a channel."""
    array = site[kernel].array
    K = site.weight(kernel, array.reshape(*array.shape[:-2], 1, -1))
    settings = _where(windows, x.shape)
    return site.call(formulas.convolve, x, shape=shape, K=K, b=b, **settings, groups=x.shape[-1])


def _where(windows: Windows, shape: Shape) -> dict[str, Any]:
    """Return where windows look, in numbers."""
    margins = windows.margins(shape[:-1])
    return {"strides": windows.strides, "margins": margins, "dilation": windows.dilation}
