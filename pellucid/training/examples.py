"""From what the user has to what the step takes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.base.errors import DataError, ShapeError, explain, nearest
from pellucid.base.types import Shape
from pellucid.functions.activations import sigmoid, softmax, step
from pellucid.functions.losses import Loss
from pellucid.network.network import Network
from pellucid.training.columns import as_column, as_integers, as_labels, as_numbers, place
from pellucid.training.state import Examples, Recipe
from pellucid.training.weighting import fitted, weights_of

PROBABILITIES = (sigmoid, softmax, step)  # links of losses whose targets lie in [0, 1]


def as_examples(
    recipe: Recipe,
    x: Any,
    y: Any,
    sample_weight: Any = None,
    class_weight: Mapping[Any, Any] | str | None = None,
    *,
    finite: bool = True,
) -> Examples:
    """Return arrays, frames or lists as examples, or say why they do not fit.

    `sample_weight` holds a weight for each row or for each of its steps. `class_weight` maps
    classes to weights, or is "balanced": then each class weighs the same in all,
    rows / (classes * rows of the class). Both may be given by output; both together multiply.

    Raises:
        DataError: a value cannot be learnt from; the message names row and column.
        ShapeError: an array does not fit the network, or another array.
    """
    inputs = as_inputs(recipe.network, x, to_learn=True, finite=finite)
    targets = as_targets(recipe, y)
    rows = len(next(iter(inputs.values())))
    for name, target in targets.items():
        if len(target) != rows:
            what = "x and y have different numbers of rows."
            raise ShapeError(explain(what, got=f"{rows} and {len(target)} ({name})", expected=rows))
    weights = weights_of(recipe, targets, rows, sample_weight, class_weight)
    return Examples(inputs, targets, weights)


def as_inputs(
    network: Network, x: Any, *, to_learn: bool = False, finite: bool = True
) -> dict[str, np.ndarray]:
    """Return arrays as the inputs of `network`, by name."""
    columns = _by_name(x, tuple(source.name for source in network.inputs), "input")
    inputs = {}
    for name, shape, dtype in network.inputs:
        what = f"Input {name!r}"
        if dtype.startswith("int"):
            column = as_integers(columns[name], what)
        else:
            column = as_numbers(columns[name], what, to_learn=to_learn, finite=finite)
        inputs[name] = fitted(column, shape, what)
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
    if y is None and not recipe.judged:
        return {}
    columns = _by_name(y, recipe.judged, "output")
    losses = {goal.output: goal.loss for goal in recipe.goals}
    return {
        name: _target(losses.get(name), name, columns[name], recipe.network[name].output_shape)
        for name in recipe.judged
    }


def _target(loss: Loss | None, output: str, y: Any, shape: Shape) -> np.ndarray:
    what = f"The target of {output!r}"
    if loss is None:  # only measured: labels are told by their shape
        fits = shape == (1,) or np.shape(y)[1:] == shape
        return _numbers(None, y, shape, what) if fits else _labels(None, y, shape, what)
    if loss.targets == "any":
        numbers = as_numbers(y, what)
        return numbers[..., None] if (*numbers.shape[1:], 1) == shape else numbers
    return (_labels if loss.targets == "labels" else _numbers)(loss, y, shape, what)


def _labels(loss: Loss | None, y: Any, shape: Shape, what: str) -> np.ndarray:
    labels = as_labels(y, what, classes=shape[-1], besides=loss and loss.ignores)
    return fitted(labels, shape[:-1], what)


def _numbers(loss: Loss | None, y: Any, shape: Shape, what: str) -> np.ndarray:
    column = as_column(y, what)
    if column.ndim == 1 and shape != (1,) and column.dtype.kind in "iu":
        what = f"{what} holds one class label a row, but the loss wants {shape[-1]} numbers a row."
        hint = 'use loss="sparse_categorical_crossentropy", or one-hot vectors'
        raise ShapeError(explain(what, got=column.shape, expected=("rows", *shape), hint=hint))
    numbers = fitted(as_numbers(column, what, to_learn=True), shape, what)
    if loss is not None and loss.link in PROBABILITIES:
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
