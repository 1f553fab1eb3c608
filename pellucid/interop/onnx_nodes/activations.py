"""Activation functions as nodes."""

import math
from typing import Any

import numpy as np

from pellucid.interop.formulas import activations as formulas
from pellucid.interop.onnx_nodes.graph import FLOAT, Graph, renders

ALONE = {
    formulas.linear: "Identity",
    formulas.sigmoid: "Sigmoid",
    formulas.tanh: "Tanh",
    formulas.relu: "Relu",
    formulas.softplus: "Softplus",
    formulas.softsign: "Softsign",
    formulas.exponential: "Exp",
}
for _formula, _kind in ALONE.items():
    renders(_formula)(lambda g, z, kind=_kind: getattr(g, kind)(z))


@renders(formulas.step)
def _step(g: Graph, z: Any) -> str:
    return g.Cast(g.Greater(z, 0.0), to=FLOAT)


@renders(formulas.leaky_relu)
def _leaky_relu(g: Graph, z: Any, negative_slope: float = 0.2) -> str:
    return g.LeakyRelu(z, alpha=negative_slope)


@renders(formulas.bent_relu)
def _bent_relu(
    g: Graph, z: Any, max_value: float | None, negative_slope: float, threshold: float
) -> str:
    below = g.Mul(g.Sub(z, threshold), negative_slope)
    a = g.Where(g.GreaterOrEqual(z, threshold), z, below)
    return a if max_value is None else g.Min(a, max_value)


@renders(formulas.prelu)
def _prelu(g: Graph, z: Any, alpha: Any) -> str:
    return g.PRelu(z, alpha)


@renders(formulas.softmax)
def _softmax(g: Graph, z: Any, axis: int = -1) -> str:
    return g.Softmax(z, axis=axis)


@renders(formulas.log_softmax)
def _log_softmax(g: Graph, z: Any, axis: int = -1) -> str:
    return g.LogSoftmax(z, axis=axis)


@renders(formulas.relu6)
def _relu6(g: Graph, z: Any) -> str:
    return g.Clip(z, 0.0, 6.0)


@renders(formulas.hard_tanh)
def _hard_tanh(g: Graph, z: Any) -> str:
    return g.Clip(z, -1.0, 1.0)


@renders(formulas.elu)
def _elu(g: Graph, z: Any, alpha: float = 1.0) -> str:
    return g.Elu(z, alpha=alpha)


@renders(formulas.celu)
def _celu(g: Graph, z: Any, alpha: float = 1.0) -> str:
    return g.Celu(z, alpha=alpha)


@renders(formulas.selu)
def _selu(g: Graph, z: Any) -> str:
    return g.Selu(z, alpha=1.6732632423543772, gamma=1.0507009873554805)


@renders(formulas.gelu)
def _gelu(g: Graph, z: Any, approximate: bool = False) -> str:
    if approximate:
        cubic = g.Add(z, g.Mul(g.Mul(g.Mul(z, z), z), 0.044715))
        share = g.Tanh(g.Mul(cubic, math.sqrt(2 / math.pi)))
    else:
        share = g.Erf(g.Div(z, math.sqrt(2)))
    return g.Mul(g.Mul(z, 0.5), g.Add(share, 1.0))


@renders(formulas.silu)
def _silu(g: Graph, z: Any) -> str:
    return g.Mul(z, g.Sigmoid(z))


@renders(formulas.mish)
def _mish(g: Graph, z: Any) -> str:
    return g.Mul(z, g.Tanh(g.Softplus(z)))


@renders(formulas.hard_sigmoid)
def _hard_sigmoid(g: Graph, z: Any) -> str:
    return g.HardSigmoid(z, alpha=1 / 6, beta=0.5)


@renders(formulas.hard_silu)
def _hard_silu(g: Graph, z: Any) -> str:
    return g.Mul(z, _hard_sigmoid(g, z))


@renders(formulas.sparse_sigmoid)
def _sparse_sigmoid(g: Graph, z: Any) -> str:
    return g.HardSigmoid(z, alpha=0.5, beta=0.5)


@renders(formulas.squareplus)
def _squareplus(g: Graph, z: Any, b: float = 4.0) -> str:
    return g.Div(g.Add(z, g.Sqrt(g.Add(g.Mul(z, z), b))), 2.0)


@renders(formulas.sparse_plus)
def _sparse_plus(g: Graph, z: Any) -> str:
    bend = g.Clip(g.Add(z, 1.0), 0.0, 2.0)
    return g.Where(g.GreaterOrEqual(z, 1.0), z, g.Div(g.Mul(bend, bend), 4.0))


@renders(formulas.log_sigmoid)
def _log_sigmoid(g: Graph, z: Any) -> str:
    return g.Neg(g.Softplus(g.Neg(z)))


@renders(formulas.hard_shrink)
def _hard_shrink(g: Graph, z: Any, threshold: float = 0.5) -> str:
    return g.Shrink(z, lambd=threshold, bias=0.0)


@renders(formulas.soft_shrink)
def _soft_shrink(g: Graph, z: Any, threshold: float = 0.5) -> str:
    return g.Shrink(z, lambd=threshold, bias=threshold)


@renders(formulas.tanh_shrink)
def _tanh_shrink(g: Graph, z: Any) -> str:
    return g.Sub(z, g.Tanh(z))


@renders(formulas.threshold)
def _threshold(g: Graph, z: Any, threshold: float = 0.0, default_value: float = 0.0) -> str:
    return g.Where(g.Greater(z, threshold), z, default_value)


@renders(formulas.sparsemax)
def _sparsemax(g: Graph, z: Any, axis: int = -1) -> str:
    axis = axis - 1 if axis > 0 else axis
    classes = z.shape[axis]
    order = [1] * (len(z.shape) + 1)
    axis = axis % len(z.shape) + 1
    order[axis] = classes
    by_size, _ = g.several("TopK", 2, z, [classes], axis=axis)
    count = np.arange(1, classes + 1, dtype=np.float32).reshape(order)
    excess = g.Div(g.Sub(g.CumSum(by_size, axis), 1.0), count)
    inside = g.Cast(g.Greater(by_size, excess), to=FLOAT)
    last = g.Mul(inside, count)  # excess rises and then falls: the last one inside is the one
    kept = g.ReduceMax(last, [axis], keepdims=1)
    t = g.ReduceSum(g.Where(g.Equal(last, kept), excess, 0.0), [axis], keepdims=1)
    return g.Relu(g.Sub(z, t))


@renders(formulas.glu)
def _glu(g: Graph, z: Any, axis: int = -1) -> str:
    u, v = g.several("Split", 2, z, axis=axis, num_outputs=2)
    return g.Mul(u, g.Sigmoid(v))
