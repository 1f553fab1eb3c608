"""A loss of the user's own: a function of targets and outputs."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Num

from pellucid.base.config import config
from pellucid.base.types import Activation
from pellucid.functions.loss import Costs, Loss


@config
class OwnLoss(Loss):
    """Calls `function(y, a)`, which gives one number, or one for each row or each place."""

    function: Callable[..., Any]

    def count(self, y: Num[Array, "batch ..."]) -> int:
        try:
            return jax.eval_shape(self.function, y, y).size
        except (TypeError, ValueError):  # y is not of the shape of outputs
            return super().count(y)

    def cost(self, y: Num[Array, "batch ..."], a: Float[Array, "batch ..."]) -> Costs:
        return self._along(y, a, 1)

    def at_positions(
        self,
        y: Num[Array, "batch ..."],
        z: Float[Array, "batch ..."],
        nonlinearity: Activation,
        axes: int,
    ) -> Float[Array, "batch ..."]:
        return self._along(y, nonlinearity(z), axes)

    def _along(self, y: Array, a: Array, axes: int) -> Float[Array, "batch ..."]:
        """Return the means over all but the first `axes` axes; one number serves everywhere."""
        costs = jnp.asarray(self.function(y, a), a.dtype)
        places = a.shape[:axes]
        if costs.ndim < axes or costs.shape[:axes] != places:
            return jnp.broadcast_to(jnp.mean(costs), places)
        return jnp.mean(costs.reshape(*places, -1), axis=-1)
