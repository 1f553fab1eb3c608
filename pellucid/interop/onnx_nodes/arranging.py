"""Numbers arranged anew, several inputs made one, and masks, as nodes."""

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.interop.at_rest.program import Weight
from pellucid.interop.formulas import arranging as formulas
from pellucid.interop.formulas import masking, merging
from pellucid.interop.formulas.normalization import unit
from pellucid.interop.onnx_nodes.graph import BOOL, FLOAT, Graph, Tensor, renders


@renders(formulas.reshape)
def _reshape(g: Graph, x: Tensor, sizes: Sequence[int]) -> str:
    return g.Reshape(x, [0, *sizes])  # 0 keeps the batch as it is


@renders(formulas.transpose)
def _transpose(g: Graph, x: Tensor, axes: Sequence[int]) -> str:
    return g.Transpose(x, perm=list(axes))


@renders(formulas.repeat_vector)
def _repeat_vector(g: Graph, x: Tensor, n: int) -> str:
    return g.Tile(g.Unsqueeze(x, [1]), [1, n, 1])


@renders(formulas.pad)
def _pad(g: Graph, x: Tensor, margins: Sequence[tuple[int, int]], value: float = 0.0) -> str:
    before, after = zip((0, 0), *margins, (0, 0), strict=True)
    return g.Pad(x, [*before, *after], float(value))


@renders(formulas.cut_out)
def _cut_out(g: Graph, x: Tensor, starts: Sequence[int], stops: Sequence[int]) -> str:
    return g.Slice(x, list(starts), list(stops), list(range(1, len(starts) + 1)))


@renders(formulas.enlarge)
def _enlarge(g: Graph, x: Tensor, factors: Sequence[int]) -> str:
    scales = np.array([1, *factors, 1], np.float32)
    settings = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return g.Resize(x, None, scales, mode="nearest", **settings)


@renders(formulas.resample)
def _resample(g: Graph, x: Tensor, R: Weight, C: Weight) -> str:
    rows = g.Einsum(R, x, equation="ri,bijc->brjc")
    return g.Einsum(C, rows, equation="sj,brjc->brsc")


@renders(formulas.turn_round)
def _turn_round(g: Graph, x: Tensor) -> str:
    return g.Slice(x, [-1], [-(2**62)], [1], [-1])


@renders(formulas.steps_as_rows)
def _steps_as_rows(g: Graph, x: Tensor) -> str:
    return g.Reshape(x, [-1, *x.shape[1:]])


@renders(formulas.rows_as_steps)
def _rows_as_steps(g: Graph, x: Tensor, steps: int) -> str:
    return g.Reshape(x, [-1, steps, *x.shape])


# Several inputs


@renders(merging.add)
def _add(g: Graph, *x: Tensor) -> str:
    return g.Sum(*x)


@renders(merging.subtract)
def _subtract(g: Graph, first: Tensor, second: Tensor) -> str:
    return g.Sub(first, second)


@renders(merging.multiply)
def _multiply(g: Graph, *x: Any) -> str:
    return functools.reduce(g.Mul, x)


@renders(merging.average)
def _average(g: Graph, *x: Tensor) -> str:
    return g.Mean(*x)


@renders(merging.maximum)
def _maximum(g: Graph, *x: Tensor) -> str:
    return g.Max(*x)


@renders(merging.minimum)
def _minimum(g: Graph, *x: Tensor) -> str:
    return g.Min(*x)


@renders(merging.concatenate)
def _concatenate(g: Graph, *x: Tensor, axis: int) -> str:
    return g.Concat(*x, axis=axis)


@renders(merging.dot)
def _dot(g: Graph, first: Tensor, second: Tensor, axes: tuple[int, int], normalize: bool) -> str:
    i, j = axes
    rest = [n for axis, n in enumerate(first.shape, 1) if axis != i]
    more = [n for axis, n in enumerate(second.shape, 1) if axis != j]
    one, two = (
        g.call(unit, v, axes=(a,)) if normalize else v
        for v, a in zip((first, second), axes, strict=True)
    )
    others = [axis for axis in range(1, len(first.shape) + 1) if axis != i]
    one = g.Transpose(one, perm=[0, *others, i])
    others = [axis for axis in range(1, len(second.shape) + 1) if axis != j]
    two = g.Transpose(two, perm=[0, j, *others])
    size = first.shape[i - 1]
    one = g.Reshape(one, [0, math.prod(rest), size])
    two = g.Reshape(two, [0, size, math.prod(more)])
    return g.Reshape(g.MatMul(one, two), [0, *(rest + more or [1])])


# Masks


@renders(masking.not_padding)
def _not_padding(g: Graph, ids: Tensor) -> str:
    return g.Cast(ids, to=BOOL)


@renders(masking.differs)
def _differs(g: Graph, x: Tensor, value: float) -> str:
    return _any(g, g.Not(g.Equal(x, float(value))))


@renders(masking.where_counts)
def _where_counts(g: Graph, x: Tensor, mask: Tensor, value: float = 0.0) -> str:
    return g.Where(_as_deep(g, mask, x), x, float(value))


@renders(masking.either)
def _either(g: Graph, *masks: Any) -> str:
    return functools.reduce(g.Or, masks)


@renders(masking.both)
def _both(g: Graph, *masks: Any) -> str:
    return functools.reduce(g.And, masks)


@renders(masking.place)
def _place(g: Graph, mask: Tensor, axes: tuple[int, ...]) -> str:
    return g.Unsqueeze(mask, list(axes))


@renders(masking.spread_mask)
def _spread_mask(g: Graph, mask: Tensor | None, x: Tensor) -> str:
    small = np.array(True) if mask is None else _as_deep(g, mask, x)
    return g.Expand(small, g.Shape(x))


@renders(masking.any_joined)
def _any_joined(g: Graph, *masks: Tensor, axis: int) -> str:
    return _any(g, g.Concat(*masks, axis=axis))


def _any(g: Graph, mask: str) -> str:
    return g.Cast(g.ReduceMax(g.Cast(mask, to=FLOAT), [-1], keepdims=0), to=BOOL)


def _as_deep(g: Graph, mask: Tensor, x: Tensor) -> Any:
    """Return a mask with as many axes as x."""
    missing = len(x.shape) - len(mask.shape)
    return g.Unsqueeze(mask, list(range(-missing, 0))) if missing else mask
