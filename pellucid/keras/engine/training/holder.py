"""The training state of a model, to which its variables are on loan while it holds them."""

from __future__ import annotations

import functools
import operator
from typing import Any

import jax
import numpy as np

from pellucid.keras.engine.base.materials import materialize
from pellucid.keras.engine.base.variable import Variable
from pellucid.keras.engine.models.plan import Plan
from pellucid.training.programs import compile_start
from pellucid.training.state import Recipe, TrainState, seed_bits
from pellucid.training.trainer import Trainer


class Holder:
    """Runs a recipe on the values of a plan's variables, and lets them be read and set."""

    def __init__(self, plan: Plan, recipe: Recipe, optimizer: Any, seed: int, epoch: int) -> None:
        self.plan, self.recipe, self.optimizer = plan, recipe, optimizer
        self._variables = plan.variables()
        params, state = values_of(self._variables)
        train = compile_start(recipe)(seed_bits(seed), params, state)
        memory = optimizer.take_memory(train.memory)
        step = np.asarray(optimizer.count.value, np.int32)
        train = train._replace(memory=memory, step=jax.device_put(step))
        train = train._replace(epoch=jax.device_put(np.int32(epoch)))
        rate = optimizer.rate
        if rate is not None:
            train = train._replace(learning_rate=jax.device_put(np.float32(rate.value)))
        self.trainer = Trainer(recipe, train)
        self._places: dict[Variable, tuple[Any, ...]] = {}
        self._lend(rate)

    @property
    def train(self) -> TrainState:
        """The state as the last step left it."""
        return self.trainer.train

    @property
    def holds_all(self) -> bool:
        """Whether every variable is still on loan here: then the state is up to date."""
        return all(variable.loan is self for variable in self._places)

    def read(self, variable: Variable) -> np.ndarray:
        """Return a variable's value."""
        return np.array(_leaf(self.train, self._places[variable]))

    def write(self, variable: Variable, value: Any) -> None:
        """Change a variable's value."""
        field, *path = self._places[variable]
        leaf = jax.device_put(np.asarray(value, variable.dtype))
        if field == "learning_rate":
            self.trainer.learning_rate = float(value)
            return
        changed = _with(getattr(self.train, field), path, leaf)
        self.trainer.train = self.train._replace(**{field: changed})

    def end(self) -> None:
        """Leave every variable with its value, on loan no more; the optimizer with its memory."""
        train = jax.device_get(self.train)
        self.optimizer.keep_memory(train.memory)
        for variable, place in self._places.items():
            if variable.loan is self:
                variable.settle(np.array(_leaf(train, place)))

    def _lend(self, rate: Variable | None) -> None:
        for field, tree in zip(("params", "state"), self._variables, strict=True):
            for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]:
                if isinstance(leaf, Variable):
                    self._places[leaf] = (field, *(part.key for part in path))
        self._places[self.optimizer.count] = ("step",)
        if rate is not None:
            self._places[rate] = ("learning_rate",)
        for variable in self._places:
            variable.loan = self


def values_of(variables: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return the values of variables in their trees; a number stays what it is."""
    materialize(leaf for leaf in jax.tree.leaves(variables) if isinstance(leaf, Variable))

    def value(leaf: Any) -> Any:
        if isinstance(leaf, Variable):
            return np.asarray(leaf.value)
        return np.asarray(leaf, np.float32)

    return jax.tree.map(value, variables)


def _leaf(train: TrainState, place: tuple[Any, ...]) -> Any:
    field, *path = place
    return functools.reduce(operator.getitem, path, getattr(train, field))


def _with(tree: Any, path: list[Any], leaf: Any) -> Any:
    if not path:
        return leaf
    return {**tree, path[0]: _with(tree[path[0]], path[1:], leaf)}
