"""Whether a network is large enough for what there is to learn."""

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.probes import Probe, probe_of
from pellucid.doctor.remedies import livelier, longer
from pellucid.doctor.shortfall import shortfall
from pellucid.doctor.task import NUMBERS
from pellucid.doctor.thresholds import threshold
from pellucid.layers.dense import Dense

FEWEST_UPDATES = 100  # steps of training


@check("end", all_rows=True)
def beside_plain_predictors(chart: Chart) -> Iterator[Finding]:
    """Find networks that do much worse, on rows trained on, than plain predictors on new rows."""
    if not (chart.examinations and chart.epochs):
        return
    for output in chart.tasks:
        gain, short = chart.gain(output), shortfall(chart, output)
        probe = probe_of(chart, output) if short else None
        if probe is None:
            continue
        narrow = narrowest(chart, output, probe) if _had_its_chance(chart) else None
        who = "neighbours" if probe.neighbours.gain >= probe.linear.gain else "a linear model"
        better = f"{who} come to {probe.gain:.2f} of the way from the constant answer to a "
        better += f"perfect one on rows they have not seen, the network to {gain:.2f} on its own"
        yield Finding(
            "underfitting_capacity" if narrow else "underfitting",
            "warning" if narrow else "advice",
            better + (f"; layer {narrow[0]!r} has {narrow[1]} unit(s)" if narrow else ""),
            "give the hidden layers more units"
            if narrow
            else "train longer, at another learning rate, or with more units",
            layer=narrow[0] if narrow else None,
            value=short,
            threshold=threshold("probe_margin"),
            change=_wider(narrow[0]) if narrow else longer(3 * len(chart.epochs)),
            others=() if narrow else tuple(livelier(chart)),
        )


def _had_its_chance(chart: Chart) -> bool:
    """Tell whether the network could have learnt what it can: steps enough, and not too small."""
    ratios = [
        max((w.update_ratio for w in seen.parameters.values() if w.moves), default=0.0)
        for seen in chart.examinations
    ]
    fast = float(np.median(ratios)) > threshold("update_ratio_slow")
    return fast and chart.updates >= FEWEST_UPDATES


def narrowest(chart: Chart, output: str, probe: Probe) -> tuple[str, int] | None:
    """Return a hidden layer too narrow for its task, with its units, or None.

    What goes through w units lies on a w-dimensional surface: too little for K classes or
    answers of inputs in r directions if w < min(r, K), or w = 1 of several directions. So are
    a few units with far fewer weights than rows.
    """
    hidden = [
        (node.name, node.layer.units)
        for node in chart.network.nodes
        if isinstance(node.layer, Dense) and node.name not in chart.network.outputs
    ]
    ends = {node.name for node in chart.network.nodes if _ends(chart, node.name, output)}
    hidden = [(name, units) for name, units in hidden if name not in ends]
    if not hidden:
        return None
    task = chart.tasks[output]
    answers = int(np.prod(task.y.shape[1:])) if task.kind == NUMBERS else task.classes - 1
    name, units = min(hidden, key=lambda pair: pair[1])
    weights = sum(w.size for w in chart.last.parameters.values())
    too_few = units < min(probe.rank, answers) or (units == 1 and probe.rank > 1.5)
    too_small = units <= 4 and weights < len(task.y) / 8
    return (name, units) if too_few or too_small else None


def _ends(chart: Chart, name: str, output: str) -> bool:
    """Tell whether nothing with weights comes after a layer: it is the output's."""
    node, network = chart.network[output], chart.network
    while not isinstance(node.layer, Dense):
        if len(node.inputs) != 1 or node.inputs[0] not in network:
            return False
        node = network[node.inputs[0]]
    return node.name == name


def _wider(layer: str) -> Change:
    return Change("model", f"units=64 in layer {layer!r}", {"layer": layer, "units": 64})
