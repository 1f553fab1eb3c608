"""Charts of programs written by hand: rows, a few layers, and how they are trained."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.doctor.chart import ONCE, Chart, Epoch, Rows, Settings
from pellucid.doctor.check import Check
from pellucid.doctor.examination import Examination, Parameter, Signal
from pellucid.doctor.finding import Finding
from pellucid.functions.losses import LOSSES
from pellucid.functions.metrics import METRICS
from pellucid.layers.dense import Dense
from pellucid.network.graph import chain
from pellucid.optimizers.sgd import SGD
from pellucid.training.state import Goal, Measure, Recipe


def chart_of(
    x: Any,
    y: Any,
    loss: Any = "mse",
    *,
    layers: Sequence[Any] = (),
    held_out: tuple[Any, Any] | None = None,
    metrics: Sequence[str] = (),
    settings: Settings = ONCE,
    dtype: str = "float32",
) -> Chart:
    """Return the chart of a program before it is trained."""
    x, y = np.asarray(x), np.asarray(y)
    network = chain(x.shape[1:], list(layers) or [Dense(4), Dense(1)], dtype)
    source, output = network.inputs[0].name, network.outputs[0]
    goal = Goal(output, LOSSES[loss]() if isinstance(loss, str) else loss)
    measures = tuple(Measure(name, output, METRICS[name]()) for name in metrics)
    apart = None
    if held_out is not None:
        apart = Rows({source: np.asarray(held_out[0])}, {output: np.asarray(held_out[1])})
    recipe = Recipe(network, (goal,), measures, SGD())
    return Chart(recipe, Rows({source: x}, {output: y}), apart, settings)


def trained(chart: Chart, answers: Any, *, update_ratio: float = 1e-3, **values: float) -> Chart:
    """Return the chart with a last look, in which the network gave `answers` to all rows."""
    kernel = Parameter(1.0, 0.1, 0.1, update_ratio, False, True, True, 100, 10, True)
    signals = {name: Signal(1.0, 1.0, 1.0, True) for name in chart.rows.x}
    outputs = {chart.network.outputs[0]: np.asarray(answers, float)}
    look = Examination(0, 0, 1.0, signals, {}, {"dense/kernel": kernel}, outputs)
    chart.examinations.append(look)
    chart.epochs.append(Epoch({"loss": 1.0, **values}, np.ones(4), 0.01))
    return chart


def found(check: Check, chart: Chart) -> list[tuple[str, str]]:
    """Return what a check finds, by id and severity."""
    return [(finding.check, finding.severity) for finding in findings(check, chart)]


def findings(check: Check, chart: Chart) -> list[Finding]:
    """Return what a check finds."""
    return list(check(chart))
