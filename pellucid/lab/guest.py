"""A bench for what a script trains: its own network and rows, which the lab only looks at."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.data.answer import Answer
from pellucid.data.column import Column
from pellucid.data.dataset import Dataset
from pellucid.data.encoding import Encoding
from pellucid.data.feature import Feature
from pellucid.data.splits import Split
from pellucid.doctor.task import CLASSES, NUMBERS, YES_OR_NO, task_of
from pellucid.experiments.design import Design
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.preparing import Prepared
from pellucid.functions.losses import LOSSES
from pellucid.lab.bench import Bench
from pellucid.models.model import Model
from pellucid.models.validation import hold_out
from pellucid.training.examples import as_examples
from pellucid.training.state import Examples, Recipe

ROWS = "a script's rows"


def guest(model: Model, x: Any, y: Any, given: Mapping[str, Any]) -> Bench:
    """Return the bench of a fit that a script is about to begin; `given` are all its settings.

    Raises:
        ConfigError: it has rows, targets or an order that the lab cannot show.
    """
    model.view_of(x)  # a network without Input learns here what a row looks like
    recipe = model.recipe
    every = as_examples(recipe, x, y, given["sample_weight"], given["class_weight"])
    apart = given["validation_data"], given["validation_split"], given["validation_by"]
    train, held_out = hold_out(recipe, every, *apart, model.seed)
    size = len(train) if given["batch_size"] == "full" else given["batch_size"]
    return guest_of(model, train, held_out, size, given["epochs"], given["shuffle"])


def guest_of(
    model: Model,
    train: Examples,
    held_out: Examples | None,
    size: int,
    epochs: int,
    shuffle: bool | str,
) -> Bench:
    """Return the bench of a fit on these rows, in batches of `size`.

    Raises:
        ConfigError: it has rows, targets or an order that the lab cannot show.
    """
    recipe = model.recipe
    if not isinstance(shuffle, bool):
        raise unfollowed(f"batches that are {shuffle}", "rows in their order, or shuffled")
    for kind, columns in (("input", train.inputs), ("output", train.targets)):
        if len(columns) != 1:
            raise unfollowed(f"{len(columns)} {kind}s: {', '.join(columns)}", f"one {kind}")
    rows = [train] if held_out is None else [train, held_out]
    inputs = np.concatenate([_only(part.inputs) for part in rows])
    answers = np.concatenate([_only(part.targets) for part in rows])
    taught = np.arange(len(train))
    parts = Split(taught, np.arange(len(train), len(inputs)), taught[:0])
    if held_out is None:
        parts = parts._replace(validation=taught)
    encoding, labels = _encoding(recipe, inputs, answers)
    target = _target(encoding, labels)
    data = Dataset(ROWS, _shown(inputs, encoding), target, encoding.task)
    metrics = tuple(measure.name for measure in recipe.measures)
    most = min(size, len(train))
    loss = LOSSES.name_of(type(recipe.goals[0].loss)) or "its own loss"
    return Bench(
        Experiment(ROWS, batch_size=most, epochs=max(1, epochs), seed=model.seed),
        Prepared(data, parts, encoding, inputs, labels, held_out is not None, ()),
        Design(model, "", loss, metrics, most, epochs, 0),
        script=True,
        shuffle=shuffle,
        before=(int(model.train_state.epoch), int(model.train_state.step)),
        answers=answers,
    )


def _only(columns: Mapping[str, Any]) -> np.ndarray:
    """Return the one input, or the one target."""
    (array,) = columns.values()
    return np.asarray(array)


def _encoding(recipe: Recipe, x: np.ndarray, y: np.ndarray) -> tuple[Encoding, np.ndarray]:
    """Return what is known of the columns and the answer; and labels or numbers."""
    kind = task_of(y, recipe.goals[0].loss).kind
    units = recipe.network[recipe.judged[0]].output_shape[-1]
    features = tuple(
        Feature(f"x{i + 1}", "number") for i in range(x.shape[1] if x.ndim == 2 else 0)
    )
    if kind == NUMBERS and y.reshape(len(y), -1).shape[1] == 1:
        answer = Answer("y", "regression")
        return Encoding(features, x.shape[1:], answer), y.reshape(-1).astype(np.float32)
    if kind not in (CLASSES, YES_OR_NO) or y.ndim > 2:
        raise unfollowed(f"targets that are {kind}", "classes, or a number a row")
    wide = y.ndim == 2 and y.shape[1] > 1
    labels = y.argmax(1) if wide else y.reshape(-1) > y.min() if units == 1 else y.reshape(-1)
    names = tuple(map(str, range(max(units, 2))))
    answer = Answer("y", "classification", names, "integer")
    return Encoding(features, x.shape[1:], answer), labels.astype(np.int32)


def _target(encoding: Encoding, labels: np.ndarray) -> Column:
    if encoding.task == "regression":
        return Column("y", "number", labels.astype(np.float64))
    return Column("y", "category", labels, encoding.class_names, "integer")


def _shown(x: np.ndarray, encoding: Encoding) -> tuple[Column, ...] | np.ndarray:
    """Return the columns of a table; or pictures as bytes, however bright they are."""
    if x.ndim == 2:
        named = zip(encoding.features, x.T, strict=True)
        return tuple(Column(one.column, "number", v.astype(np.float64)) for one, v in named)
    pictures = x[..., None] if x.ndim == 3 else x
    if pictures.ndim != 4 or pictures.shape[-1] not in (1, 3, 4):
        raise unfollowed(f"rows of the shape {x.shape[1:]}", "rows of numbers, or pictures")
    low, high = float(pictures.min()), float(pictures.max())
    return np.rint((pictures - low) * (255 / (high - low or 1))).astype(np.uint8)


def unfollowed(got: str, expected: str) -> ConfigError:
    """Return the error of a fit that the lab cannot show."""
    what = "The lab cannot follow this fit, which goes on without it."
    hint = "its history and findings stand in the script as ever"
    return ConfigError(explain(what, got=got, expected=expected, hint=hint))
