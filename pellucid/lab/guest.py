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
