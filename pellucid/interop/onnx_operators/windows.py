"""Convolution, pooling, and the shapes of examples; ONNX has the channels first."""

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.interop.onnx_operators.graph import Reader, expect, reads
from pellucid.layers import convolution, pooling, resizing
from pellucid.layers.activation import Activation
from pellucid.layers.delegation import ChannelsFirst
from pellucid.layers.layer import Symbol
from pellucid.layers.merging import Concatenate
from pellucid.layers.reshaping import Permute, Reshape
from pellucid.layers.windows import Windows

CONVOLUTIONS = (convolution.Conv1D, convolution.Conv2D, convolution.Conv3D)
PADDINGS = (resizing.ZeroPadding1D, resizing.ZeroPadding2D, resizing.ZeroPadding3D)
POOLINGS = {
    "MaxPool": (pooling.MaxPooling1D, pooling.MaxPooling2D, pooling.MaxPooling3D),
    "AveragePool": (pooling.AveragePooling1D, pooling.AveragePooling2D, pooling.AveragePooling3D),
    "GlobalMaxPool": (
        pooling.GlobalMaxPooling1D,
        pooling.GlobalMaxPooling2D,
        pooling.GlobalMaxPooling3D,
    ),
    "GlobalAveragePool": (
        pooling.GlobalAveragePooling1D,
        pooling.GlobalAveragePooling2D,
        pooling.GlobalAveragePooling3D,
    ),
}


@reads("Conv")
def _conv(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    x, W = r.symbol(node.input[0]), r.constant(node.input[1])
    axes = W.ndim - 2
    if not 1 <= axes <= 3:
        raise ValueError(f"a convolution of {axes} axes is not read")
    windows, edges = _windows(a, W.shape[2:], x)
    padding = "same" if edges and edges == _same(windows, x) else "valid"
    if any(map(any, edges)) and padding == "valid":
        x = ChannelsFirst(PADDINGS[axes - 1](edges[0] if axes == 1 else edges))(x)
    weights = {"kernel": W.transpose(*range(2, W.ndim), 1, 0)}
    if len(node.input) > 2 and node.input[2]:
        weights["bias"] = r.constant(node.input[2])
    layer = CONVOLUTIONS[axes - 1](
        len(W),
        windows.size,
        windows.strides,
        padding,
        windows.dilation,
        a.get("group", 1),
        use_bias="bias" in weights,
    )
    r.place(node, ChannelsFirst(layer, name=node.output[0]), x, **weights)


@reads("MaxPool", "AveragePool")
def _pool(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    expect(a, ceil_mode=0, storage_order=0)
    x = r.symbol(node.input[0])
    windows, edges = _windows(a, a["kernel_shape"], x)
    axes = len(windows.size)
    edged = any(map(any, edges))
    same = edged and edges == _same(windows, x) and not a.get("count_include_pad")
    if edged and not same:
        average = node.op_type == "AveragePool"
        if not (a.get("count_include_pad") if average else _is_never_negative(x)):
            raise ValueError(f"a {node.op_type} with such edges is not read")
        x = ChannelsFirst(PADDINGS[axes - 1](edges[0] if axes == 1 else edges))(x)
    if len(node.output) > 1 or set(windows.dilation) != {1}:
        raise ValueError(f"a {node.op_type} with gaps or places is not read")
    padding = "same" if same else "valid"
    layer = POOLINGS[node.op_type][axes - 1](windows.size, windows.strides, padding)
    r.place(node, ChannelsFirst(layer, name=node.output[0]), x)


@reads("GlobalMaxPool", "GlobalAveragePool")
def _global_pool(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    x = r.symbol(node.input[0])
    layer = POOLINGS[node.op_type][len(x.shape) - 2](keepdims=True)
    r.place(node, ChannelsFirst(layer, name=node.output[0]), x)


def _windows(
    a: Mapping[str, Any], size: Sequence[int], x: Symbol
) -> tuple[Windows, tuple[tuple[int, int], ...]]:
    """Return the windows of an operator, and what it adds before and after each axis."""
    ones = (1,) * len(size)
    strides, dilation = (tuple(a.get(name, ones)) for name in ("strides", "dilations"))
    windows = Windows(tuple(size), strides, "valid", dilation)
    way = a.get("auto_pad", b"NOTSET")
    if way == b"SAME_UPPER":
        return windows, _same(windows, x)
    if way not in (b"NOTSET", b"VALID"):
        raise ValueError(f"auto_pad={way!r} is not read")
    pads = a.get("pads", [0] * 2 * len(size))
    return windows, tuple(zip(pads[: len(size)], pads[len(size) :], strict=True))


def _same(windows: Windows, x: Symbol) -> tuple[tuple[int, int], ...]:
    same = Windows(windows.size, windows.strides, "same", windows.dilation)
    return same.margins(x.shape[1:])


def _is_never_negative(x: Symbol) -> bool:
    """Return whether zeros at the edges are never the largest of a window alone."""
    return isinstance(x.layer, Activation) and x.layer.activation in ("relu", "relu6", "sigmoid")


# Shapes


@reads("Flatten", "Reshape", "Squeeze", "Unsqueeze")
def _reshape(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    x = r.symbol(node.input[0])
    if node.op_type == "Flatten":
        expect(a, axis=1)
        sizes = [-1]
    elif node.op_type == "Reshape":
        expect(a, allowzero=0)
        sizes = _sizes(r.constant(node.input[1]).tolist(), x)
    else:
        given = r.constant(node.input[1]).tolist() if len(node.input) > 1 else a.get("axes", [])
        sizes = _without(x, given) if node.op_type == "Squeeze" else _with(x, given)
    r.place(node, Reshape(sizes or [1], name=node.output[0]), x)


def _sizes(wanted: list[int], x: Symbol) -> list[int]:
    first, *rest = wanted
    if first not in (0, -1) or (first == -1 and -1 in rest):
        raise ValueError("a Reshape of the batch is not read")
    return [x.shape[i] if size == 0 else size for i, size in enumerate(rest)]


def _without(x: Symbol, axes: list[int]) -> list[int]:
    gone = {axis % (len(x.shape) + 1) for axis in axes}
    if 0 in gone or not gone or any(x.shape[axis - 1] != 1 for axis in gone):
        raise ValueError("a Squeeze of such axes is not read")
    return [size for axis, size in enumerate(x.shape, start=1) if axis not in gone]


def _with(x: Symbol, axes: list[int]) -> list[int]:
    rank, sizes = len(x.shape) + 1 + len(axes), list(x.shape)
    for axis in sorted(axis % rank for axis in axes):
        if axis == 0:
            raise ValueError("an Unsqueeze before the batch is not read")
        sizes.insert(axis - 1, 1)
    return sizes


@reads("Transpose")
def _transpose(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    x = r.symbol(node.input[0])
    order = a.get("perm", list(range(len(x.shape) + 1))[::-1])
    if order[0] != 0:
        raise ValueError("a Transpose of the batch is not read")
    r.place(node, Permute(order[1:], name=node.output[0]), x)


@reads("Concat")
def _concat(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    inputs = [r.symbol(name) for name in node.input]
    r.place(node, Concatenate(a["axis"], name=node.output[0]), *inputs)
