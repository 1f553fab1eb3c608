"""Normalisation and scaling as nodes."""

from collections.abc import Sequence
from typing import Any

from pellucid.interop.at_rest.program import Weight
from pellucid.interop.formulas import normalization as formulas
from pellucid.interop.formulas import scaling
from pellucid.interop.onnx_nodes.graph import Graph, Tensor, renders


@renders(formulas.batch_norm)
def _batch_norm(
    g: Graph,
    x: Tensor,
    mean: Weight,
    variance: Weight,
    gamma: Weight | None,
    beta: Weight | None,
    epsilon: float,
) -> str:
    z = g.Div(g.Sub(x, mean), g.Sqrt(g.Add(variance, epsilon)))
    return _stretched(g, z, gamma, beta)


@renders(formulas.layer_norm)
def _layer_norm(
    g: Graph,
    x: Any,
    gamma: Weight | None,
    beta: Weight | None,
    axes: Sequence[int],
    epsilon: float,
) -> str:
    apart = g.Sub(x, g.ReduceMean(x, list(axes), keepdims=1))
    variance = g.ReduceMean(g.Mul(apart, apart), list(axes), keepdims=1)
    z = g.Div(apart, g.Sqrt(g.Add(variance, epsilon)))
    return _stretched(g, z, gamma, beta)


@renders(formulas.group_norm)
def _group_norm(
    g: Graph,
    x: Tensor,
    gamma: Weight | None,
    beta: Weight | None,
    groups: int,
    axis: int,
    epsilon: float,
) -> str:
    split = [*x.shape[: axis - 1], groups, x.shape[axis - 1] // groups, *x.shape[axis:]]
    over = [i for i in range(1, len(split) + 1) if i != axis]
    z = _layer_norm(g, g.Reshape(x, [0, *split]), None, None, over, epsilon)
    return _stretched(g, g.Reshape(z, [0, *x.shape]), gamma, beta)


def _stretched(g: Graph, z: str, gamma: Weight | None, beta: Weight | None) -> str:
    """Return z gamma + beta, as far as there are such."""
    z = z if gamma is None else g.Mul(z, gamma)
    return z if beta is None else g.Add(z, beta)


@renders(formulas.rms_norm)
def _rms_norm(g: Graph, x: Tensor, scale: Weight, axes: Sequence[int], epsilon: float) -> str:
    mean = g.ReduceMean(g.Mul(x, x), list(axes), keepdims=1)
    return g.Mul(g.Div(x, g.Sqrt(g.Add(mean, epsilon))), scale)


@renders(formulas.unit)
def _unit(g: Graph, x: Any, axes: Sequence[int]) -> str:
    squares = g.ReduceSum(g.Mul(x, x), list(axes), keepdims=1)
    return g.Div(x, g.Sqrt(g.Max(squares, 1e-24)))


@renders(scaling.rescale)
def _rescale(g: Graph, x: Tensor, scale: float, offset: float) -> str:
    return g.Add(g.Mul(x, float(scale)), float(offset))


@renders(scaling.standardize)
def _standardize(g: Graph, x: Tensor, mean: Weight, variance: Weight) -> str:
    varies = g.Greater(variance, 0.0)
    deviation = g.Sqrt(g.Where(varies, variance, 1.0))
    return g.Where(varies, g.Div(g.Sub(x, mean), deviation), 0.0)


@renders(scaling.scale_between)
def _scale_between(
    g: Graph, x: Tensor, minimum: Weight, maximum: Weight, low: float, high: float
) -> str:
    span = g.Sub(maximum, minimum)
    varies = g.Greater(span, 0.0)
    share = g.Div(g.Sub(x, minimum), g.Where(varies, span, 1.0))
    return g.Add(g.Mul(g.Where(varies, share, 0.0), float(high - low)), float(low))
