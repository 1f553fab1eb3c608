"""Accuracies: the share of examples that are right."""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from pellucid.base.config import config, option
from pellucid.functions.metric import (
    METRICS,
    Metric,
    Outputs,
    Sums,
    Targets,
    Weight,
    labels,
    mean_sums,
    mean_value,
    one_hot,
    wide,
)


@METRICS.register("accuracy", "acc")
@config
class Accuracy(Metric):
    """The share of right answers: of yes-or-no ones if there is one output, else of classes."""

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        right = _right_answers(y, a, 0.5) if a.shape[-1] == 1 else _right_classes(y, a)
        return mean_sums(right, weight)

    def value(self, sums: Sums) -> Float[Array, ""]:
        return mean_value(sums)


@METRICS.register("binary_accuracy")
@config
class BinaryAccuracy(Metric):
    """The share of outputs on the same side of the threshold as their target, 0 or 1."""

    threshold: float = option(default=0.5, about="an output above it means yes")

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return mean_sums(_right_answers(y, a, self.threshold), weight)

    def value(self, sums: Sums) -> Float[Array, ""]:
        return mean_value(sums)


@METRICS.register("sign_accuracy")
@config
class SignAccuracy(Metric):
    """The share of outputs with the sign of their target, -1 or 1 (0 is read as -1)."""

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return mean_sums((one_hot(y, a) > 0) == (a > 0), weight)

    def value(self, sums: Sums) -> Float[Array, ""]:
        return mean_value(sums)


@METRICS.register("categorical_accuracy")
@config
class CategoricalAccuracy(Metric):
    """The share of examples whose largest output is that of the true class, y one-hot."""

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return mean_sums(_right_classes(y, a), weight)

    def value(self, sums: Sums) -> Float[Array, ""]:
        return mean_value(sums)


@METRICS.register("sparse_categorical_accuracy")
@config
class SparseCategoricalAccuracy(Metric):
    """The share of examples whose largest output is that of the true class, y an index."""

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return mean_sums(_right_classes(y, a), weight)

    def value(self, sums: Sums) -> Float[Array, ""]:
        return mean_value(sums)


@METRICS.register("top_k_categorical_accuracy")
@config
class TopKCategoricalAccuracy(Metric):
    """The share of examples whose true class is among the k largest outputs, y one-hot."""

    k: int = option(default=5, above=0, about="how many guesses count")

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return mean_sums(_among_largest(y, a, self.k), weight)

    def value(self, sums: Sums) -> Float[Array, ""]:
        return mean_value(sums)


@METRICS.register("sparse_top_k_categorical_accuracy")
@config
class SparseTopKCategoricalAccuracy(Metric):
    """The share of examples whose true class is among the k largest outputs, y an index."""

    k: int = option(default=5, above=0, about="how many guesses count")

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return mean_sums(_among_largest(y, a, self.k), weight)

    def value(self, sums: Sums) -> Float[Array, ""]:
        return mean_value(sums)


def _right_answers(y: Targets, a: Outputs, threshold: float) -> Bool[Array, "batch ..."]:
    return wide(a > threshold) == one_hot(y, a)


def _right_classes(y: Targets, a: Outputs) -> Bool[Array, "batch ..."]:
    true = labels(y, a)
    return jnp.argmax(a, axis=-1).astype(true.dtype) == true


def _among_largest(y: Targets, a: Outputs, k: int) -> Bool[Array, "batch ..."]:
    at_label = jnp.take_along_axis(a, labels(y, a)[..., None], axis=-1)
    return jnp.sum(a > at_label, axis=-1) < k
