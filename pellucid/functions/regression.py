"""Metrics over numbers, beyond the losses: and every loss as a metric."""

from collections.abc import Callable
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.functions.distances import cosine
from pellucid.functions.loss import LOSSES, Loss
from pellucid.functions.metric import (
    METRICS,
    Metric,
    Outputs,
    Sums,
    Targets,
    Weight,
    mean_sums,
    mean_value,
    quotient,
    wide,
)

AGGREGATIONS = ("uniform_average", "variance_weighted_average", None)


@METRICS.register("loss_metric")
@config
class LossMetric(Metric):
    """The mean of a loss: how every loss is used as a metric."""

    higher_is_better: ClassVar[bool] = False

    loss: Loss | str | Callable[..., Array] = option(
        default="mean_squared_error", choices=LOSSES, about="which loss"
    )

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        loss = LOSSES.resolve(self.loss)
        y = y if loss.targets == "labels" else y.astype(a.dtype)
        sums = mean_sums(loss.cost(y, a), weight)
        counting = loss.counting(y)
        if counting is None:
            return sums
        return {**sums, "count": mean_sums(counting, weight)["total"]}

    def value(self, sums: Sums) -> Float[Array, ""]:
        return mean_value(sums)


@METRICS.register("root_mean_squared_error", "rmse")
@config
class RootMeanSquaredError(Metric):
    """sqrt(mean (a - y)^2), in units of y."""

    higher_is_better: ClassVar[bool] = False

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return mean_sums(jnp.square(wide(a) - wide(y)), weight)

    def value(self, sums: Sums) -> Float[Array, ""]:
        return jnp.sqrt(mean_value(sums))


@METRICS.register("r2_score", "r2")
@config
class R2Score(Metric):
    """1 - sum (a - y)^2 / sum (y - mean y)^2: 1 is perfect, 0 is what the mean of y scores.

    Of several outputs, the mean, or weighted by the variance of their targets, or each (None).
    With `num_regressors` p, adjusted: 1 - (1 - R2)(n - 1) / (n - p - 1), where n counts
    numbers, their weights included, if it is above p + 1. Targets far from 0 for their
    spread lose digits in these sums; `scores.r2` does not.
    """

    class_aggregation: str | None = option(
        default="uniform_average", choices=AGGREGATIONS, about="how outputs are averaged"
    )
    num_regressors: int = option(default=0, at_least=0, about="inputs, to adjust for; 0: don't")

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        y, a = wide(y).reshape(-1, y.shape[-1]), wide(a).reshape(-1, a.shape[-1])
        each = jnp.repeat(weight.astype(y.dtype), len(y) // len(weight))[:, None]
        return {
            "count": jnp.sum(each),
            "total": jnp.sum(each * y, axis=0),
            "squares": jnp.sum(each * jnp.square(y), axis=0),
            "errors": jnp.sum(each * jnp.square(a - y), axis=0),
        }

    def value(self, sums: Sums) -> Float[Array, "..."]:
        spread = sums["squares"] - sums["total"] * quotient(sums["total"], sums["count"])
        scores = jnp.where(spread > 0, 1 - quotient(sums["errors"], spread), 0)
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = quotient(jnp.sum(scores * spread), jnp.sum(spread))
        if not self.num_regressors:
            return scores
        numbers = sums["count"] * spread.size
        left = numbers - self.num_regressors - 1
        adjusted = 1 - (1 - scores) * quotient(numbers - 1, left)
        return jnp.where(left > 0, adjusted, scores)


@METRICS.register("cosine_similarity")
@config
class CosineSimilarity(Metric):
    """The mean cosine of the angle between a and y; the loss of that name is its negative."""

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return mean_sums(cosine(wide(y), wide(a)), weight)

    def value(self, sums: Sums) -> Float[Array, ""]:
        return mean_value(sums)
