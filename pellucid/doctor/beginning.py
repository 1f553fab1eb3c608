"""What the weights are like before any step: all the same, too small, or too large."""

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.setup import SUMS
from pellucid.doctor.shortfall import attains, struggles
from pellucid.doctor.symptoms import fading
from pellucid.doctor.thresholds import threshold


@check("start")
def starting_weights(chart: Chart) -> Iterator[Finding]:
    """Look for weights that make all units the same, or the signal fade or swell."""
    kernels = chart.start.kernels
    outputs = {chart.network[name].owner for name in chart.network.outputs}
    for path, kernel in kernels.items():
        owner, _, name = path.partition("/")
        if kernel.alike and kernel.size > kernel.fan_in and owner not in outputs and _first(name):
            yield Finding(
                "symmetry",
                "error",
                f"all units of {owner!r} start with the same weights, so that all learn the same",
                "draw them at random: he_normal for relu, glorot_uniform for others",
                layer=owner,
                step=chart.start.step,
                change=initializer_change(owner),
            )
            return
    worst = min(
        ((p.deviation * np.sqrt(p.fan_in), path) for path, p in kernels.items() if p.fan_in > 1),
        default=(1.0, ""),
    )
    spread = fading(chart, chart.start)
    if worst[0] < threshold("weight_scale") and spread is not None:
        layer, ratio = spread
        yield Finding(
            "bad_initialisation",
            "advice" if chart.epochs and attains(chart) else "warning",
            f"the weights of {worst[1].partition('/')[0]!r} deviate by {worst[0]:.2g} of "
            f"1/sqrt(fan in), and the signal has fallen to {ratio:.1g} of the inputs' at {layer!r}",
            "start with he_normal for relu, glorot_uniform for others",
            layer=worst[1].partition("/")[0],
            step=chart.start.step,
            value=float(worst[0]),
            threshold=threshold("weight_scale"),
            change=initializer_change(worst[1].partition("/")[0]),
        )


def _first(name: str) -> bool:
    return name in ("kernel", "depthwise_kernel", "pointwise_kernel")


@check("course")
def large_weights(chart: Chart) -> Iterator[Finding]:
    """Look for weights so large that sums are, too, where the network does not get over it.

    With x of size 1, z = W x deviates by the weights' deviation times sqrt(fan in).
    """
    sizes = {
        path: p.deviation * np.sqrt(p.fan_in)
        for path, p in chart.start.kernels.items()
        if _sums(chart, path.partition("/")[0])
    }
    path = max(sizes, key=lambda name: sizes[name], default="")
    if not path or sizes[path] < threshold("weight_scale_high") or not struggles(chart):
        return
    owner = path.partition("/")[0]
    yield Finding(
        "bad_initialisation",
        "warning",
        f"the weights of {owner!r} deviate by {sizes[path]:.3g} times 1/sqrt(fan in)",
        "start with he_normal for relu, glorot_uniform for others",
        layer=owner,
        step=chart.start.step,
        value=float(sizes[path]),
        threshold=threshold("weight_scale_high"),
        change=initializer_change(owner),
        not_from=("unscaled_inputs",),
    )


def _sums(chart: Chart, owner: str) -> bool:
    return any(n.owner == owner and type(n.layer).__name__ in SUMS for n in chart.network.nodes)


def initializer_change(layer: str) -> Change:
    """Return the remedy of other initial weights in a layer and those like it."""
    code = f'kernel_initializer="he_normal" in the layers like {layer!r}'
    return Change("model", code, {"like": layer, "initializer": "he_normal"})
