"""The area under a curve over all thresholds, from sums that add up.

Source: Keras 3.15.1, keras/src/metrics/confusion_metrics.py (the curves and their sums).
"""

from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ShapeError, explain
from pellucid.functions.activations import sigmoid
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

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "minoring", "majoring")


def in_order(thresholds: Sequence[float]) -> tuple[float, ...]:
    """Return thresholds from the smallest to the largest."""
    return tuple(sorted(float(level) for level in thresholds))


@METRICS.register("auc")
@config
class AUC(Metric):
    """The area under the ROC or the precision-recall curve, as Keras approximates it.

    Outputs, from 0 to 1, fall into bins between evenly spaced thresholds, so the area is
    exact up to the order of outputs in the same bin; `scores.auc` is exact. ROC: the chance
    that a yes has a larger output than a no; 0.5 is guessing. PR: guessing is the share of
    yeses. PRGAIN: both rescaled so that guessing is 0. Several outputs are pooled, or with
    `multi_label` each has its own curve (for classes: that one against the rest), and their
    mean counts, or one weighted by `label_weights`.

    Raises:
        ShapeError: the network has another number of outputs than the settings say.
    """

    num_thresholds: int = option(default=200, above=1, about="how fine")
    curve: str = option(default="ROC", choices=CURVES, about="which curve")
    summation_method: str = option(
        default="interpolation", choices=SUMMATIONS, about="where the curve goes between points"
    )
    thresholds: Sequence[float] | None = option(
        default=None, convert=in_order, at_least=0, at_most=1, about="in place of even ones"
    )
    multi_label: bool = option(default=False, about="a curve for each output")
    num_labels: int | None = option(default=None, above=0, about="how many outputs there are")
    label_weights: Sequence[float] | None = option(
        default=None, convert=tuple, at_least=0, about="how much each output counts"
    )
    from_logits: bool = option(default=False, about="outputs are z, before a sigmoid")

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        self._check(a)
        a, yes = wide(a), one_hot(y, a) != 0
        a = sigmoid(a) if self.from_logits else jnp.clip(a, 0, 1)
        each = jnp.broadcast_to(weight.astype(a.dtype).reshape(-1, *[1] * (a.ndim - 1)), a.shape)
        if self.label_weights is not None and not self.multi_label:
            each = each * jnp.asarray(self.label_weights, a.dtype)
        curves = a.shape[-1] if self.multi_label else 1
        if self.thresholds is None:
            bins, place = self.num_thresholds, jnp.ceil(a * (self.num_thresholds - 1))
        else:
            # 0 is above the first threshold, and 1 below the last
            levels = jnp.asarray((-1.0, *self.thresholds, 2.0), a.dtype)
            bins, place = len(levels), jnp.searchsorted(levels, a)
        place = jnp.maximum(place.astype("int32") - 1, 0)
        yes, place, each = (part.reshape(-1, curves) for part in (yes, place, each))
        return in_bins(yes, place, each, bins)

    def value(self, sums: Sums) -> Float[Array, ""]:
        found, false = beyond(sums["positives"]), beyond(sums["negatives"])
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = _area_under_pr(found, false)
        else:
            areas = self._area(*_points(self.curve, found, false))
        if self.label_weights is None or not self.multi_label:
            return jnp.mean(areas)
        weights = jnp.asarray(self.label_weights, areas.dtype)
        return quotient(jnp.sum(weights * areas), jnp.sum(weights))

    def _area(self, x: Rates, y: Rates) -> Float[Array, " curves"]:
        heights = {
            "interpolation": (y[:-1] + y[1:]) / 2,
            "minoring": jnp.minimum(y[:-1], y[1:]),
            "majoring": jnp.maximum(y[:-1], y[1:]),
        }
        return jnp.sum((x[:-1] - x[1:]) * heights[self.summation_method], axis=0)

    def _check(self, a: Outputs) -> None:
        weights = self.label_weights
        for name, wanted in (
            ("num_labels", self.num_labels),
            ("label_weights", None if weights is None else len(weights)),
        ):
            if wanted is not None and wanted != a.shape[-1]:
                what = f"AUC({name}=...) is for another number of outputs."
                raise ShapeError(explain(what, got=a.shape, expected=f"{wanted} outputs"))


def _points(curve: str, found: Counts, false: Counts) -> tuple[Rates, Rates]:
    """Return a curve's x and y at each threshold."""
    recall = quotient(found, found[:1])
    if curve == "ROC":
        return quotient(false, false[:1]), recall
    if curve == "PR":
        return recall, quotient(found, found + false)
    odds = quotient(found[:1], false[:1])
    some = found > 0
    recall_gain = jnp.where(some, 1 - odds * quotient(found[:1] - found, found), 0)
    precision_gain = jnp.where(some, 1 - odds * quotient(false, found), 1)
    return jnp.maximum(recall_gain, 0), precision_gain


def _area_under_pr(found: Counts, false: Counts) -> Float[Array, " curves"]:
    said = found + false
    more_found = found[:-1] - found[1:]
    slope = quotient(more_found, said[:-1] - said[1:])
    intercept = found[1:] - slope * said[1:]
    growth = jnp.where((said[:-1] > 0) & (said[1:] > 0), quotient(said[:-1], said[1:]), 1)
    area = slope * (more_found + intercept * jnp.log(growth))
    return jnp.sum(quotient(area, found[:1]), axis=0)
