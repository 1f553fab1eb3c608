"""A user's own initializer, as one of the core."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config
from pellucid.base.types import Key, Shape
from pellucid.functions.initializers import Initializer
from pellucid.keras.engine.base.variable import Scope


@config
class OwnInitializer(Initializer):
    """Calls `initializer(shape, dtype)`; what it draws by keras.random depends on the key."""

    initializer: Any

    def __call__(self, key: Key, shape: Shape) -> Float[Array, "..."]:
        with Scope({}, key=key):
            return jnp.asarray(self.initializer(shape, dtype="float32"), "float32")
