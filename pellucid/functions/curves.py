"""The area under a curve over all thresholds, from sums that add up."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.functions.activations import sigmoid
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

CURVES = ("ROC", "PR")


@METRICS.register("auc")
@config
class AUC(Metric):
    """The area under the ROC or the precision-recall curve, as Keras approximates it.

    Outputs, from 0 to 1, fall into bins between evenly spaced thresholds, so the area is
    exact up to the order of outputs in the same bin; `scores.auc` is exact. ROC: the chance
    that a yes has a larger output than a no; 0.5 is guessing. PR: guessing is the share of
    yeses. Several outputs are pooled, or with `multi_label` each has its own curve (for
    classes: that one against the rest), and their mean counts.
    """

    num_thresholds: int = option(default=200, above=1, about="how fine")
    curve: str = option(default="ROC", choices=CURVES, about="which curve")
    multi_label: bool = option(default=False, about="a curve for each output")
    from_logits: bool = option(default=False, about="outputs are z, before a sigmoid")

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        a = wide(a)
        a = sigmoid(a) if self.from_logits else jnp.clip(a, 0, 1)
        curves = a.shape[-1] if self.multi_label else 1
        place = jnp.ceil(a * (self.num_thresholds - 1)).astype("int32") - 1
        place = jnp.maximum(place, 0).reshape(-1, curves)
        yes = (one_hot(y, a) != 0).reshape(-1, curves)
        each = jnp.broadcast_to(weight.astype(a.dtype).reshape(-1, *[1] * (a.ndim - 1)), a.shape)
        each = each.reshape(-1, curves)
        bins = jnp.zeros((self.num_thresholds, curves), each.dtype)
        column = jnp.arange(curves, dtype="int32")
        return {
            "positives": bins.at[place, column].add(jnp.where(yes, each, 0)),
            "negatives": bins.at[place, column].add(jnp.where(yes, 0, each)),
        }

    def value(self, sums: Sums) -> Float[Array, ""]:
        found = jnp.cumsum(sums["positives"][::-1], axis=0)[::-1]
        false = jnp.cumsum(sums["negatives"][::-1], axis=0)[::-1]
        area = _area_under_roc if self.curve == "ROC" else _area_under_pr
        return jnp.mean(area(found, false))


def _area_under_roc(
    found: Float[Array, "thresholds curves"], false: Float[Array, "thresholds curves"]
) -> Float[Array, " curves"]:
    recall, false_rate = quotient(found, found[:1]), quotient(false, false[:1])
    heights = (recall[:-1] + recall[1:]) / 2
    return jnp.sum((false_rate[:-1] - false_rate[1:]) * heights, axis=0)


def _area_under_pr(
    found: Float[Array, "thresholds curves"], false: Float[Array, "thresholds curves"]
) -> Float[Array, " curves"]:
    said = found + false
    more_found = found[:-1] - found[1:]
    slope = quotient(more_found, said[:-1] - said[1:])
    intercept = found[1:] - slope * said[1:]
    growth = jnp.where((said[:-1] > 0) & (said[1:] > 0), quotient(said[:-1], said[1:]), 1)
    area = slope * (more_found + intercept * jnp.log(growth))
    return jnp.sum(quotient(area, found[:1]), axis=0)
