"""A user's own learning-rate schedule, as one of the core."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from pellucid.base.config import config
from pellucid.base.types import AnyArray
from pellucid.functions.schedules import Schedule


@config
class OwnSchedule(Schedule):
    """Calls `schedule(step)` while the step is compiled."""

    schedule: Any

    def __call__(self, step: Int[AnyArray, ""]) -> Float[Array, ""]:
        return jnp.asarray(self.schedule(step), "float32")
