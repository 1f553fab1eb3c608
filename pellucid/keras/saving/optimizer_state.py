"""What an optimizer remembers, in the order of Keras's files, so that training goes on."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from pellucid.base.errors import ShapeError, explain
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.variable import Variable
from pellucid.keras.engine.layers.translated import UNKNOWN
from pellucid.keras.engine.objects.own_optimizer import OwnOptimizer


def optimizer_arrays(model: Any) -> list[np.ndarray]:
    """Return the count, the learning rate, and what is remembered of each variable."""
    optimizer = model.optimizer
    rate = [np.asarray(optimizer.rate.value, np.float32)] if optimizer.rate is not None else []
    head = [np.asarray(optimizer.count.value, np.int32), *rate]
    memory = model._learner.memory()
    if memory is None or jax.tree.structure(memory) != jax.tree.structure(_blank_memory(model)):
        return head  # nothing was trained yet, or by hand
    places = _places(optimizer, memory, model)
    return [*head, *(np.asarray(_at(memory, place)) for place in places)]


def take_optimizer_arrays(model: Any, store: Any) -> None:
    """Let a model's optimizer go on from what a file holds.

    Raises:
        ShapeError: an array has another shape than what it is for.
    """
    model._learner.end()
    optimizer = model.optimizer
    head = [optimizer.count, *([optimizer.rate] if optimizer.rate is not None else [])]
    count = len(store)
    if count < len(head):
        return
    for index, variable in enumerate(head):
        variable.assign(np.asarray(store[str(index)], variable.dtype))
    if count == len(head):
        return
    memory = _blank_memory(model)
    places = _places(optimizer, memory, model)
    if count != len(head) + len(places):
        hint(
            "optimizer arrays",
            f"the file holds {count - len(head)} arrays for {optimizer.name}, not {len(places)}: "
            "its memory begins anew",
        )
        return
    for index, place in enumerate(places, start=len(head)):
        shape, wanted = store.shape_of(str(index)), np.shape(_at(memory, place))
        if shape != wanted:
            what = f"The file's memory of the optimizer does not fit at {'/'.join(place)}."
            raise ShapeError(explain(what, got=shape, expected=wanted))
    for index, place in enumerate(places, start=len(head)):
        leaf = _at(memory, place)
        _put(memory, place, np.asarray(store[str(index)], np.asarray(leaf).dtype))
    steps = np.asarray(optimizer.count.value, np.int32).reshape(())
    optimizer.keep_memory(jax.tree.map(np.asarray, optimizer.core.counted(memory, steps)))


def _blank_memory(model: Any) -> Any:
    """Return memory as it is before the first step, as nested tables of host arrays."""
    forms = jax.tree.map(lambda v: jax.ShapeDtypeStruct(v.shape, v.dtype), _moving(model))
    blank = jax.eval_shape(model.optimizer.core.init, forms)
    return jax.tree.map(lambda form: np.zeros(form.shape, form.dtype), blank)


def _moving(model: Any) -> dict[str, Any]:
    """Return the variables that training moves, as a tree."""
    shapes = [symbol.shape[1:] for symbol in model.inputs]
    plan = model.plan_for(tuple(tuple(s or UNKNOWN for s in shape) for shape in shapes))
    frozen = model._learner.frozen(plan)
    return {owner: group for owner, group in plan.variables()[0].items() if owner not in frozen}


def _places(optimizer: Any, memory: Any, model: Any) -> list[tuple[str, ...]]:
    """Return where in memory each array of the file lies."""
    core = optimizer.core
    if isinstance(core, OwnOptimizer):
        shared = core.places({n: m for n, m in memory.items() if n != "own"}, _paths(model))
        return [*shared, *(("own", name) for name in sorted(memory.get("own", {}), key=int))]
    return list(core.places(memory, _paths(model)))


def _paths(model: Any) -> list[tuple[str, ...]]:
    """Return where each trainable variable lies in the network's parameters, in Keras's order."""
    found: dict[int, tuple[str, ...]] = {}
    for path, leaf in jax.tree_util.tree_flatten_with_path(_moving(model))[0]:
        if isinstance(leaf, Variable):
            found[id(leaf)] = tuple(part.key for part in path)
    return [found[id(v)] for v in model.all_variables if id(v) in found]


def _at(tree: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        tree = tree[name]
    return tree


def _put(tree: Any, place: tuple[str, ...], value: Any) -> None:
    *way, name = place
    _at(tree, tuple(way))[name] = value
