"""Attention as nodes."""

from typing import Any

import numpy as np

from pellucid.interop.at_rest.program import Weight
from pellucid.interop.formulas import attention as formulas
from pellucid.interop.onnx_nodes.graph import Graph, Tensor, renders

MASKED = -1e9


@renders(formulas.dot_scores)
def _dot_scores(g: Graph, query: Tensor, key: Tensor, scale: Weight | None) -> str:
    order = list(range(len(key.shape) + 1))
    order[-2:] = order[-1], order[-2]
    scores = g.MatMul(query, g.Transpose(key, perm=order))
    return scores if scale is None else g.Mul(scores, scale)


@renders(formulas.tanh_scores)
def _tanh_scores(g: Graph, query: Tensor, key: Tensor, scale: Weight | None, c: Weight) -> str:
    sums = g.Add(g.Unsqueeze(query, [-2]), g.Unsqueeze(key, [-3]))
    felt = g.Tanh(sums if scale is None else g.Mul(sums, scale))
    return g.ReduceSum(g.Mul(felt, c), [-1], keepdims=0)


@renders(formulas.attend)
def _attend(
    g: Graph,
    scores: Any,
    value: Tensor,
    query_mask: Tensor | None,
    value_mask: Tensor | None,
    ahead: Weight | None,
) -> list[str]:
    if value_mask is not None:
        scores = g.Where(g.Unsqueeze(value_mask, [-2]), scores, g.Add(scores, MASKED))
    if ahead is not None:
        scores = g.Add(scores, np.where(ahead.array, np.float32(MASKED), np.float32(0)))
    weights = g.Softmax(scores, axis=-1)
    z = g.MatMul(weights, value)
    if query_mask is not None:
        z = g.Where(g.Unsqueeze(query_mask, [-1]), z, 0.0)
    return [z, weights]


@renders(formulas.attend_in_heads)
def _attend_in_heads(
    g: Graph,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    allowed: Any,
    rule: Weight | None,
    compare: str,
    combine: str,
    axes: int,
    scale: float,
    strict: bool,
) -> list[str]:
    scores = g.Einsum(g.Mul(q, scale), k, equation=compare)
    if rule is not None:
        allowed = rule if allowed is None else g.And(allowed, rule)
    if allowed is not None:
        scores = g.Where(allowed, scores, MASKED)
    if axes == 1:
        weights = g.Softmax(scores, axis=-1)
    else:
        rows = g.Shape(scores, start=0, end=-axes)
        flat = g.Softmax(g.Reshape(scores, g.Concat(rows, [-1], axis=0)), axis=-1)
        weights = g.Reshape(flat, g.Shape(scores))
    if allowed is not None and strict:
        weights = g.Where(allowed, weights, 0.0)
    return [g.Einsum(weights, v, equation=combine), weights]
