"""Attention, alone and in several heads."""

import math
from typing import Any

import numpy as np

from pellucid.base.types import Shape
from pellucid.interop.at_rest.lowering import lower, refuse
from pellucid.interop.at_rest.program import Site, Value
from pellucid.interop.formulas import activations, masking, merging
from pellucid.interop.formulas import attention as formulas
from pellucid.interop.formulas.products import project
from pellucid.layers.attention import AdditiveAttention, Attending, Attention, query_value
from pellucid.layers.multi_head_attention import MultiHeadAttention, equations


@lower.register(Attending)
def _attending(layer: Attending, site: Site, x: Any, mask: Any) -> Any:
    query, value, key = query_value(layer, x, isinstance(x, tuple))
    for_query, for_value = (None, None) if mask is None else mask[:2]
    shape = (*query.shape[:-1], key.shape[-2])
    scores = _scores(layer, site, query, key, shape)
    ahead = None
    if layer.use_causal_mask:
        ahead = site.weight("ahead", ~_causal(*shape[-2:]))
    z, weights = site.calls(
        formulas.attend,
        scores,
        value,
        for_query,
        for_value,
        shapes=[(*query.shape[:-1], value.shape[-1]), shape],
        ahead=ahead,
    )
    return (z, weights) if layer.return_attention_scores else z


def _scores(layer: Attending, site: Site, query: Value, key: Value, shape: Any) -> Value:
    scale = site.get("scale")
    if isinstance(layer, Attention) and layer.score_mode == "dot":
        return site.call(formulas.dot_scores, query, key, shape=shape, scale=scale)
    if isinstance(layer, Attention):
        weights = {"scale": scale, "c": site["concat_score_weight"]}
    elif isinstance(layer, AdditiveAttention):
        c = scale or site.weight("scale", np.ones((), np.float32))
        weights = {"scale": None, "c": c}
    else:
        refuse(layer, "it is a layer of your own, and known only as Python code")
    return site.call(formulas.tanh_scores, query, key, shape=shape, **weights)


@lower.register(MultiHeadAttention)
def _multi_head(layer: MultiHeadAttention, site: Site, x: Any, mask: Any) -> Any:
    query, value, keys = layer.three(x, True)
    q = _project(site, "query_dense", query)
    k, v = _project(site, "key_dense", keys), _project(site, "value_dense", value)
    along = layer.axes(query.shape)
    compare, combine = equations(len(q.shape) + 1, along)
    shape = _shape_of_scores(compare, q, k)
    allowed, rule = _allowed(layer, site, x, mask, shape, len(along))
    heads, weights = site.calls(
        formulas.attend_in_heads,
        q,
        k,
        v,
        allowed,
        shapes=[(*q.shape[:-1], v.shape[-1]), shape],
        rule=rule,
        compare=compare,
        combine=combine,
        axes=len(along),
        scale=1 / math.sqrt(layer.key_dim),
        strict=layer.explicit(len(shape) + 1),
    )
    if layer.use_gate:
        gate = _project(site, "gate_dense", query)
        gate = site.call(activations.sigmoid, gate, shape=gate.shape)
        heads = site.call(merging.multiply, heads, gate, shape=heads.shape)
    z = _project(site, "output_dense", heads, 2)
    return (z, weights) if layer.return_attention_scores else z


def _shape_of_scores(equation: str, q: Value, k: Value) -> Shape:
    """Return the sizes that the letters of an equation stand for."""
    taken, given = equation.split("->")
    letters = "".join(word[1:] for word in taken.split(","))  # the first one is the batch
    sizes = dict(zip(letters, (*q.shape, *k.shape), strict=True))
    return tuple(sizes[letter] for letter in given[1:])


def _project(site: Site, name: str, x: Value, axes: int = 1) -> Value:
    own = site.inside(name)
    W = own["kernel"]
    shape = (*x.shape[: len(x.shape) - axes], *W.array.shape[axes:])
    return site.call(project, x, shape=shape, W=W, b=own.get("bias"), axes=axes)


def _allowed(
    layer: MultiHeadAttention, site: Site, x: Any, mask: Any, scores: Any, along: int
) -> tuple[Value | None, Any]:
    """Return who may attend to whom: what masks say of each example, and what holds for all."""
    queries, keys = scores[-2:]
    fixed = np.ones((queries, keys), bool)
    if layer.use_causal_mask:
        fixed &= _causal(queries, keys)
    if layer.sliding_window is not None:
        apart = np.arange(queries)[:, None] - np.arange(keys)
        fixed &= np.abs(apart) < layer.sliding_window
    rule = None if fixed.all() else site.weight("allowed", fixed)
    padding = (None,) if mask is None else mask[: len(x) - layer.masked]
    rank = len(scores) + 1
    keys_count = (*range(1, rank - 1),)
    told = [(known, keys_count) for known in padding[1:] if known is not None]
    if padding[0] is not None:
        told.append((padding[0], (*range(1, rank - 2), rank - 1)))
    if layer.masked:
        known = site.call(masking.not_padding, x[-1], shape=x[-1].shape)
        told.append((known, (*range(1, rank - len(known.shape)),)))
    if told and along > 1:
        refuse(layer, "it has masks, and attends along several axes")
    rules = [_placed(site, known, axes) for known, axes in told]
    if len(rules) < 2:
        return (rules[0] if rules else None), rule
    return site.call(masking.both, *rules, shape=scores), rule


def _placed(site: Site, mask: Value, axes: tuple[int, ...]) -> Value:
    """Return a mask with axes of size 1 put in, so that it broadcasts against scores."""
    if not axes:
        return mask
    sizes = list(mask.shape)
    for axis in axes:
        sizes.insert(axis - 1, 1)
    return site.call(masking.place, mask, shape=tuple(sizes), axes=axes)


def _causal(queries: int, keys: int) -> np.ndarray:
    return np.arange(queries)[:, None] >= np.arange(keys)
