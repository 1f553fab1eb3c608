"""A user's own optimizer, as one of the core: its `update_step` is traced, variables on loan."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.config import config
from pellucid.base.types import Tree
from pellucid.keras.engine.base.variable import Scope, Variable
from pellucid.optimizers.optimizer import Memory, Optimizer


@config
class OwnOptimizer(Optimizer):
    """Calls `optimizer.update_step(gradient, variable, learning_rate)` for every array.

    Its memory is what the optimizer's own variables hold, in the order of their creation.
    """

    optimizer: Any = None

    def start(self, params: Tree) -> Memory:
        leaves = jax.tree.leaves(params)
        stand_ins = [Variable(jnp.zeros, leaf.shape, str(leaf.dtype)) for leaf in leaves]
        for place, variable in enumerate(stand_ins):
            variable.name = variable.path = f"variable_{place}"
        self.optimizer.stand_for(stand_ins)
        own = self.optimizer.own_variables
        with jax.ensure_compile_time_eval():  # what they start with is no part of the program
            homes = [np.asarray(variable.home) for variable in own]
        held = {str(place): jnp.asarray(home) for place, home in enumerate(homes)}
        return {"step": jnp.zeros((), "int32"), "own": held}

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        leaves, form = jax.tree.flatten(params)
        own, variables = self.optimizer.own_variables, self.optimizer.stand_ins
        lent = dict(zip(variables, leaves, strict=True))
        lent |= {variable: memory["own"][str(place)] for place, variable in enumerate(own)}
        lent[self.optimizer.count] = memory["step"]
        with Scope(lent) as scope:
            for gradient, variable in zip(jax.tree.leaves(grads), variables, strict=True):
                self.optimizer.update_step(gradient, variable, learning_rate)
        moved = [scope.values[v] - leaf for v, leaf in zip(variables, leaves, strict=True)]
        after = {str(place): scope.values[v] for place, v in enumerate(own)}
        return jax.tree.unflatten(form, moved), {"step": memory["step"] + 1, "own": after}
