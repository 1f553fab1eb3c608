"""How much each example counts, or each of its steps: by row, by class, by output."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from pellucid.base.errors import DataError, ShapeError, explain, nearest
from pellucid.base.types import AnyArray, Shape
from pellucid.training.columns import as_numbers, place
from pellucid.training.state import Goal, Recipe

Weights = Float[np.ndarray, "rows ..."]  # for each row, or each of its steps


def weights_of(
    recipe: Recipe,
    targets: Mapping[str, np.ndarray],
    rows: int,
    sample_weight: Any = None,
    class_weight: Mapping[Any, Any] | str | None = None,
) -> dict[str, Weights]:
    """Return a weight for each row, or each step of each row, by output.

    Raises:
        DataError: a weight is negative or missing, or names no output.
        ShapeError: there are weights for other rows or steps than the output has.
    """
    by_row = _by_output(sample_weight, recipe.judged, "sample_weight")
    by_class = _by_output(class_weight, recipe.judged, "class_weight")
    goals = {goal.output: goal for goal in recipe.goals}
    weights = {}
    for name in recipe.judged:
        positions = recipe.network[name].output_shape[:-1]
        weight = _sample_weight(by_row.get(name), rows, positions)
        if by_class.get(name) is not None and name in goals:
            classes = _classes(goals[name], targets[name])
            weight = _multiplied(weight, _class_weight(classes, by_class[name]))
        weights[name] = weight.astype(np.float32)
    return weights


def classes_of(
    goals: tuple[Goal, ...], targets: Mapping[str, AnyArray]
) -> Int[AnyArray, "rows *steps"]:
    """Return the class of each row, from labels, one-hot rows or a column of 0 and 1."""
    if len(goals) != 1:
        what = "Classes are counted on one output, and this network has several."
        hint = "give sample_weight instead"
        raise DataError(explain(what, got=len(goals), expected=1, hint=hint))
    return _classes(goals[0], targets[goals[0].output])


def balanced_weights(classes: Int[np.ndarray, "rows *steps"]) -> dict[int, float]:
    """Return weights that let each class weigh the same: rows / (classes * rows of the class)."""
    present, counts = np.unique(classes, return_counts=True)
    return dict(zip(present.tolist(), classes.size / (len(present) * counts), strict=True))


def fitted(column: np.ndarray, wanted: Shape, what: str) -> np.ndarray:
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


def _by_output(given: Any, outputs: tuple[str, ...], what: str) -> Mapping[str, Any]:
    """Return one entry an output, from a mapping, a list in order, or one for all."""
    if isinstance(given, Mapping) and any(isinstance(name, str) for name in given):
        for name in given:
            if name not in outputs:
                message, hint = f"{what} names no output.", nearest(str(name), outputs)
                expected = ", ".join(outputs)
                raise DataError(explain(message, got=name, expected=expected, hint=hint))
        return given
    listed = isinstance(given, list | tuple) and len(given) == len(outputs) > 1
    if listed and all(part is None or np.ndim(part) or isinstance(part, Mapping) for part in given):
        return dict(zip(outputs, given, strict=True))
    if what == "class_weight" and given is not None and len(outputs) > 1:
        message = "Classes are counted on one output, and this network has several."
        hint = "give class_weight by output: {name: {class: weight}}, or sample_weight"
        raise DataError(explain(message, got=given, expected=", ".join(outputs), hint=hint))
    return dict.fromkeys(outputs, given)


def _sample_weight(weight: Any, rows: int, positions: Shape) -> Weights:
    if weight is None:
        return np.ones(rows, np.float32)
    column = as_numbers(weight, "sample_weight")
    if column.ndim < 2 or column.shape[1:] != positions[: column.ndim - 1]:
        column = fitted(column, (), "sample_weight")
    if len(column) != rows:
        what = "sample_weight has another number of rows than x."
        raise ShapeError(explain(what, got=len(column), expected=rows))
    if (column < 0).any():
        where = place(column, column < 0)
        what = f"sample_weight is negative in {where}."
        raise DataError(explain(what, got=column.min(), expected="0 or more"))
    return column.astype(np.float32)


def _classes(goal: Goal, y: AnyArray) -> Int[AnyArray, "rows *steps"]:
    if goal.loss.targets == "labels":
        return y
    return y[..., 0].round().astype(int) if y.shape[-1] == 1 else y.argmax(-1)


def _class_weight(
    classes: Int[np.ndarray, "rows *steps"], class_weight: Mapping[Any, float] | str
) -> Weights:
    present = np.unique(classes)
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            what = "class_weight is a word that means nothing here."
            raise DataError(explain(what, got=class_weight, expected='"balanced", or a mapping'))
        table = balanced_weights(classes)
    else:
        table = {int(name): float(weight) for name, weight in class_weight.items()}
    for label in present.tolist():
        if label not in table:
            what = f"class_weight has no weight for class {label}."
            raise DataError(explain(what, got=sorted(table), expected=present.tolist()))
    return np.array([table[label] for label in present.tolist()])[np.searchsorted(present, classes)]


def _multiplied(one: Weights, other: Weights) -> Weights:
    """Return the product of weights, of which one may be by row and the other by step."""
    axes = max(one.ndim, other.ndim)
    one, other = (w.reshape(*w.shape, *(1,) * (axes - w.ndim)) for w in (one, other))
    return one * other
