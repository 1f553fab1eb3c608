"""What the doctor knows of a program: how it was set up, its data, and its course so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Shaped

from pellucid.doctor.examination import Examination
from pellucid.doctor.task import NUMBERS, Task, task_of
from pellucid.doctor.thresholds import threshold
from pellucid.functions.losses import Loss
from pellucid.network.network import Network
from pellucid.training.breaking import Break
from pellucid.training.order import BALANCED
from pellucid.training.state import Measure, Recipe


class Rows(NamedTuple):
    """Rows as they were given: inputs by source, targets by output, not yet checked."""

    x: Mapping[str, Shaped[np.ndarray, "rows ..."]]
    y: Mapping[str, Shaped[np.ndarray, "rows ..."]]

    def __len__(self) -> int:
        return len(next(iter(self.x.values()), ()))


class Settings(NamedTuple):
    """How a fit goes through its rows."""

    batch_size: int
    epochs: int
    shuffle: bool | str = True  # or "balanced": every class equally often in a batch
    split: str = "none"  # how rows were held out: none, given, shuffled, stratified, last
    class_weight: bool = False


ONCE = Settings(32, 1)


class Epoch(NamedTuple):
    """One epoch's values by name, and the loss of each of its steps."""

    values: Mapping[str, Any]
    step_losses: Float[np.ndarray, " steps"]
    learning_rate: float

    def value(self, name: str) -> float:
        """Return a value; of a metric that gives several numbers, their mean."""
        value = self.values[name]
        return value if isinstance(value, float) else float(np.mean(value))


@dataclass
class Chart:
    """All that checks look at. It grows while the network trains."""

    recipe: Recipe
    rows: Rows
    held_out: Rows | None = None
    settings: Settings = ONCE
    stated: Mapping[str, Loss] = field(default_factory=dict)  # losses as they were given
    fresh: frozenset[str] = frozenset()  # owners whose parameters are as they were drawn
    examinations: list[Examination] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    stopped_by: str = ""  # what ended the fit early, if anything did
    broken: Break | None = None  # where the loss stopped being a finite number
    judged_on_training_rows: bool = False  # by evaluate()
    sampled: bool = False  # whether `rows` are the first of more that nobody has seen

    @property
    def network(self) -> Network:
        """The layers and how they are wired."""
        return self.recipe.network

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """What is to be learnt, by output."""
        return {name: task_of(y, self.losses.get(name)) for name, y in self.rows.y.items()}

    @property
    def losses(self) -> dict[str, Loss]:
        """The loss of each output that has one, as it was stated."""
        return {goal.output: goal.loss for goal in self.recipe.goals} | dict(self.stated)

    def measures_of(self, output: str) -> Sequence[Measure]:
        """Return the metrics of an output."""
        return [measure for measure in self.recipe.measures if measure.output == output]

    @property
    def updates(self) -> int:
        """How many steps the fit was to take, or took as far as it went."""
        if self.sampled and self.examinations:  # the rows known say nothing of the steps
            return self.last.step - self.start.step
        steps = -(-len(self.rows) // max(self.settings.batch_size, 1))
        return steps * (len(self.epochs) or self.settings.epochs)

    @property
    def start(self) -> Examination:
        """What was seen before the first step."""
        return self.examinations[0]

    @property
    def last(self) -> Examination:
        """What was seen last."""
        return self.examinations[-1]

    # Whether it learns: the gate of many a check

    @cached_property
    def constant_cost(self) -> float | None:
        """What the best constant answers would cost, all outputs together.

        None where it is not known: for losses of one's own, some rare ones, and where classes
        are weighted or shown more often than they occur.
        """
        if self.settings.class_weight or self.settings.shuffle == BALANCED:
            return None
        costs = []
        for goal in self.recipe.goals:
            cost = constant_cost(goal.loss, self.tasks[goal.output])
            if cost is None:
                return None
            costs.append(goal.weight * cost)
        return float(sum(costs)) if costs else None

    @property
    def cost_now(self) -> float | None:
        """The loss of the last epoch, or None before there was one."""
        return self.epochs[-1].value("loss") if self.epochs else None

    @property
    def is_learning(self) -> bool:
        """Whether training beats the constant answer, by its loss or by its answers."""
        cost, constant = self.cost_now, self.constant_cost
        by_loss = cost is not None and constant is not None and np.isfinite(cost)
        if by_loss and cost < (1 - threshold("learning_margin")) * constant:  # pyright: ignore
            return True
        unknown = self.sampled or constant is None  # what the best constant answer costs
        first = self.epochs[0].step_losses[:1] if self.epochs and unknown else np.zeros(0)
        if len(first) and cost is not None and cost < 0.8 * first[0]:
            return True
        return bool(self.examinations) and any(self.gain(name) > 0.1 for name in self.tasks)

    def gain(self, output: str) -> float:
        """Return how far the answers to the rows looked at last are beyond a constant's.

        0 is the constant answer, 1 is perfect: (accuracy - majority) / (1 - majority) or
        (mean recall - 1/K) / (1 - 1/K) for K classes, R^2 for numbers.
        """
        answers, (rows, task) = self.last.outputs.get(output), self._looked_at(output)
        if answers is None or len(answers) != len(rows) or not np.isfinite(answers).all():
            return 0.0
        return gain_of(answers, rows, task)

    def _looked_at(self, output: str) -> tuple[Shaped[np.ndarray, "rows ..."], Task]:
        task = self.tasks[output]
        count = len(self.last.outputs.get(output, ()))
        places = np.unique(np.linspace(0, len(task.y) - 1, count).astype(int)) if count else []
        return (task.y if task.labels is None else task.labels)[places], task


def gain_of(answers: Float[np.ndarray, "rows ..."], right: np.ndarray, task: Task) -> float:
    """Return how much better answers are than the best constant one: 0 as good, 1 perfect.

    Of classes, by accuracy or by mean recall, whichever is better: weights of classes trade
    the one for the other.
    """
    if task.kind == NUMBERS or task.labels is None or answers.ndim > 2:
        flat = answers.reshape(len(answers), -1)
        y = right.reshape(len(right), -1).astype(float)
        if flat.shape != y.shape:
            return 0.0
        spread = float(((y - y.mean(axis=0)) ** 2).sum())
        return 1 - float(((flat - y) ** 2).sum()) / spread if spread else 0.0
    flat = answers.reshape(len(answers), -1)
    if flat.shape[1] > 1:
        said = flat.argmax(axis=1)
    else:
        middle = 0.5 if flat.min() >= 0 and flat.max() <= 1 else 0.0
        said = (flat[:, 0] > middle).astype(int)
    accuracy = float((said == right).mean())
    recalls = [float((said[right == k] == k).mean()) for k in np.unique(right)]
    pairs = ((accuracy, task.majority), (float(np.mean(recalls)), 1 / len(recalls)))
    return max(((got - chance) / (1 - chance) for got, chance in pairs if chance < 1), default=0.0)


def constant_cost(loss: Loss, task: Task) -> float | None:
    """Return what the best constant answer costs by `loss`, or None if that is not known."""
    name = type(loss).__name__
    if task.y.dtype.kind not in "fiub" or not task.y.size:
        return None
    y = task.y.reshape(len(task.y), -1).astype(float)
    if not np.isfinite(y).all():
        return None
    if name in ("CategoricalCrossentropy", "SparseCategoricalCrossentropy"):
        return task.entropy if task.labels is not None else None
    if name == "BinaryCrossentropy":
        p = np.clip(y.mean(axis=0), 1e-7, 1 - 1e-7)
        return float(-(p * np.log(p) + (1 - p) * np.log(1 - p)).mean())
    if name == "MeanSquaredError":
        return float(y.var(axis=0).mean())
    if name == "MeanAbsoluteError":
        return float(np.abs(y - np.median(y, axis=0)).mean())
    return None
