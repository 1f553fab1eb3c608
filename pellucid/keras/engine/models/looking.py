"""A Keras model as something that can be looked into: the same pictures as the core's."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.base.errors import DataError, explain
from pellucid.keras.engine.training.feeding import Rows, Stream, as_feed
from pellucid.keras.plotting import model_to_dot
from pellucid.models.diagnosable import Diagnosable
from pellucid.models.pictured import Lesson, Pictured
from pellucid.models.view import View
from pellucid.training.programs import compile_start
from pellucid.training.state import seed_bits


class Looking(Pictured, Diagnosable):
    """The pictures of a model, read from its plan and its variables."""

    _learner: Any

    def view_of(self, x: Any) -> View:
        model: Any = self
        rows = None if x is None else _rows(model, x)
        plan = model.plan_for(_shapes(model) if rows is None else rows.shapes)
        params, state = self._learner.values(plan)
        inputs = {} if rows is None else rows.inputs(plan.network)
        nodes = [node.name for node in plan.network.nodes if node.name not in plan.layers]
        names = dict(zip(nodes, nodes, strict=True))
        names |= {layer.name: owner for owner, layer in plan.layers.items()}
        seed = seed_bits(self._learner.seed or 0)
        optimizer = self._learner.optimizer
        step = np.int32(0 if optimizer is None else np.asarray(optimizer.count.value))
        return View(plan.network, "float32", params, state, inputs, seed, step, names)

    def lesson_of(self, x: Any, y: Any) -> Lesson:
        model: Any = self
        rows = _rows(model, x, y)
        plan, compiled = self._learner.compiled_for(rows.shapes)
        params, state = self._learner.values(plan)
        view = self.view_of(x)
        train = compile_start(compiled.recipe)(view.seed, params, state)._replace(step=view.step)
        return Lesson(compiled.recipe, train, rows.examples(compiled.recipe))

    def draw(self) -> str:
        boxes = model_to_dot(
            self, show_shapes=True, show_layer_names=True, show_layer_activations=True
        )
        return boxes.svg()


def _rows(model: Any, x: Any, y: Any = None) -> Rows:
    feed = as_feed(model, x, y)
    if isinstance(feed, Stream):
        what = "A picture is of rows that are there at once."
        hint = "x, y = next(iter(batches)) gives those of a batch"
        raise DataError(explain(what, got="a stream of batches", expected="arrays", hint=hint))
    return feed


def _shapes(model: Any) -> tuple[Any, ...]:
    """The shapes of the inputs; a side that is open is taken as 48."""
    return tuple(tuple(side or 48 for side in symbol.shape[1:]) for symbol in model.front.entries)
