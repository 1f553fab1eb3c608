"""Whether a watched value should be small or large."""

from collections.abc import Iterator
from typing import Any

from pellucid.base.errors import ConfigError, explain
from pellucid.functions.losses import LOSSES
from pellucid.functions.metrics import METRICS

SMALL = {"loss", "learning_rate", "lr"}


def sign_of(monitor: str, model: Any) -> float:
    """Return 1 if a smaller `monitor` is better, -1 if a larger one is.

    The model's metric of that name knows; else the name itself may be that of a metric or a
    loss, after the name of an output.

    Raises:
        ConfigError: nothing known has that name.
    """
    stem = monitor.removeprefix("val_")
    for metric in _metrics(model):
        name = getattr(metric, "name", None)
        if name and (stem == name or stem.endswith(f"_{name}")):
            sign = _sign_of_metric(metric)
            if sign is not None:
                return sign
    parts = stem.split("_")
    for ending in ("_".join(parts[first:]) for first in range(len(parts))):
        if ending in SMALL or ending in LOSSES:
            return 1.0
        if ending in METRICS:
            return -1.0 if METRICS[ending].higher_is_better else 1.0
    what = f"Whether {monitor!r} should be small or large cannot be told from its name."
    expected = "a loss, or a metric that Keras has"
    raise ConfigError(
        explain(what, got=monitor, expected=expected, hint="say mode='min' or mode='max'")
    )


def _metrics(model: Any) -> Iterator[Any]:
    for metric in getattr(model, "metrics", None) or ():
        yield metric
        yield from getattr(metric, "metrics", None) or ()


def _sign_of_metric(metric: Any) -> float | None:
    direction = getattr(metric, "_direction", None)
    if direction is not None:
        return -1.0 if direction == "up" else 1.0
    core = type(getattr(metric, "core", None))
    known = next((METRICS[name] for name in METRICS if METRICS[name] is core), None)
    if known is None:
        return None  # a user's own: nothing says which way it goes
    return -1.0 if known.higher_is_better else 1.0
