"""Training on the side: what a model would do from the start, with nothing of it changed."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int, Shaped

from pellucid.base.errors import ConfigError
from pellucid.functions.schedules import Schedule
from pellucid.training.evaluation import predict
from pellucid.training.placement import place
from pellucid.training.programs import compile_start
from pellucid.training.state import Examples, Recipe, TrainState
from pellucid.training.strides import strides
from pellucid.training.trainer import Trainer
from pellucid.training.watch import NOTHING

Rows = Int[np.ndarray, " rows"]


class Stage(NamedTuple):
    """Where a rehearsal stands after some updates: the loss of each, and the state."""

    losses: Float[np.ndarray, " updates"]
    train: TrainState


class Rehearsal(NamedTuple):
    """A recipe, the state it starts from, and rows to train on."""

    recipe: Recipe
    begin: TrainState
    examples: Examples

    @property
    def rate(self) -> float:
        """The learning rate of the first step."""
        return float(self.begin.learning_rate)

    def part(self, rows: Rows) -> Examples:
        """Return some of the rows."""
        return jax.tree.map(lambda column: np.asarray(column)[rows], self.examples)

    def with_optimizer(self, **settings: Any) -> "Rehearsal":
        """Return the same with other settings of the optimizer."""
        optimizer = replace(self.recipe.optimizer, **settings)
        return self._replace(recipe=self.recipe._replace(optimizer=optimizer))

    def train(
        self,
        examples: Examples,
        batch_size: int,
        updates: int,
        *,
        at_a_time: int | None = None,
        rate: float | None = None,
    ) -> Iterator[Stage]:
        """Train from the start for so many updates, and stop after every so many.

        It ends early when an epoch's loss is not finite. The `rate` takes the place of the
        optimizer's, unless that follows a schedule.
        """
        fresh = compile_start(self.recipe)(self.begin.seed, self.begin.params, self.begin.state)
        trainer = Trainer(self.recipe, fresh)
        if rate is not None and not isinstance(self.recipe.optimizer.learning_rate, Schedule):
            trainer.learning_rate = rate
        size = min(batch_size, len(examples))
        epochs = -(-updates // -(-len(examples) // size))
        apiece, taken = min(at_a_time or updates, updates), 0
        for stride in strides(trainer, place(examples), size, epochs=epochs, updates=apiece):
            taken += len(stride.losses)
            yield Stage(stride.losses, trainer.train)
            if taken >= updates:
                return

    def answers(
        self, train: TrainState, inputs: dict[str, Shaped[np.ndarray, "_rows ..."]]
    ) -> dict[str, Float[np.ndarray, "_rows ..."]]:
        """Return what the network answers, as it is used, by output."""
        recipe = self.recipe
        found = predict(recipe.network, recipe.dtype, train.params, train.state, inputs)
        return dict(zip(recipe.network.outputs, found, strict=True))


def rehearsal_of(model: Any, x: Any, y: Any) -> Rehearsal:
    """Return what training `model` from its start on `x` and `y` would go by.

    It starts from what the model starts from: its weights, if it was not trained yet, else
    fresh ones from its seed; frozen layers keep theirs. A model with a `call` of its own,
    which cannot be made anew, starts where it stands.

    Raises:
        DataError, ShapeError: the rows do not fit the model.
        StateError: it is not compiled.
    """
    lesson = model.lesson_of(x, y)
    with suppress(ConfigError):
        lesson = model.repaired().lesson_of(x, y)
    recipe = lesson.recipe._replace(measures=(), watch=NOTHING)
    outputs = {goal.output for goal in recipe.goals}
    examples = Examples(
        lesson.examples.inputs,
        {name: y for name, y in lesson.examples.targets.items() if name in outputs},
        {name: w for name, w in lesson.examples.weights.items() if name in outputs},
    )
    train = lesson.train_state
    begin = compile_start(recipe)(train.seed, train.params, train.state)
    return Rehearsal(recipe, jax.device_get(begin), examples)
