"""Losses that are no mean over examples' costs, or whose targets are of a shape of their own.

Source: Keras 3.15.1, keras/src/losses/losses.py (formulas and defaults).
"""

from typing import Any

import jax
import jax.numpy as jnp

from pellucid.base.errors import ShapeError, explain
from pellucid.keras.engine.base.settings import epsilon
from pellucid.optimizers.borrowed import optax


def dice(y: Any, a: Any, *, axis: Any = None) -> Any:
    """C = 1 - 2 sum y a / (sum y + sum a): how little two regions overlap."""
    y = y.astype(a.dtype)
    below = jnp.sum(y, axis) + jnp.sum(a, axis) + epsilon()
    return 1 - 2 * jnp.sum(y * a, axis) / below


def tversky(y: Any, a: Any, *, alpha: float, beta: float, axis: Any = None) -> Any:
    """C = 1 - TP / (TP + alpha sum y (1 - a) + beta sum (1 - y) a), with TP = sum y a."""
    y = y.astype(a.dtype)
    both = jnp.sum(y * a, axis)
    missed, false = jnp.sum(y * (1 - a), axis), jnp.sum((1 - y) * a, axis)
    return 1 - both / (both + alpha * missed + beta * false + epsilon())


def circle(
    y: Any,
    a: Any,
    *,
    remove_diagonal: bool,
    gamma: float,
    margin: float,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
) -> Any:
    """C = softplus of the two log-sum-exps over pairs of the same and of different classes.

    a holds rows of length 1, y their classes; d = 1 - cosine is the distance of a pair. A
    pair of one class has exponent -gamma (margin + d)(margin - d), one of two classes
    gamma (1 + margin - d)(1 - margin - d), where first factors below 0 count as 0.
    """
    others = a if ref_embeddings is None else jnp.asarray(ref_embeddings)
    labels = y if ref_labels is None else jnp.asarray(ref_labels)
    far = jnp.maximum(1 - a @ others.T, 0)
    same = y.reshape(-1, 1).astype("int32") == labels.reshape(1, -1).astype("int32")
    alike = same & ~jnp.eye(*same.shape, dtype=bool) if remove_diagonal else same
    pull = -gamma * jnp.maximum(margin + far, 0) * (margin - far)
    push = gamma * jnp.maximum(1 + margin - far, 0) * (1 - margin - far)
    log_pull = jax.nn.logsumexp(jnp.where(alike, pull, -jnp.inf), axis=1)
    log_push = jax.nn.logsumexp(jnp.where(~same, push, -jnp.inf), axis=1)
    return jax.nn.softplus(log_pull + log_push)


def ctc(y: Any, a: Any) -> Any:
    """C = -log of the probability of all alignments of the labels y with the logits a.

    y is (batch, length) with 0 for "no label", a (batch, steps, classes).

    Raises:
        ShapeError: y or a has another number of axes.
    """
    if y.ndim != 2 or a.ndim != 3:
        what = "CTC was given arrays of the wrong rank."
        expected = "y_true (batch, length), y_pred (batch, steps, classes)"
        raise ShapeError(explain(what, got=f"{y.shape}, {a.shape}", expected=expected))
    nothing = jnp.zeros(a.shape[:2], a.dtype)
    return optax().ctc_loss(a, nothing, y.astype("int32"), (y == 0).astype(a.dtype))


def generalized(y: Any, a: Any, *, q: float) -> Any:
    """C = (1 - p^q) / q, where p is the probability of the true class, y its index."""
    y = y[..., 0] if y.ndim == a.ndim and y.shape[-1] == 1 else y
    p = jnp.sum(a * jax.nn.one_hot(y.astype("int32"), a.shape[-1], dtype=a.dtype), axis=-1)
    return (1 - jnp.power(p, q)) / q
