"""From the costs of a batch to one number, in other ways than the mean."""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Num

from pellucid.base.config import config, option
from pellucid.base.types import Activation
from pellucid.functions.loss import LOSSES, Costs, Loss, deepened

MEAN, SUM, WEIGHTED = "sum_over_batch_size", "sum", "mean_with_sample_weight"


@LOSSES.register("reduced")
@config
class Reduced(Loss):
    """Another loss, reduced over a batch as `reduction` says, with weights w_i.

    "sum_over_batch_size" is what every loss does: sum_i w_i C_i / n. "sum" does not divide,
    and "mean_with_sample_weight" divides by sum_i w_i.
    """

    loss: Loss | str = option(
        default="mean_squared_error", choices=LOSSES, about="whose costs are reduced"
    )
    reduction: str = option(default=SUM, choices=(MEAN, SUM, WEIGHTED), about="to what")

    @property
    def inner(self) -> Loss:
        """The loss whose costs are reduced."""
        return LOSSES.resolve(self.loss)

    @property
    def targets(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """What the inner loss takes for y."""
        return self.inner.targets

    @property
    def ignores(self) -> int | None:
        return self.inner.ignores

    @property
    def link(self) -> Activation | None:
        return self.inner.link

    def cost(self, y: Num[Array, "batch ..."], a: Float[Array, "batch ..."]) -> Costs:
        return self.inner.cost(y, a)

    def cost_from_z(self, y: Num[Array, "batch ..."], z: Float[Array, "batch ..."]) -> Costs:
        return self.inner.cost_from_z(y, z)

    def at_positions(
        self,
        y: Num[Array, "batch ..."],
        z: Float[Array, "batch ..."],
        nonlinearity: Activation,
        axes: int,
    ) -> Float[Array, "batch ..."]:
        return self.inner.at_positions(y, z, nonlinearity, axes)

    def count(self, y: Num[Array, "batch ..."]) -> int:
        return self.inner.count(y)

    def emphasis(
        self,
        y: Num[Array, "batch ..."],
        weight: Float[Array, "batch ..."],
        mask: Bool[Array, "batch ..."] | None = None,
    ) -> Float[Array, ""]:
        if self.reduction == MEAN:
            return self.inner.emphasis(y, weight, mask)
        if self.reduction == SUM:
            return jnp.asarray(self.count(y), weight.dtype)
        counting = self.counting(y)
        if counting is not None:
            weight = deepened(weight, counting.ndim) * counting.astype(weight.dtype)
        total = jnp.sum(weight)
        some = total != 0
        return jnp.where(some, weight.size / jnp.where(some, total, 1), 0)
