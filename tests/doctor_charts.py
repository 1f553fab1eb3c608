"""Charts written by hand, for tests of checks."""

import numpy as np

from pellucid.doctor.chart import Chart, Epoch, Rows, Settings
from pellucid.doctor.examination import Examination, LayerSignals, Parameter, Signal
from pellucid.layers import Input
from pellucid.models.compiling import make_recipe
from pellucid.models.sequential import Sequential

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 4)).astype("float32")
AMOUNTS = (X @ [[1.0], [2.0], [-1.0], [0.5]]).astype("float32")
YES = (AMOUNTS > 0).astype("float32")
CLASSES = np.arange(60) % 3
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]


def chart_of(layers, loss, y, metrics=(), x=X, optimizer="adam", **more):
    """Return a chart of such a network and rows, before anything was trained."""
    network = Sequential([Input(x.shape[1:]), *layers]).network
    recipe = make_recipe(network, optimizer, loss, metrics)
    rows = Rows({network.inputs[0].name: x}, {network.outputs[0]: np.asarray(y)})
    return Chart(recipe, rows, **{"settings": Settings(20, 30), **more})


def signal(rms=1.0, spread=0.5, largest=3.0, finite=True):
    return Signal(rms, spread, largest, finite)


def look(chart, step=0, loss=1.0, answers=None, layers=None, kernels=None):
    """Return a healthy look, but for what is said of some layers and kernels."""
    network = chart.network
    signals = {
        node.name: LayerSignals(signal(), 0.0, 0.0, 0.0, 0.1, 8)._replace(
            **(layers or {}).get(node.name, {})
        )
        for node in network.nodes
    }
    healthy = Parameter(2.0, 0.4, 0.1, 2e-3, False, True, True, 32, 4, True)
    found = {
        f"{owner}/kernel": healthy._replace(**(kernels or {}).get(owner, {}))
        for owner in network.owners
        if hasattr(network[owner].layer, "units")
    }
    (output,) = network.outputs
    if answers is None:
        answers = np.asarray(chart.rows.y[output], float).reshape(len(chart.rows), -1)
    inputs = {source.name: signal(spread=1.0) for source in network.inputs}
    return Examination(step, 0, loss, inputs, signals, found, {output: np.asarray(answers)})


def epochs(losses, rate=1e-3, **more):
    """Return epochs with these losses, and other values by name."""
    columns = {"loss": losses, **more}
    return [
        Epoch({name: column[i] for name, column in columns.items()}, np.array([loss]), rate)
        for i, loss in enumerate(losses)
    ]


def found(check, chart):
    """Return what a check finds, by id."""
    return {finding.check: finding for finding in check(chart)}
