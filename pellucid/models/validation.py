"""Which rows a fit holds out to be judged on."""

from typing import Any

import jax
import numpy as np

from pellucid.base.errors import ConfigError, DataError, explain, nearest
from pellucid.data.splits import split
from pellucid.data.stream import Stream
from pellucid.training.examples import as_examples
from pellucid.training.state import Examples, Recipe
from pellucid.training.weighting import classes_of

WAYS = ("stratified", "shuffled", "last")


def hold_out(
    recipe: Recipe,
    examples: Examples,
    data: tuple[Any, ...] | Stream | None,
    share: float,
    by: str,
    seed: int,
) -> tuple[Examples, Examples | None]:
    """Return the rows to train on and those held out, if any.

    Raises:
        ConfigError: both ways are asked for at once, or the share is none.
        DataError: too few rows for such a share, or `data` does not fit.
    """
    if data is not None and share:
        what = "validation_data and validation_split were both given."
        raise ConfigError(explain(what, got=f"{share} and data", expected="one of them"))
    if isinstance(data, Stream):
        data = data.load()
    if data is not None:
        if not isinstance(data, tuple | list) or len(data) not in (2, 3):
            what = "validation_data is not a pair."
            got = type(data).__name__
            raise ConfigError(explain(what, got=got, expected="(x, y) or (x, y, sample_weight)"))
        return examples, as_examples(recipe, *data)
    if not share:
        return examples, None
    _check(examples, share, by)
    rows = len(examples)
    if by == "last":
        first = round(rows * (1 - share))
        return _rows(examples, np.arange(first)), _rows(examples, np.arange(first, rows))
    classes = _classes(recipe, examples) if by == "stratified" else None
    train, held_out, _ = split(rows, (1 - share, share), stratify=classes, seed=seed)
    return _rows(examples, train), _rows(examples, held_out)


def _check(examples: Examples, share: float, by: str) -> None:
    if by not in WAYS:
        what, hint = "validation_by is not a way to choose rows.", nearest(str(by), WAYS)
        raise ConfigError(explain(what, got=by, expected=", ".join(WAYS), hint=hint))
    if not 0 < share < 1:
        what = "validation_split is not a share of the rows."
        raise ConfigError(explain(what, got=share, expected="between 0 and 1"))
    if not 0 < round(len(examples) * share) < len(examples):
        what = f"{len(examples)} rows are too few to hold out a share of {share}."
        hint = "give more rows, or validation_data"
        raise DataError(
            explain(what, got=len(examples), expected="one row or more each", hint=hint)
        )


def _classes(recipe: Recipe, examples: Examples) -> np.ndarray | None:
    """Return the class of each row, or None where the target is not a class."""
    if len(recipe.goals) != 1:
        return None
    y = examples.targets[recipe.goals[0].output]
    one_hot = np.ndim(y) == 2 and np.isin(y, (0, 1)).all() and (y.sum(1) == 1).all()
    yes_or_no = np.ndim(y) == 2 and y.shape[1] == 1 and np.isin(y, (0, 1)).all()
    labels = recipe.goals[0].loss.targets == "labels" and np.ndim(y) == 1
    return classes_of(recipe.goals, examples.targets) if labels or one_hot or yes_or_no else None


def _rows(examples: Examples, rows: np.ndarray) -> Examples:
    return jax.tree.map(lambda column: column[rows], examples)
