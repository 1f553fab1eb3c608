"""From what the user has to what the step takes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.base.errors import DataError, ShapeError, explain, nearest
from pellucid.base.types import Shape
from pellucid.functions.activations import sigmoid, softmax, step
from pellucid.network.network import Network
from pellucid.training.columns import as_column, as_labels, as_numbers, place
from pellucid.training.state import Examples, Goal, Recipe

PROBABILITIES = (sigmoid, softmax, step)  # links of losses whose targets lie in [0, 1]


def as_examples(
    recipe: Recipe,
    x: Any,
    y: Any,
    sample_weight: Any = None,
    class_weight: Mapping[Any, float] | str | None = None,
) -> Examples:
    """Return arrays, frames or lists as examples, or say why they do not fit.

    `class_weight` maps classes to weights, or is "balanced": then each class weighs the
    same in all, rows / (classes * rows of the class).

    Raises:
        DataError: a value cannot be learnt from; the message names row and column.
        ShapeError: an array does not fit the network, or another array.
    """
    inputs = as_inputs(recipe.network, x, to_learn=True)
    targets = as_targets(recipe, y)
    rows = len(next(iter(inputs.values())))
    for name, target in targets.items():
        if len(target) != rows:
            what = "x and y have different numbers of rows."
            raise ShapeError(explain(what, got=f"{rows} and {len(target)} ({name})", expected=rows))
    weight = _sample_weight(sample_weight, rows)
    if class_weight is not None:
        weight = weight * _class_weight(recipe.goals, targets, class_weight)
    return Examples(inputs, targets, weight.astype(np.float32))


def as_inputs(network: Network, x: Any, *, to_learn: bool = False) -> dict[str, np.ndarray]:
    """Return arrays as the inputs of `network`, by name."""
    columns = _by_name(x, tuple(source.name for source in network.inputs), "input")
    inputs = {}
    for name, shape, dtype in network.inputs:
        what = f"Input {name!r}"
        if dtype.startswith("int"):
            column = as_labels(columns[name], what)
        else:
            column = as_numbers(columns[name], what, to_learn=to_learn)
        inputs[name] = _fitted(column, shape, what)
    lengths = {name: len(column) for name, column in inputs.items()}
    if len(set(lengths.values())) > 1:
        what = "The inputs have different numbers of rows."
        raise ShapeError(explain(what, got=lengths, expected="the same number in each"))
    if not next(iter(lengths.values())):
        what = "There are no rows."
        raise DataError(explain(what, got="0 rows", expected="at least one"))
    return inputs


def as_targets(recipe: Recipe, y: Any) -> dict[str, np.ndarray]:
    """Return arrays as the targets of a recipe, by the name of their output."""
    columns = _by_name(y, tuple(goal.output for goal in recipe.goals), "output")
    return {
        goal.output: _target(goal, columns[goal.output], recipe.network[goal.output].output_shape)
        for goal in recipe.goals
    }


def _target(goal: Goal, y: Any, shape: Shape) -> np.ndarray:
    what = f"The target of {goal.output!r}" if goal.output else "y"
    if goal.loss.targets == "labels":
        labels = as_labels(y, what, classes=shape[-1])
        return _fitted(labels, shape[:-1], what)
    column = as_column(y, what)
    if column.ndim == 1 and shape != (1,) and column.dtype.kind in "iu":
        what = f"{what} holds one class label a row, but the loss wants {shape[-1]} numbers a row."
        hint = 'use loss="sparse_categorical_crossentropy", or one-hot vectors'
        raise ShapeError(explain(what, got=column.shape, expected=("rows", *shape), hint=hint))
    numbers = _fitted(as_numbers(column, what, to_learn=True), shape, what)
    if goal.loss.link in PROBABILITIES:
        wrong = (numbers < 0) | (numbers > 1)
        if wrong.any():
            got = numbers[tuple(np.argwhere(wrong)[0])]
            where = place(numbers, wrong)
            what = f"{what} lies outside [0, 1] in {where}, which this loss cannot have."
            hint = "encode the classes as 0 and 1"
            raise DataError(explain(what, got=got, expected="0 .. 1", hint=hint))
    return numbers


def _by_name(values: Any, names: tuple[str, ...], kind: str) -> Mapping[str, Any]:
    """Return one entry a name, from a mapping, a sequence of arrays, or the only array."""
    if isinstance(values, Mapping):
        for name in values:
            if name not in names:
                what = f"This network has no {kind} called {name!r}."
                hint = nearest(str(name), names)
                raise DataError(explain(what, got=name, expected=", ".join(names), hint=hint))
        for name in names:
            if name not in values:
                what = f"Nothing was given for the {kind} {name!r}."
                raise DataError(explain(what, got=", ".join(values), expected=", ".join(names)))
        return values
    if len(names) == 1:
        return {names[0]: values}
    if not isinstance(values, list | tuple) or len(values) != len(names):
        got = (
            f"{len(values)} of them" if isinstance(values, list | tuple) else type(values).__name__
        )
        what = f"This network has {len(names)} {kind}s."
        hint = f"a list in the order {', '.join(names)}, or a dictionary by name"
        raise DataError(explain(what, got=got, expected=f"{len(names)} arrays", hint=hint))
    return dict(zip(names, values, strict=True))


def _fitted(column: np.ndarray, wanted: Shape, what: str) -> np.ndarray:
    """Return `column` with rows of the shape `wanted`, an axis of one added or dropped."""
    got = column.shape[1:] if column.ndim else None
    if got == wanted:
        return column
    if got is not None and (*got, 1) == wanted:
        return column[..., None]
    if got is not None and got == (*wanted, 1):
        return column[..., 0]
    deeper = got is not None and len(got) > len(wanted)
    hint = "flatten it, or begin the network with Flatten()" if deeper else "reshape it"
    if got is None or not column.ndim:
        hint = "give an array with one row an example"
    what = f"Each row of {what[0].lower()}{what[1:]} has the wrong shape for this network."
    raise ShapeError(explain(what, got=got, expected=wanted, hint=hint))


def _sample_weight(weight: Any, rows: int) -> np.ndarray:
    if weight is None:
        return np.ones(rows, np.float32)
    column = _fitted(as_numbers(weight, "sample_weight"), (), "sample_weight")
    if len(column) != rows:
        what = "sample_weight has another number of rows than x."
        raise ShapeError(explain(what, got=len(column), expected=rows))
    if (column < 0).any():
        where = place(column, column < 0)
        what = f"sample_weight is negative in {where}."
        raise DataError(explain(what, got=column.min(), expected="0 or more"))
    return column.astype(np.float32)


def _class_weight(
    goals: tuple[Goal, ...],
    targets: Mapping[str, np.ndarray],
    class_weight: Mapping[Any, float] | str,
) -> np.ndarray:
    classes = classes_of(goals, targets)
    present, counts = np.unique(classes, return_counts=True)
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            what = "class_weight is a word that means nothing here."
            raise DataError(explain(what, got=class_weight, expected='"balanced", or a mapping'))
        table = dict(zip(present.tolist(), len(classes) / (len(present) * counts), strict=True))
    else:
        table = {int(name): float(weight) for name, weight in class_weight.items()}
    for label in present.tolist():
        if label not in table:
            what = f"class_weight has no weight for class {label}."
            raise DataError(explain(what, got=sorted(table), expected=present.tolist()))
    return np.array([table[label] for label in present.tolist()])[np.searchsorted(present, classes)]


def classes_of(goals: tuple[Goal, ...], targets: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the class of each row, from labels, one-hot rows or a column of 0 and 1."""
    if len(goals) != 1:
        what = "Classes are counted on one output, and this network has several."
        hint = "give sample_weight instead"
        raise DataError(explain(what, got=len(goals), expected=1, hint=hint))
    y = targets[goals[0].output]
    if goals[0].loss.targets == "labels":
        return y
    return y[..., 0].round().astype(int) if y.shape[-1] == 1 else y.argmax(-1)
