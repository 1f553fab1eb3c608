"""Penalties on weights that leave nothing of them."""

from collections.abc import Iterator

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.shortfall import struggles
from pellucid.doctor.symptoms import fading
from pellucid.doctor.thresholds import threshold


@check("course")
def shrunk_weights(chart: Chart) -> Iterator[Finding]:
    """Look for weights under a penalty that have shrunk to hardly anything, to no use.

    Where the signal fades from the start, weights shrink for want of an error against the
    penalty: that is another matter.
    """
    decay = float(getattr(chart.recipe.optimizer, "weight_decay", None) or 0.0)
    shares = {
        path: chart.last.parameters[path].norm / p.norm
        for path, p in chart.start.kernels.items()
        if p.norm and (decay or _penalised(chart, path.partition("/")[0]))
    }
    path = min(shares, key=lambda name: shares[name], default="")
    low = threshold("shrunk_weights")
    if not path or not shares[path] < low or not struggles(chart) or _fades(chart):
        return
    owner, by_layer = path.partition("/")[0], not decay
    yield Finding(
        "excess_regularisation",
        "warning",
        f"{'the penalty' if by_layer else 'weight decay'} has shrunk the weights of {owner!r} to "
        f"{shares[path]:.1%} of what they were, at step {chart.last.step}",
        "start without, then try 1e-4",
        layer=owner,
        step=chart.last.step,
        value=shares[path],
        threshold=low,
        change=Change("model", "kernel_regularizer=None", {"penalties": None})
        if by_layer
        else Change("compile", "weight_decay=0.0", {"weight_decay": 0.0}),
    )


def _penalised(chart: Chart, owner: str) -> bool:
    layers = (node.layer for node in chart.network.nodes if node.owner == owner)
    return any(getattr(layer, "kernel_regularizer", None) is not None for layer in layers)


def _fades(chart: Chart) -> bool:
    ratio = chart.start.gradient_ratio
    weak = ratio is not None and ratio < threshold("gradient_ratio")
    return weak or fading(chart, chart.start) is not None
