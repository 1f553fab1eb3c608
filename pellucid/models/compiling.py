"""From what `compile` was given to a recipe."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.functions.losses import LOSSES, Loss
from pellucid.functions.metrics import METRICS, LossMetric, Metric
from pellucid.functions.own_loss import OwnLoss
from pellucid.functions.schedules import Schedule
from pellucid.network.network import Network
from pellucid.optimizers.foreign import as_optimizer
from pellucid.training.rules import Rule
from pellucid.training.state import Goal, Measure, Recipe
from pellucid.training.watch import NOTHING, Watch

DTYPES = ("float32", "bfloat16")


def make_recipe(
    network: Network,
    optimizer: Any,
    loss: Any,
    metrics: Any = (),
    weighted_metrics: Any = (),
    loss_weights: Any = None,
    *,
    watch: Watch = NOTHING,
    frozen: frozenset[str] = frozenset(),
    dtype: str = "float32",
    lossless: bool = False,
) -> Recipe:
    """Return the recipe these settings mean for `network`.

    A metric is whatever `as_metric` takes, or a pair (name, metric). `Measure`s made
    beforehand are taken as they are. A `lossless` recipe may have no loss: then only what
    the layers themselves add is learnt.

    Raises:
        ConfigError: a name is unknown, or no output has a loss.
    """
    if dtype not in DTYPES:
        what = "dtype is not one that layers can compute with."
        hint = nearest(str(dtype), DTYPES)
        raise ConfigError(explain(what, got=dtype, expected=" or ".join(DTYPES), hint=hint))
    outputs = network.outputs
    losses = _by_output(loss, outputs, "loss")
    weights = _by_output(loss_weights, outputs, "loss_weights")
    goals = tuple(
        Goal(name, as_loss(losses[name]), 1.0 if weights.get(name) is None else weights[name])
        for name in outputs
        if losses.get(name) is not None
    )
    if not goals and not lossless:
        what = "No loss was given, so there is nothing to learn."
        raise ConfigError(explain(what, got=loss, expected=", ".join(LOSSES)))
    learnt = tuple(goal.output for goal in goals)
    measures = (
        *_measures(metrics, learnt, weighted=False),
        *_measures(weighted_metrics, learnt, weighted=True),
    )
    _check_names(measures)
    return Recipe(network, goals, measures, as_optimizer(optimizer), watch, frozen, dtype)


def as_loss(wanted: Any) -> Loss:
    """Return the loss meant by a name, a loss, or a function (y, a) -> costs."""
    if callable(wanted) and not isinstance(wanted, Loss | type):
        return OwnLoss(wanted)
    return LOSSES.resolve(wanted)


def as_metric(wanted: Any) -> Metric:
    """Return the metric meant by a name, a metric, a loss, or a function (y, a) -> scores."""
    if isinstance(wanted, Loss):
        return LossMetric(wanted)
    if isinstance(wanted, str) and wanted not in METRICS and wanted in LOSSES:
        return LossMetric(LOSSES.resolve(wanted))
    if callable(wanted) and not isinstance(wanted, Metric | type):
        return LossMetric(OwnLoss(wanted))
    return METRICS.resolve(wanted)


def check_rules(rules: Sequence[Rule], recipe: Recipe, *, validate: bool) -> None:
    """Refuse a rule that waits for a value the records lack, or sets a scheduled rate."""
    known = [*recipe.names, *(f"val_{name}" for name in recipe.names if validate)]
    rate = recipe.optimizer.learning_rate
    for rule in rules:
        if rule.sets_rate and isinstance(rate, Schedule):
            what = f"{type(rule).__name__} sets the learning rate, which follows a schedule."
            raise ConfigError(explain(what, got=rate, expected="a number", hint="choose one"))
        if rule.watches is not None and rule.watches not in known:
            lacks_rows = rule.watches.startswith("val_") and not validate
            near = nearest(rule.watches, known)
            hint = "give validation_data or validation_split" if lacks_rows else near
            what = f"{type(rule).__name__} follows {rule.watches!r}, which this fit does not have."
            expected = ", ".join(known)
            raise ConfigError(explain(what, got=rule.watches, expected=expected, hint=hint))


def _measures(wanted: Any, outputs: tuple[str, ...], *, weighted: bool) -> Iterable[Measure]:
    if isinstance(wanted, list | tuple) and wanted and all(isinstance(m, Measure) for m in wanted):
        yield from wanted
        return
    several = len(outputs) > 1
    for output, chosen in _by_output(wanted, outputs, "metrics").items():
        for one in chosen if isinstance(chosen, list | tuple) else (chosen,):
            if isinstance(one, tuple):
                name, metric = one
                yield Measure(name, output, as_metric(metric), weighted)
            elif one is not None:
                name = f"{output}_{_name(one)}" if several else _name(one)
                yield Measure(name, output, as_metric(one), weighted)


def _by_output(wanted: Any, outputs: tuple[str, ...], what: str) -> dict[str, Any]:
    """Return one entry an output, from a mapping, a list in order, or one for all."""
    if isinstance(wanted, Mapping) and "class_name" not in wanted:
        for name in wanted:
            if name not in outputs:
                message = (
                    f"{what} names an output that this network does not have or does not learn."
                )
                hint = nearest(str(name), outputs)
                expected = ", ".join(outputs)
                raise ConfigError(explain(message, got=name, expected=expected, hint=hint))
        return dict(wanted)
    if isinstance(wanted, list | tuple) and (len(outputs) > 1 or what != "metrics"):
        if len(wanted) == len(outputs):
            return dict(zip(outputs, wanted, strict=True))
        if wanted and what != "metrics":
            expected = f"{len(outputs)}: {', '.join(outputs)}"
            message = f"{what} has another length than the outputs of this network."
            raise ConfigError(explain(message, got=len(wanted), expected=expected))
    return dict.fromkeys(outputs, wanted)


def _name(wanted: Any) -> str:
    if isinstance(wanted, str):
        return {"acc": "accuracy"}.get(wanted, wanted)
    kind = type(wanted)
    own = METRICS.name_of(kind) or LOSSES.name_of(kind)
    return own or getattr(wanted, "__name__", None) or kind.__name__


def _check_names(measures: Sequence[Measure]) -> None:
    names = [measure.name for measure in measures]
    for name in names:
        if names.count(name) > 1:
            what = f"Two metrics are called {name!r}."
            hint = "list each once"
            raise ConfigError(explain(what, got=", ".join(names), expected="each once", hint=hint))
