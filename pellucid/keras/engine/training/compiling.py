"""What a model's `compile` was given, and the core recipe it means."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator
from typing import Any, NamedTuple

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.functions.losses import Loss, Reduced
from pellucid.functions.metrics import Metric
from pellucid.keras import losses, metrics
from pellucid.keras.engine.models.plan import Plan
from pellucid.keras.engine.objects.own_loss import OwnLoss
from pellucid.keras.engine.training.agreement import accuracy_for, agreed
from pellucid.layers.layer import Layer as CoreLayer
from pellucid.network.network import Node
from pellucid.training.evaluation import AT_ONCE
from pellucid.training.state import Goal, Measure, Recipe
from pellucid.training.watch import NOTHING, Watch


class Settings(NamedTuple):
    """What `compile` was given."""

    loss: Any
    loss_weights: Any
    metrics: Any
    weighted_metrics: Any
    watch: Watch = NOTHING


class Compiled(NamedTuple):
    """A recipe, and what Keras calls the values it records."""

    recipe: Recipe
    renamed: dict[str, str]  # from the recipe's names, where Keras has others
    stated: dict[str, Loss]  # the losses as they were given, by output

    def at_once(self, batch_size: int) -> int:
        """Return how many held-out rows to measure together: a batch, where that changes a mean.

        Under a mask, and for a loss of one's own, the mean of a batch weighs its rows by
        what else is in the batch, so that Keras's value depends on the batch size.
        """
        nodes, goals = self.recipe.network.nodes, self.recipe.goals
        masks = any(type(node.layer).mask_of is not CoreLayer.mask_of for node in nodes)
        mixes = any(
            isinstance(goal.loss, OwnLoss | Reduced) or goal.loss.ignores is not None
            for goal in goals
        )
        return batch_size if masks or mixes else AT_ONCE

    def named(self, values: Any) -> dict[str, Any]:
        """Return values by Keras's names and in its order: of several outputs, metrics by name."""
        order = [name for name in self.recipe.names if name in values]
        if len(self.recipe.network.outputs) > 1:
            measured = {measure.name for measure in self.recipe.measures}
            order.sort(key=lambda name: (name in measured, name if name in measured else ""))
        return {self.renamed.get(name, name): values[name] for name in order}


def recipe_of(
    settings: Settings,
    plan: Plan,
    names: list[str],
    optimizer: Any,
    frozen: frozenset[str],
    *,
    named: bool = True,
) -> Compiled:
    """Return the recipe that `settings` mean for a plan whose outputs have these names.

    `frozen` are the owners of parameters that stay as they are. Values are recorded by
    outputs' names if they are `named` by the user, and otherwise by what is measured.

    Raises:
        ConfigError: there is no loss at all, or an output is named that does not exist.
    """
    ends = plan.network.outputs
    wanted = _by_output(settings.loss, names, "loss")
    weights = _by_output(settings.loss_weights, names, "loss_weights")
    goals, renamed, stated = [], {}, {}
    for end, name in zip(ends, names, strict=True):
        if wanted.get(name) is not None:
            weight = weights.get(name)
            shape = plan.network.shape_of(end)
            stated[end] = core_loss(wanted[name], shape)
            loss = agreed(stated[end], plan.network[end])
            goals.append(Goal(end, loss, 1.0 if weight is None else float(weight)))
            said = f"{name if named else metric_name(wanted[name])}_loss"
            renamed[f"{end}_loss"] = free(said, renamed.values())
    prefixes = [f"{name}_" if named and len(names) > 1 else "" for name in names]
    judged = {goal.output: goal.loss for goal in goals}
    measures = _measures(settings, names, prefixes, plan, judged)
    recipe = Recipe(
        plan.network, tuple(goals), measures, optimizer.core, settings.watch, frozen=frozen
    )
    return Compiled(recipe, renamed, stated)


def core_loss(wanted: Any, shape: Any) -> Loss:
    """Return the core loss meant by a name, a Keras loss, or a function (y_true, y_pred)."""
    if isinstance(wanted, str) and wanted in ("crossentropy", "ce"):
        wanted = "binary_crossentropy" if shape == (1,) else "sparse_categorical_crossentropy"
    found = losses.core_of(wanted)
    assert found is not None
    return found


def core_metric(wanted: Any, loss: Loss | None, node: Node, *, weighted: bool) -> Metric:
    """Return the core metric meant by a name, a Keras metric, or a function (y_true, y_pred)."""
    if isinstance(wanted, str) and wanted in ("accuracy", "acc"):
        return accuracy_for(loss, node)
    found = metrics.core_of(wanted, weighted=weighted)
    assert found is not None
    return found


def metric_name(wanted: Any) -> str:
    """Return the name under which a metric is recorded: the string given, or its own name."""
    if isinstance(wanted, str):
        return wanted
    return str(getattr(wanted, "name", None) or getattr(wanted, "__name__", type(wanted).__name__))


def free(name: str, taken: Container[str]) -> str:
    """Return a name, with a number if others have it already."""
    numbered = itertools.chain([name], (f"{name}_{count}" for count in itertools.count(1)))
    return next(one for one in numbered if one not in taken)


def listed(wanted: Any, names: list[str]) -> Iterator[tuple[int, Any]]:
    """Give each metric with the place of the output it is for."""
    for place, name in enumerate(names):
        chosen = _by_output(wanted, names, "metrics").get(name)
        for one in _flat(chosen):
            yield place, one


def _flat(chosen: Any) -> Iterator[Any]:
    """Give each of some metrics, which may stand in lists within lists."""
    if isinstance(chosen, list | tuple):
        for part in chosen:
            yield from _flat(part)
    elif chosen is not None:
        yield chosen


def _measures(
    settings: Settings,
    names: list[str],
    prefixes: list[str],
    plan: Plan,
    goals: dict[str, Loss],
) -> tuple[Measure, ...]:
    taken: list[str] = []
    found = []
    for wanted, weighted in ((settings.metrics, False), (settings.weighted_metrics, True)):
        for place, one in listed(wanted, names):
            prefix = prefixes[place]
            name = prefix + metric_name(one)
            if weighted and name in taken:
                name = f"{prefix}weighted_{metric_name(one)}"
            name = free(name, taken)
            taken.append(name)
            end = plan.network.outputs[place]
            metric = core_metric(one, goals.get(end), plan.network[end], weighted=weighted)
            found.append(Measure(name, end, metric, weighted))
    return tuple(found)


def _by_output(wanted: Any, names: list[str], what: str) -> dict[str, Any]:
    """Return one entry an output, from a mapping, a list in order, or one for all."""
    if isinstance(wanted, dict) and "class_name" not in wanted:
        for name in wanted:
            if name not in names:
                message = f"{what} names an output that this model does not have."
                tip = nearest(str(name), names)
                raise ConfigError(explain(message, got=name, expected=", ".join(names), hint=tip))
        return dict(wanted)
    if isinstance(wanted, list | tuple):
        if what == "metrics" and (len(names) == 1 or len(wanted) != len(names)):
            return dict.fromkeys(names, wanted)
        if len(wanted) != len(names):
            message = f"{what} has another length than the model has outputs."
            expected = f"{len(names)}: {', '.join(names)}"
            raise ConfigError(explain(message, got=len(wanted), expected=expected))
        return dict(zip(names, wanted, strict=True))
    return dict.fromkeys(names, wanted)
