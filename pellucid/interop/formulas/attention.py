"""Attention: every position of one sequence takes what it looks for from another."""

import numpy as np

from pellucid.interop.formulas.activations import softmax


def dot_scores(query: np.ndarray, key: np.ndarray, scale: np.ndarray | None) -> np.ndarray:
    """Scores = scale (query . key)"""
    scores = query @ np.swapaxes(key, -1, -2)
    return scores if scale is None else scores * scale


def tanh_scores(
    query: np.ndarray, key: np.ndarray, scale: np.ndarray | None, c: np.ndarray
) -> np.ndarray:
    """Scores = the sum over the features of c tanh(scale (query + key))"""
    sums = query[..., :, None, :] + key[..., None, :, :]
    return (c * np.tanh(sums if scale is None else sums * scale)).sum(-1)


def attend(
    scores: np.ndarray,
    value: np.ndarray,
    query_mask: np.ndarray | None,
    value_mask: np.ndarray | None,
    ahead: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """z = weights value, weights = softmax(scores), where what does not count gets nothing

    `ahead` is (queries, keys), True where a query must not look.
    """
    if value_mask is not None:
        scores = np.where(value_mask[..., None, :], scores, scores - 1e9)
    if ahead is not None:
        scores = np.where(ahead, scores - 1e9, scores)
    weights = softmax(scores)
    z = weights @ value
    return (z if query_mask is None else np.where(query_mask[..., None], z, 0)), weights


def attend_in_heads(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    allowed: np.ndarray | None,
    rule: np.ndarray | None,
    compare: str,
    combine: str,
    axes: int,
    scale: float,
    strict: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Heads = weights v, weights = softmax(scale q k'), over the last `axes` axes

    `allowed` says who may attend to whom in each example, `rule` in all of them. With
    `strict`, a query that may attend to nothing gets 0, not the average of v.
    """
    scores = np.einsum(compare, q * scale, k)
    if rule is not None:
        allowed = rule if allowed is None else allowed & rule
    if allowed is not None:
        scores = np.where(allowed, scores, -1e9)
    flat = scores.reshape(*scores.shape[: scores.ndim - axes], -1)
    weights = softmax(flat).reshape(scores.shape)
    if allowed is not None and strict:
        weights = np.where(allowed, weights, 0)
    return np.einsum(combine, weights, v), weights
