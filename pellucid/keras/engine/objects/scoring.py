"""Accuracies and correlations, place by place, as Keras's functions give them."""

from typing import Any

import jax.numpy as jnp

from pellucid.keras.engine.base.settings import epsilon
from pellucid.keras.engine.objects.ranks import same_rank


def accuracy(y: Any, a: Any) -> Any:
    """1 where y and a are equal, else 0."""
    y, a = same_rank(y.astype(a.dtype), a)
    return (y == a).astype("float32")


def binary_accuracy(y: Any, a: Any, *, threshold: float = 0.5) -> Any:
    """1 where a is on the same side of the threshold as y, which is 0 or 1, else 0."""
    y, a = same_rank(y, a)
    return (y == (a > threshold).astype(y.dtype)).astype("float32")


def categorical_accuracy(y: Any, a: Any) -> Any:
    """1 where the largest output is that of the true class, y one-hot, else 0."""
    return (jnp.argmax(y, axis=-1) == jnp.argmax(a, axis=-1)).astype("float32")


def sparse_categorical_accuracy(y: Any, a: Any) -> Any:
    """1 where the largest output is that of the true class, y an index, else 0."""
    y = y[..., 0] if y.ndim == a.ndim and y.shape[-1] == 1 else y
    largest = jnp.argmax(a, axis=-1)
    return (y.astype(largest.dtype) == largest).astype("float32")


def top_k_categorical_accuracy(y: Any, a: Any, *, k: int = 5) -> Any:
    """1 where the true class is among the k largest outputs, y one-hot, else 0."""
    return sparse_top_k_categorical_accuracy(jnp.argmax(y, axis=-1), a, k=k)


def sparse_top_k_categorical_accuracy(
    y: Any, a: Any, *, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """1 where the true class is among the k largest outputs, y an index, else 0.

    `from_sorted_ids`: a holds the classes themselves, the likeliest first.
    """
    y = y[..., 0] if y.ndim == a.ndim and y.shape[-1] == 1 else y
    if from_sorted_ids:
        return jnp.any(y[..., None].astype(a.dtype) == a[..., :k], axis=-1).astype("float32")
    at_label = jnp.take_along_axis(a, y.astype("int32")[..., None], axis=-1)
    return (jnp.sum(a > at_label, axis=-1) < k).astype("float32")


def pearson_correlation(y: Any, a: Any, *, axis: int = -1) -> Any:
    """The mean product of y and a, each brought to mean 0 and deviation 1 along an axis."""
    y, a = same_rank(y.astype(a.dtype), a)

    def normal(x: Any) -> Any:
        x = x - jnp.mean(x, axis, keepdims=True)
        return x / jnp.std(x, axis, keepdims=True)

    return jnp.mean(normal(y) * normal(a), axis)


def concordance_correlation(y: Any, a: Any, *, axis: int = -1) -> Any:
    """2 cov / (var y + var a + (mean y - mean a)^2) along an axis: agreement, not only a line.

    cov is the mean of (y - mean a)(a - mean a), which is the covariance, as in Keras.
    """
    y, a = same_rank(y.astype(a.dtype), a)
    mean_y, mean_a = jnp.mean(y, axis, keepdims=True), jnp.mean(a, axis, keepdims=True)
    spread = jnp.var(y, axis, keepdims=True) + jnp.var(a, axis, keepdims=True)
    below = spread + jnp.square(mean_y - mean_a) + epsilon()
    return jnp.mean(2 * (y - mean_a) * (a - mean_a) / below, axis)


def cosine_similarity(y: Any, a: Any, *, axis: int = -1) -> Any:
    """The cosine between y and a along an axis: 1 where they point the same way."""
    y, a = same_rank(y.astype(a.dtype), a)

    def unit(x: Any) -> Any:
        square = jnp.sum(jnp.square(x), axis, keepdims=True)
        return x / jnp.sqrt(jnp.maximum(square, 1e-12))

    return jnp.sum(unit(y) * unit(a), axis)
