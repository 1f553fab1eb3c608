"""Metrics over right and wrong decisions: what accuracy hides when classes are unbalanced.

A decision is yes or no for each output. With a threshold it is yes above that, output by
output; without one, only the largest of several outputs is a yes. Positions between batch
and class count as examples.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.functions.metric import (
    METRICS,
    Metric,
    Outputs,
    Sums,
    Targets,
    Weight,
    one_hot,
    quotient,
    wide,
)

AVERAGES = ("micro", "macro", "weighted")
THRESHOLD = "an output above it means yes; None: the largest output does"
AVERAGE = "micro: all decisions as one; macro: mean over classes; weighted: by their rows"
CLASS_ID = "count this class only"


@config
class RateMetric(Metric, ABC):
    """A score made of the counts of right and wrong decisions, in one of three averages."""

    thresholds: float | None = option(default=0.5, about=THRESHOLD)
    average: str = option(default="micro", choices=AVERAGES, about=AVERAGE, kw_only=True)
    class_id: int | None = option(default=None, at_least=0, about=CLASS_ID, kw_only=True)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return decision_counts(y, a, weight, self.thresholds, self.class_id)

    def value(self, sums: Sums) -> Float[Array, ""]:
        if self.average == "micro":
            return self.rate({name: jnp.sum(count) for name, count in sums.items()})
        rates = self.rate(sums)
        if self.average == "macro":
            return jnp.mean(rates)
        rows = sums["true_positives"] + sums["false_negatives"]
        return quotient(jnp.sum(rates * rows), jnp.sum(rows))

    @abstractmethod
    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        """Return the score of each class, or of all decisions as one."""


@METRICS.register("precision")
@config
class Precision(RateMetric):
    """TP / (TP + FP): how many of the yeses were right."""

    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        right = counts["true_positives"]
        return quotient(right, right + counts["false_positives"])


@METRICS.register("recall", "sensitivity")
@config
class Recall(RateMetric):
    """TP / (TP + FN): how many of those that should be a yes were found."""

    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        found = counts["true_positives"]
        return quotient(found, found + counts["false_negatives"])


@METRICS.register("specificity")
@config
class Specificity(RateMetric):
    """TN / (TN + FP): how many of those that should be a no were left alone."""

    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        left = counts["true_negatives"]
        return quotient(left, left + counts["false_positives"])


@METRICS.register("f1_score", "f1")
@config
class F1Score(RateMetric):
    """2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall.

    One output is cut at 0.5 unless told otherwise. Keras calls `thresholds` `threshold`
    here, and gives one number a class unless told how to average.
    """

    thresholds: float | None = option(default=None, about=THRESHOLD)
    average: str = option(default="macro", choices=AVERAGES, about=AVERAGE, kw_only=True)

    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        twice = 2 * counts["true_positives"]
        return quotient(twice, twice + counts["false_positives"] + counts["false_negatives"])


@METRICS.register("balanced_accuracy")
@config
class BalancedAccuracy(Metric):
    """The mean recall over the classes that occur; of one output, that of yes and of no.

    A predictor that always gives the same class scores 1 / classes.
    """

    thresholds: float | None = option(default=None, about=THRESHOLD)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return decision_counts(y, a, weight, self.thresholds)

    def value(self, sums: Sums) -> Float[Array, ""]:
        found, missed = sums["true_positives"], sums["false_negatives"]
        if len(found) == 1:
            found = jnp.concatenate([found, sums["true_negatives"]])
            missed = jnp.concatenate([missed, sums["false_positives"]])
        occurs = wide(found + missed > 0)
        return quotient(jnp.sum(quotient(found, found + missed)), jnp.sum(occurs))


@config
class CountMetric(Metric, ABC):
    """How many decisions were of one kind, over all outputs; each counts its weight."""

    thresholds: float | None = option(default=0.5, about=THRESHOLD)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return decision_counts(y, a, weight, self.thresholds)


@METRICS.register("true_positives")
@config
class TruePositives(CountMetric):
    """How many yeses were right."""

    def value(self, sums: Sums) -> Float[Array, ""]:
        return jnp.sum(sums["true_positives"])


@METRICS.register("true_negatives")
@config
class TrueNegatives(CountMetric):
    """How many noes were right."""

    def value(self, sums: Sums) -> Float[Array, ""]:
        return jnp.sum(sums["true_negatives"])


@METRICS.register("false_positives")
@config
class FalsePositives(CountMetric):
    """How many yeses were wrong."""

    higher_is_better: ClassVar[bool] = False

    def value(self, sums: Sums) -> Float[Array, ""]:
        return jnp.sum(sums["false_positives"])


@METRICS.register("false_negatives")
@config
class FalseNegatives(CountMetric):
    """How many noes were wrong."""

    higher_is_better: ClassVar[bool] = False

    def value(self, sums: Sums) -> Float[Array, ""]:
        return jnp.sum(sums["false_negatives"])


def decision_counts(
    y: Targets,
    a: Outputs,
    weight: Weight,
    threshold: float | None,
    class_id: int | None = None,
) -> Sums:
    """Return true and false positives and negatives of each output.

    Without a threshold, one output alone is cut at 0.5, for it has no rival.
    """
    true = one_hot(y, a)
    if threshold is not None or a.shape[-1] == 1:
        said = (a > (0.5 if threshold is None else threshold)).astype(true.dtype)
    else:
        classes = jnp.arange(a.shape[-1], dtype="int32")
        largest = jnp.argmax(a, axis=-1)[..., None].astype("int32")
        said = (largest == classes).astype(true.dtype)
    if class_id is not None:
        true, said = true[..., class_id : class_id + 1], said[..., class_id : class_id + 1]
    each = weight.astype(true.dtype).reshape(-1, *[1] * (a.ndim - 1))
    axes = tuple(range(a.ndim - 1))
    return {
        "true_positives": jnp.sum(each * true * said, axes),
        "false_positives": jnp.sum(each * (1 - true) * said, axes),
        "false_negatives": jnp.sum(each * true * (1 - said), axes),
        "true_negatives": jnp.sum(each * (1 - true) * (1 - said), axes),
    }
