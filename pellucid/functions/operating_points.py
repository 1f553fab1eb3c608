"""Metrics at the best threshold that keeps a promise: the largest of one rate, given another.

Source: Keras 3.15.1, keras/src/metrics/confusion_metrics.py.
"""

from abc import ABC, abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.functions.bins import Counts, Rates, beyond, in_bins
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

WANTED = "what must be reached, from 0 to 1"


@config
class PointMetric(Metric, ABC):
    """The largest value of one rate over the thresholds at which another is large enough.

    Thresholds are evenly spaced from 0 to 1; it is 0 where none does. All outputs are pooled.
    """

    num_thresholds: int = option(default=200, above=0, about="how fine", kw_only=True)
    class_id: int | None = option(
        default=None, at_least=0, about="count this class only", kw_only=True
    )

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        yes, a = one_hot(y, a) != 0, jnp.clip(wide(a), 0, 1)
        if self.class_id is not None:
            yes, a = (part[..., self.class_id : self.class_id + 1] for part in (yes, a))
        # how many thresholds it is above; one alone is 0.5
        above = a > 0.5 if self.num_thresholds == 1 else jnp.ceil(a * (self.num_thresholds - 1))
        each = jnp.broadcast_to(weight.astype(a.dtype).reshape(-1, *[1] * (a.ndim - 1)), a.shape)
        yes, place, each = (part.reshape(-1, 1) for part in (yes, above.astype("int32"), each))
        return in_bins(yes, place, each, self.num_thresholds + 1)

    def value(self, sums: Sums) -> Float[Array, ""]:
        given, wanted, kept = self.rates(beyond(sums["positives"]), beyond(sums["negatives"]))
        return jnp.max(jnp.where(given >= wanted, kept, 0), initial=0)

    @abstractmethod
    def rates(self, found: Counts, false: Counts) -> tuple[Rates, float, Rates]:
        """Return the rate that is promised, what it must reach, and the rate that is scored.

        `found` and `false` are right and wrong yeses above each threshold, all rows first.
        """


@METRICS.register("sensitivity_at_specificity")
@config
class SensitivityAtSpecificity(PointMetric):
    """The largest TP / (TP + FN) where TN / (TN + FP) is at least `specificity`."""

    specificity: float = option(at_least=0, at_most=1, about=WANTED)

    def rates(self, found: Counts, false: Counts) -> tuple[Rates, float, Rates]:
        return _left(false), self.specificity, _recall(found)


@METRICS.register("specificity_at_sensitivity")
@config
class SpecificityAtSensitivity(PointMetric):
    """The largest TN / (TN + FP) where TP / (TP + FN) is at least `sensitivity`."""

    sensitivity: float = option(at_least=0, at_most=1, about=WANTED)

    def rates(self, found: Counts, false: Counts) -> tuple[Rates, float, Rates]:
        return _recall(found), self.sensitivity, _left(false)


@METRICS.register("precision_at_recall")
@config
class PrecisionAtRecall(PointMetric):
    """The largest TP / (TP + FP) where TP / (TP + FN) is at least `recall`."""

    recall: float = option(at_least=0, at_most=1, about=WANTED)

    def rates(self, found: Counts, false: Counts) -> tuple[Rates, float, Rates]:
        return _recall(found), self.recall, _precision(found, false)


@METRICS.register("recall_at_precision")
@config
class RecallAtPrecision(PointMetric):
    """The largest TP / (TP + FN) where TP / (TP + FP) is at least `precision`."""

    precision: float = option(at_least=0, at_most=1, about=WANTED)

    def rates(self, found: Counts, false: Counts) -> tuple[Rates, float, Rates]:
        return _precision(found, false), self.precision, _recall(found)


def _recall(found: Counts) -> Rates:
    return quotient(found[1:], found[:1])


def _left(false: Counts) -> Rates:
    return quotient(false[:1] - false[1:], false[:1])


def _precision(found: Counts, false: Counts) -> Rates:
    return quotient(found[1:], found[1:] + false[1:])
