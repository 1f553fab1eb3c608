"""Products with weights, and tables, as nodes."""

import math

import numpy as np

from pellucid.interop.at_rest.program import Weight
from pellucid.interop.formulas import products as formulas
from pellucid.interop.onnx_nodes.graph import BOOL, FLOAT, INT32, INT64, Graph, Tensor, renders

NAN = np.float32("nan")


@renders(formulas.affine)
def _affine(g: Graph, x: Tensor, W: Weight, b: Weight | None) -> str:
    z = g.MatMul(x, W)
    return z if b is None else g.Add(z, b)


@renders(formulas.project)
def _project(g: Graph, x: Tensor, W: Weight, b: Weight | None, axes: int) -> str:
    taken = math.prod(W.array.shape[:axes])
    rows = x.shape[: len(x.shape) - axes]
    flat = Weight(W.path, W.array.reshape(taken, -1))
    z = g.MatMul(x if axes == 1 else g.Reshape(x, [0, *rows, taken]), flat)
    z = g.Reshape(z, [0, *rows, *W.array.shape[axes:]])
    return z if b is None else g.Add(z, b)


@renders(formulas.einsum)
def _einsum(g: Graph, x: Tensor, equation: str, W: Weight, b: Weight | None) -> str:
    z = g.Einsum(x, W, equation=equation)
    return z if b is None else g.Add(z, b)


@renders(formulas.as_ids)
def _as_ids(g: Graph, x: Tensor) -> str:
    return g.Cast(g.Round(x), to=INT32)


@renders(formulas.embed)
def _embed(g: Graph, ids: Tensor, E: Weight) -> str:
    whole = g.Cast(ids, to=INT64)
    known = _known(g, whole, len(E.array))
    rows = g.Gather(E, g.Where(known, whole, 0))
    return g.Where(g.Unsqueeze(known, [-1]), rows, NAN)


@renders(formulas.encode)
def _encode(g: Graph, ids: Tensor, categories: int, mode: str) -> str:
    whole = g.Unsqueeze(g.Cast(ids, to=INT64), [-1])
    z = g.Cast(g.Equal(whole, np.arange(categories)), to=FLOAT)
    known = g.Cast(_known(g, whole, categories), to=FLOAT)
    if ids.shape and mode != "one_hot":
        z = (g.ReduceMax if mode == "multi_hot" else g.ReduceSum)(z, [-2], keepdims=0)
        known = g.ReduceMin(known, [-2], keepdims=0)
    elif ids.shape and ids.shape[-1] == 1:
        z, known = g.Squeeze(z, [-2]), g.Squeeze(known, [-2])
    return g.Where(g.Cast(known, to=BOOL), z, NAN)


def _known(g: Graph, ids: str, count: int) -> str:
    return g.And(g.GreaterOrEqual(ids, 0), g.Less(ids, count))
