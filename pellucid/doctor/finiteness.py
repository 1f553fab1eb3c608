"""A loss that is no finite number: since which step, and what went before."""

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.remedies import rate_change, rate_for
from pellucid.doctor.symptoms import exploding
from pellucid.doctor.thresholds import threshold


@check("course")
def not_finite(chart: Chart) -> Iterator[Finding]:
    """Look for the first step whose loss is no finite number, and for its cause."""
    if not chart.epochs:
        return
    losses = np.concatenate([np.atleast_1d(epoch.step_losses) for epoch in chart.epochs])
    if np.isfinite(losses).all() and np.isfinite(chart.epochs[-1].value("loss")):
        return
    step = int(np.argmin(np.isfinite(losses))) if len(losses) else 0
    yield from _cause(chart, step)
    broken = chart.broken
    yield Finding(
        "nan_or_inf",
        "error",
        f"the loss is no finite number from step {step + 1} of {len(losses)} on"
        + (f"; {broken}" if broken else ""),
        "lower the learning rate, scale the data, or clip gradients",
        layer=broken.layer if broken else None,
        step=step,
        rows=(broken.culprits or broken.rows) if broken else (),
    )


def _cause(chart: Chart, step: int) -> Iterator[Finding]:
    """Give what the looks before it showed: answers, steps or gradients beyond measure."""
    finite = [seen for seen in chart.examinations if np.isfinite(seen.loss)]
    ratio = max((seen.update_ratio for seen in finite), default=0.0)
    gradients = (p.gradient for seen in finite for p in seen.kernels.values())
    steepest = max(gradients, default=0.0)
    wild = [seen for seen in chart.examinations if list(exploding(chart, seen))]
    too_fast = ratio > threshold("update_ratio_high")
    if wild and (wild[0].step == chart.start.step or not too_fast):
        yield from exploding(chart, wild[0])
    elif too_fast:
        slower = rate_for(chart.epochs[0].learning_rate, ratio, 1e-2)
        yield Finding(
            "lr_too_high",
            "warning",
            f"the loss is no finite number from step {step + 1} on, after steps that changed "
            f"the weights by {ratio:.0%} of their size",
            f"use a learning rate of {slower:g}",
            step=step,
            value=ratio,
            threshold=threshold("update_ratio_high"),
            change=rate_change(slower),
        )
    elif steepest > threshold("largest_gradient"):
        yield Finding(
            "exploding_gradient",
            "warning",
            f"gradients reach {steepest:.2g}, and the loss is no finite number from step "
            f"{step + 1} on",
            "clip gradients (clipnorm=1), scale inputs and targets, or use other activations",
            step=step,
            value=steepest,
            threshold=threshold("largest_gradient"),
            change=Change("compile", "clipnorm=1.0", {"clipnorm": 1.0}),
        )
