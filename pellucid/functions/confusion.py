"""Metrics over right and wrong decisions: what accuracy hides when classes are unbalanced.

A decision is yes or no for each output. With a threshold it is yes above that, output by
output; without one, only the largest of several outputs is a yes. Several thresholds give
several scores, one for each. Positions between batch and class count as examples.

Source: Keras 3.15.1, keras/src/metrics (confusion_metrics.py, f_score_metrics.py).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, TypeAlias

import jax
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
    one_hot,
    quotient,
    wide,
)

AVERAGES = ("micro", "macro", "weighted", None)
THRESHOLD = "an output above it means yes; None: the largest output does"
AVERAGE = (
    "micro: all decisions as one; macro: mean over classes; weighted: by their rows; None: each"
)
CLASS_ID = "count this class only"
TOP_K = "only that many of the largest outputs can mean yes"

Levels: TypeAlias = float | Sequence[float] | None  # one threshold, or several


def one_or_more(levels: Any) -> Any:
    """Return thresholds in one spelling: a tuple of several, one as itself."""
    if not isinstance(levels, Iterable) or isinstance(levels, str):
        return levels
    several = tuple(float(level) for level in levels)
    return several[0] if len(several) == 1 else several


@config
class RateMetric(Metric, ABC):
    """A score made of the counts of right and wrong decisions, averaged over classes or not."""

    @abstractmethod
    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        """Return the score of each class, or of all decisions as one."""


@config
class ThresholdMetric(RateMetric, ABC):
    """A rate over all decisions as one, unless told to average over classes."""

    thresholds: Levels = option(default=0.5, convert=one_or_more, about=THRESHOLD)
    top_k: int | None = option(default=None, above=0, about=TOP_K, kw_only=True)
    class_id: int | None = option(default=None, at_least=0, about=CLASS_ID, kw_only=True)
    average: str | None = option(default="micro", choices=AVERAGES, about=AVERAGE, kw_only=True)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return decision_counts(y, a, weight, self.thresholds, self.class_id, self.top_k)

    def value(self, sums: Sums) -> Float[Array, "..."]:
        return averaged(self, sums, self.average)


def averaged(metric: RateMetric, sums: Sums, average: str | None) -> Float[Array, "..."]:
    """Return a rate over the last axis of counts, the classes, in one of the averages."""
    if average == "micro":
        return metric.rate({name: jnp.sum(count, axis=-1) for name, count in sums.items()})
    rates = metric.rate(sums)
    if average == "weighted":
        rows = sums["true_positives"] + sums["false_negatives"]
        return quotient(jnp.sum(rates * rows, axis=-1), jnp.sum(rows, axis=-1))
    return rates if average is None else jnp.mean(rates, axis=-1)


@METRICS.register("precision")
@config
class Precision(ThresholdMetric):
    """TP / (TP + FP): how many of the yeses were right."""

    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        right = counts["true_positives"]
        return quotient(right, right + counts["false_positives"])


@METRICS.register("recall", "sensitivity")
@config
class Recall(ThresholdMetric):
    """TP / (TP + FN): how many of those that should be a yes were found."""

    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        found = counts["true_positives"]
        return quotient(found, found + counts["false_negatives"])


@METRICS.register("specificity")
@config
class Specificity(ThresholdMetric):
    """TN / (TN + FP): how many of those that should be a no were left alone."""

    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        left = counts["true_negatives"]
        return quotient(left, left + counts["false_positives"])


@METRICS.register("fbeta_score")
@config
class FBetaScore(RateMetric):
    """(1 + beta^2) TP / ((1 + beta^2) TP + beta^2 FN + FP): recall counts beta times as much.

    One output is cut at 0.5 unless told otherwise. Keras gives one number a class unless
    told how to average.
    """

    average: str | None = option(default="macro", choices=AVERAGES, about=AVERAGE)
    beta: float = option(default=1.0, above=0, about="how much recall counts against precision")
    threshold: float | None = option(default=None, about=THRESHOLD)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return decision_counts(y, a, weight, self.threshold)

    def value(self, sums: Sums) -> Float[Array, "..."]:
        return averaged(self, sums, self.average)

    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        return f_rate(counts, self.beta)


@METRICS.register("f1_score", "f1")
@config
class F1Score(RateMetric):
    """2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall.

    One output is cut at 0.5 unless told otherwise. Keras gives one number a class unless
    told how to average.
    """

    average: str | None = option(default="macro", choices=AVERAGES, about=AVERAGE)
    threshold: float | None = option(default=None, about=THRESHOLD)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return decision_counts(y, a, weight, self.threshold)

    def value(self, sums: Sums) -> Float[Array, "..."]:
        return averaged(self, sums, self.average)

    def rate(self, counts: Sums) -> Float[Array, "*classes"]:
        return f_rate(counts, 1.0)


def f_rate(counts: Sums, beta: float) -> Float[Array, "*classes"]:
    """Return the weighted harmonic mean of precision and recall."""
    right = (1 + beta**2) * counts["true_positives"]
    wrong = beta**2 * counts["false_negatives"] + counts["false_positives"]
    return quotient(right, right + wrong)


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

    thresholds: Levels = option(default=0.5, convert=one_or_more, about=THRESHOLD)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return decision_counts(y, a, weight, self.thresholds)


@METRICS.register("true_positives")
@config
class TruePositives(CountMetric):
    """How many yeses were right."""

    def value(self, sums: Sums) -> Float[Array, "..."]:
        return jnp.sum(sums["true_positives"], axis=-1)


@METRICS.register("true_negatives")
@config
class TrueNegatives(CountMetric):
    """How many noes were right."""

    def value(self, sums: Sums) -> Float[Array, "..."]:
        return jnp.sum(sums["true_negatives"], axis=-1)


@METRICS.register("false_positives")
@config
class FalsePositives(CountMetric):
    """How many yeses were wrong."""

    higher_is_better: ClassVar[bool] = False

    def value(self, sums: Sums) -> Float[Array, "..."]:
        return jnp.sum(sums["false_positives"], axis=-1)


@METRICS.register("false_negatives")
@config
class FalseNegatives(CountMetric):
    """How many noes were wrong."""

    higher_is_better: ClassVar[bool] = False

    def value(self, sums: Sums) -> Float[Array, "..."]:
        return jnp.sum(sums["false_negatives"], axis=-1)


def decision_counts(
    y: Targets,
    a: Outputs,
    weight: Weight,
    thresholds: Levels,
    class_id: int | None = None,
    top_k: int | None = None,
) -> Sums:
    """Return true and false positives and negatives: (classes,), or (thresholds, classes).

    Without a threshold, one output alone is cut at 0.5, for it has no rival.
    """
    true, said = one_hot(y, a), decisions(a, thresholds, top_k).astype(wide(a).dtype)
    if said.ndim > true.ndim:
        true = true[..., None, :]
    if class_id is not None:
        true, said = true[..., class_id : class_id + 1], said[..., class_id : class_id + 1]
    each = weight.astype(said.dtype).reshape(-1, *[1] * (said.ndim - 1))
    axes = tuple(range(a.ndim - 1))
    return {
        "true_positives": jnp.sum(each * true * said, axes),
        "false_positives": jnp.sum(each * (1 - true) * said, axes),
        "false_negatives": jnp.sum(each * true * (1 - said), axes),
        "true_negatives": jnp.sum(each * (1 - true) * (1 - said), axes),
    }


def decisions(a: Outputs, thresholds: Levels, top_k: int | None = None) -> Bool[Array, "..."]:
    """Return which outputs mean yes; several thresholds get an axis of their own, the last but one.

    `top_k` alone: the largest outputs do, however small; with thresholds, those above them.
    """
    if top_k is None and thresholds is None and a.shape[-1] == 1:
        return a > 0.5
    if top_k is not None or thresholds is None:
        allowed = _largest(a, top_k or 1)
        if thresholds is None:
            return allowed
        a = jnp.where(allowed, a, -jnp.inf)
    if isinstance(thresholds, Sequence):
        return a[..., None, :] > jnp.asarray(thresholds, a.dtype)[:, None]
    return a > thresholds


def _largest(a: Outputs, k: int) -> Bool[Array, "batch ... classes"]:
    classes = jnp.arange(a.shape[-1], dtype="int32")
    if k == 1:
        return jnp.argmax(a, axis=-1)[..., None].astype("int32") == classes
    _, places = jax.lax.top_k(a, min(k, a.shape[-1]))
    return jnp.any(places[..., None] == classes, axis=-2)
