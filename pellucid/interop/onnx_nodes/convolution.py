"""Convolution and pooling as nodes: ONNX has the channels first, so axes turn before and after."""

from collections.abc import Sequence

import numpy as np

from pellucid.interop.at_rest.program import Weight
from pellucid.interop.formulas import convolution as formulas
from pellucid.interop.formulas import pooling
from pellucid.interop.onnx_nodes.graph import FLOAT, Graph, Tensor, renders

Margins = Sequence[tuple[int, int]]


@renders(formulas.convolve)
def _convolve(
    g: Graph,
    x: Tensor,
    K: Weight,
    b: Weight | None,
    strides: Sequence[int],
    margins: Margins,
    dilation: Sequence[int],
    groups: int,
) -> str:
    axes = range(K.array.ndim - 2)
    filters = Weight(K.path, K.array.transpose(len(axes) + 1, len(axes), *axes))
    settings = {"strides": strides, "pads": _pads(margins), "dilations": dilation}
    z = g.Conv(_channels_first(g, x), filters, b, group=groups, **settings)
    return _channels_last(g, z, len(axes))


@renders(formulas.convolve_transposed)
def _convolve_transposed(
    g: Graph,
    x: Tensor,
    K: Weight,
    b: Weight | None,
    strides: Sequence[int],
    cuts: Margins,
    dilation: Sequence[int],
) -> str:
    axes = range(K.array.ndim - 2)
    filters = Weight(K.path, K.array.transpose(len(axes) + 1, len(axes), *axes))
    settings = {
        "strides": strides,
        "pads": _pads([(max(before, 0), max(after, 0)) for before, after in cuts]),
        "output_padding": [max(-after, 0) for _, after in cuts],
        "dilations": dilation,
    }
    z = g.ConvTranspose(_channels_first(g, x), filters, b, **settings)
    return _channels_last(g, z, len(axes))


@renders(pooling.max_pool)
def _max_pool(
    g: Graph, x: Tensor, size: Sequence[int], strides: Sequence[int], margins: Margins
) -> str:
    settings = {"kernel_shape": size, "strides": strides, "pads": _pads(margins)}
    return _channels_last(g, g.MaxPool(_channels_first(g, x), **settings), len(size))


@renders(pooling.average_pool)
def _average_pool(
    g: Graph, x: Tensor, size: Sequence[int], strides: Sequence[int], margins: Margins
) -> str:
    settings = {"kernel_shape": size, "strides": strides, "pads": _pads(margins)}
    z = g.AveragePool(_channels_first(g, x), **settings, count_include_pad=0)
    return _channels_last(g, z, len(size))


@renders(pooling.largest)
def _largest(g: Graph, x: Tensor, axes: Sequence[int], keepdims: bool) -> str:
    return g.ReduceMax(x, list(axes), keepdims=int(keepdims))


@renders(pooling.mean)
def _mean(g: Graph, x: Tensor, axes: Sequence[int], keepdims: bool) -> str:
    return g.ReduceMean(x, list(axes), keepdims=int(keepdims))


@renders(pooling.mean_that_counts)
def _mean_that_counts(g: Graph, x: Tensor, mask: Tensor, keepdims: bool) -> str:
    counts = g.Unsqueeze(mask, [-1])
    total = g.ReduceSum(g.Where(counts, x, 0.0), [1], keepdims=int(keepdims))
    return g.Div(total, g.ReduceSum(g.Cast(counts, to=FLOAT), [1], keepdims=int(keepdims)))


def _channels_first(g: Graph, x: Tensor) -> str:
    axes = len(x.shape) - 1
    return g.Transpose(x, perm=[0, axes + 1, *range(1, axes + 1)])


def _channels_last(g: Graph, z: str, axes: int) -> str:
    return g.Transpose(z, perm=[0, *range(2, axes + 2), 1])


def _pads(margins: Margins) -> list[int]:
    return [int(n) for n in np.transpose(margins).ravel()]
