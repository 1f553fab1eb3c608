"""What the loss asks of each output, by hand: dJ/da, or dJ/dz where the two go together.

J is the mean over the batch of w_i C_i; C_i is an example's cost, itself a mean over its
positions (all axes between the batch and the outputs).
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Num

from pellucid.functions import losses as l
from pellucid.functions.activations import linear, sigmoid, softmax, step
from pellucid.functions.loss import SMALLEST
from pellucid.functions.reductions import SUM, WEIGHTED
from pellucid.inspection.byhand.slopes import Values
from pellucid.inspection.byhand.slopes import sigmoid as sigma

Targets: TypeAlias = Num[np.ndarray, "..."]


def _mean(found: Values) -> Values:
    return found / found.shape[-1]


def _inside(a: Values) -> Values:
    return np.clip(a, SMALLEST, 1 - SMALLEST)


def _in(a: Values) -> Bool[np.ndarray, "..."]:
    return (a >= SMALLEST) & (a <= 1 - SMALLEST)


def _huber(loss: Any, y: Targets, a: Values) -> Values:
    d = a - y
    return _mean(np.where(np.abs(d) <= loss.delta, d, loss.delta * np.sign(d)))


def _percentage(loss: Any, y: Targets, a: Values) -> Values:
    return _mean(100 * np.sign(a - y) / np.maximum(np.abs(y), SMALLEST))


def _logarithmic(loss: Any, y: Targets, a: Values) -> Values:
    log_a, log_y = (np.log1p(np.maximum(v, SMALLEST)) for v in (a, y))
    return _mean(2 * (log_a - log_y) / (1 + a) * (a > SMALLEST))


def _cosine(loss: Any, y: Targets, a: Values) -> Values:
    y_unit = y / np.maximum(np.linalg.norm(y, axis=-1, keepdims=True), SMALLEST)
    length = np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), SMALLEST)
    a_unit = a / length
    return -(y_unit - a_unit * np.sum(y_unit * a_unit, -1, keepdims=True)) / length


def _smooth(loss: Any, y: Targets, classes: int) -> Values:
    share = getattr(loss, "label_smoothing", 0.0)
    return y * (1 - share) + share / classes


def _one_hot(loss: Any, y: Targets, classes: int) -> Values:
    """Return labels as rows of 0 and 1; a label that costs nothing as a row of 0."""
    rows = (y[..., None] == np.arange(classes)).astype(float)
    return rows if loss.ignores is None else rows * (y != loss.ignores)[..., None]


def _binary(loss: Any, y: Targets, a: Values) -> Values:
    if loss.from_logits:
        return _mean(sigma(a) - _smooth(loss, y, 2))
    p = _inside(a)
    return _mean((p - _smooth(loss, y, 2)) / (p * (1 - p)) * _in(a))


def _of_probabilities(y: Values, a: Values) -> Values:
    """Return d/da of -sum_k y_k log(a_k / sum_j a_j)."""
    total = a.sum(-1, keepdims=True)
    p = a / total
    pull = -y / _inside(p) * _in(p)
    return (pull - np.sum(pull * p, -1, keepdims=True)) / total


def _softmax(a: Values) -> Values:
    raised = np.exp(a - a.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


def _minus(y: Values, a: Values) -> Values:
    """Return d/dz of -sum_k y_k log softmax(z)_k: a sum(y) - y."""
    return a * y.sum(-1, keepdims=True) - y


def _categorical(loss: Any, y: Targets, a: Values) -> Values:
    y = _smooth(loss, y, y.shape[-1])
    return _minus(y, _softmax(a)) if loss.from_logits else _of_probabilities(y, a)


def _sparse(loss: Any, y: Targets, a: Values) -> Values:
    y = _one_hot(loss, y, a.shape[-1])
    return _minus(y, _softmax(a)) if loss.from_logits else _of_probabilities(y, a)


def _poisson(loss: Any, y: Targets, a: Values) -> Values:
    return _mean(1 - y / (a + SMALLEST))


def _divergence(loss: Any, y: Targets, a: Values) -> Values:
    return -np.clip(y, SMALLEST, 1) / np.clip(a, SMALLEST, 1) * ((a >= SMALLEST) & (a <= 1))


def _signed(y: Targets) -> Values:
    return np.where(y == 0, -1.0, y)


def _hinge(loss: Any, y: Targets, a: Values) -> Values:
    return _mean(-_signed(y) * (1 - _signed(y) * a > 0))


def _squared_hinge(loss: Any, y: Targets, a: Values) -> Values:
    return _mean(-2 * _signed(y) * np.maximum(1 - _signed(y) * a, 0))


def _categorical_hinge(loss: Any, y: Targets, a: Values) -> Values:
    wrong = (1 - y) * a
    is_worst = wrong == wrong.max(-1, keepdims=True)
    share = (1 - y) * is_worst / is_worst.sum(-1, keepdims=True)
    costs = 1 + wrong.max(-1, keepdims=True) - np.sum(y * a, -1, keepdims=True) > 0
    return (share - y) * costs


# dC/da of one position, from its target and output.
BY_OUTPUT: Mapping[type, Callable[[Any, Targets, Values], Values]] = {
    l.Quadratic: lambda loss, y, a: a - y,
    l.SquaredError: lambda loss, y, a: 2 * (a - y),
    l.MeanSquaredError: lambda loss, y, a: _mean(2 * (a - y)),
    l.MeanAbsoluteError: lambda loss, y, a: _mean(np.sign(a - y)),
    l.MeanAbsolutePercentageError: _percentage,
    l.MeanSquaredLogarithmicError: _logarithmic,
    l.Huber: _huber,
    l.LogCosh: lambda loss, y, a: _mean(np.tanh(a - y)),
    l.CosineSimilarity: _cosine,
    l.BinaryCrossentropy: _binary,
    l.CategoricalCrossentropy: _categorical,
    l.SparseCategoricalCrossentropy: _sparse,
    l.KLDivergence: _divergence,
    l.Poisson: _poisson,
    l.Hinge: _hinge,
    l.SquaredHinge: _squared_hinge,
    l.CategoricalHinge: _categorical_hinge,
}
# dC/dz of one position where the loss is linked to the activation: y - a, up to a factor.
BY_LINK: Mapping[tuple[type, Any], Callable[[Any, Targets, Values], Values]] = {
    (l.BinaryCrossentropy, sigmoid): lambda loss, y, a: _mean(a - _smooth(loss, y, 2)),
    (l.CategoricalCrossentropy, softmax): lambda loss, y, a: _minus(
        _smooth(loss, y, y.shape[-1]), a
    ),
    (l.SparseCategoricalCrossentropy, softmax): lambda loss, y, a: _minus(
        _one_hot(loss, y, a.shape[-1]), a
    ),
    (l.KLDivergence, softmax): lambda loss, y, a: _minus(np.clip(y, SMALLEST, 1), a),
    (l.Perceptron, step): lambda loss, y, a: a - y,
}


def has_rule(loss: Any, nonlinearity: Any) -> bool:
    """Return whether the slope of a loss is known by hand."""
    inner = getattr(loss, "inner", loss)
    linked = loss.link is nonlinearity
    return type(inner) in BY_OUTPUT or (linked and (type(inner), nonlinearity) in BY_LINK)


def is_linked(loss: Any, nonlinearity: Any) -> bool:
    """Return whether the loss and the last activation are differentiated together."""
    inner = getattr(loss, "inner", loss)
    return (
        loss.link is nonlinearity
        and nonlinearity is not linear
        and (
            type(inner),
            nonlinearity,
        )
        in BY_LINK
    )


def pull(
    loss: Any,
    nonlinearity: Any,
    y: Targets,
    a: Values,
    weight: Float[np.ndarray, "..."],
    mask: Bool[np.ndarray, "..."] | None,
) -> Values:
    """Return dJ/da of one output, or dJ/dz where `is_linked`.

    `weight` has a number for each row, or for each of its positions.
    """
    inner = getattr(loss, "inner", loss)
    axes = weight.ndim if mask is None else max(weight.ndim, mask.ndim)
    weight = np.asarray(_deepened(weight, axes), float)
    weight = np.broadcast_to(weight, a.shape[:axes])
    if mask is not None:
        weight = weight * _deepened(mask, axes)
    if is_linked(loss, nonlinearity):
        found = BY_LINK[type(inner), nonlinearity](inner, y, a)
    else:
        found = BY_OUTPUT[type(inner)](inner, y, a)
    positions = math.prod(a.shape[axes:-1])  # inside one example, whose cost is their mean
    share = weight * _emphasis(loss, y, weight, mask) / weight.size
    return found * _deepened(share, a.ndim) / positions


def _emphasis(loss: Any, y: Targets, weight: Values, mask: Any) -> float:
    """Return what the mean over a batch is multiplied by, to be the reduction asked for."""
    reduction = getattr(loss, "reduction", None)
    if reduction == SUM:
        positions = y.shape if loss.targets == "labels" else (y.shape[:-1] or y.shape)
        return float(math.prod(positions))
    counts = None if loss.ignores is None else y != loss.ignores
    if reduction == WEIGHTED:
        if counts is not None:
            weight = _deepened(weight, counts.ndim) * counts
        total = weight.sum()
        return weight.size / total if total else 0.0
    if mask is not None:
        counts = mask if counts is None else counts & _deepened(mask, counts.ndim)
    return 1.0 if counts is None else counts.size / max(int(counts.sum()), 1)


def _deepened(array: Values, axes: int) -> Values:
    """Return an array with axes of size 1 after its own, up to `axes` of them."""
    return array.reshape(*array.shape, *(1,) * (axes - array.ndim))
