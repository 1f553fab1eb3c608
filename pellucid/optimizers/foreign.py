"""Any optax transformation, as an optimizer."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import Tree
from pellucid.functions.schedules import Schedule
from pellucid.optimizers.optimizer import OPTIMIZERS, Memory, Optimizer


@config
class Foreign(Optimizer):
    """p <- p + learning_rate u, where u is what an optax transformation makes of g.

    The transformation has its own learning rate inside; ours is a factor on its updates,
    1 unless somebody changes it: so schedules and callbacks act on it, too. It cannot be
    saved by name, and one that needs the loss itself (a line search) cannot run here.

    Raises:
        ConfigError: what was given is no optax transformation.

    Example:
        >>> import optax
        >>> Foreign(optax.adabelief(1e-3)).learning_rate
        1.0
    """

    transformation: Any = option(default=None, about="an optax GradientTransformation")
    learning_rate: float | Schedule = option(
        default=1.0, at_least=0, about="a factor on its updates", kw_only=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _is_transformation(self.transformation):
            what = "Foreign(transformation=...) is no optax transformation."
            hint = "optax.adabelief(1e-3), say: call it, don't name it"
            expected = "a pair of init and update"
            raise ConfigError(explain(what, got=self.transformation, expected=expected, hint=hint))

    def start(self, params: Tree) -> Memory:
        with jax.numpy_dtype_promotion("standard"):
            return {"transformation": jax.tree.map(_strong, self.transformation.init(params))}

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        with jax.numpy_dtype_promotion("standard"):  # which optax counts on
            updates, after = self.transformation.update(grads, memory["transformation"], params)
        after = {"transformation": jax.tree.map(_strong, after)}
        return jax.tree.map(lambda u: learning_rate * u, updates), after


def as_optimizer(wanted: Any) -> Optimizer:
    """Return the optimizer meant by a name, a class, a config or an optax transformation.

    Raises:
        ConfigError: there is no such optimizer.
    """
    found = Foreign(wanted) if _is_transformation(wanted) else OPTIMIZERS.resolve(wanted)
    if not isinstance(found, Optimizer):
        expected = "a name, an Optimizer, or an optax transformation"
        what = "This cannot be used as optimizer."
        raise ConfigError(explain(what, got=found, expected=expected, hint=", ".join(OPTIMIZERS)))
    return found


def _is_transformation(thing: Any) -> bool:
    return isinstance(thing, tuple) and callable(getattr(thing, "update", None))


def _strong(leaf: Any) -> Array:
    """Return a leaf of memory with a dtype of its own, so that no step compiles twice."""
    array = jnp.asarray(leaf)
    if jnp.issubdtype(array.dtype, jax.dtypes.extended):
        return array  # a key, which is never weakly typed
    return jax.lax.convert_element_type(array, array.dtype)
