"""Whether targets have to do with their inputs at all, and which of them look wrong."""

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.chart import Chart, constant_cost
from pellucid.doctor.check import check
from pellucid.doctor.columns import listed
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.probes import Probe, probe_of
from pellucid.doctor.shortfall import GOOD
from pellucid.doctor.task import task_of
from pellucid.doctor.thresholds import threshold

FEWEST, FEWEST_TO_BLAME_PAIRS = 40, 200  # rows; of them, not of the commonest class


@check("end", all_rows=True)
def signal(chart: Chart) -> Iterator[Finding]:
    """Find targets that neither the network nor plain predictors can tell from the inputs."""
    if beats_constant(chart):
        return
    for output in chart.tasks:
        probe = probe_of(chart, output)
        if probe is None or probe.uncommon < FEWEST or probe.z > threshold("signal_z"):
            continue
        yield _paired_wrongly(probe) if _has_structure(probe) else _nothing_there(probe)


@check("end", all_rows=True)
def contradicted_labels(chart: Chart) -> Iterator[Finding]:
    """Find rows deep among those of another class. Where classes overlap, that may be honest.

    It is asked where the network does not tell the classes apart, as it takes a while.
    """
    for output in chart.tasks:
        if chart.examinations and chart.gain(output) > GOOD:
            continue
        probe = probe_of(chart, output)
        if probe is None or probe.gain < 0.3:
            continue
        share = len(probe.contradicted) / probe.rows
        if share > threshold("contradicted_share"):
            yield Finding(
                "label_noise",
                "advice",
                f"{share:.1%} of {probe.rows} rows have another label than nearly all of the ten "
                "rows most like them",
                "look at these rows and their labels",
                rows=listed(sorted(probe.contradicted)),
                value=share,
                threshold=threshold("contradicted_share"),
            )


def beats_constant(chart: Chart) -> bool:
    """Tell whether the network does better than a constant on rows it was not trained on.

    Without such rows, on those it was trained on; there it may have learnt them by heart.
    """
    if chart.held_out is None or not chart.epochs or "val_loss" not in chart.epochs[-1].values:
        return chart.is_learning and chart.held_out is None
    costs = [
        constant_cost(goal.loss, task_of(chart.held_out.y[goal.output], goal.loss))
        for goal in chart.recipe.goals
        if goal.output in chart.held_out.y
    ]
    if not costs or any(cost is None for cost in costs):
        return chart.is_learning
    weights = [goal.weight for goal in chart.recipe.goals]
    constant = sum(w * c for w, c in zip(weights, costs, strict=False) if c is not None)
    best = min(_finite(epoch.value("val_loss")) for epoch in chart.epochs)
    return best < (1 - threshold("learning_margin")) * constant


def _finite(value: float) -> float:
    return value if np.isfinite(value) else np.inf


def _has_structure(probe: Probe) -> bool:
    """Tell whether inputs hang together, so that some targets could be told from them."""
    return probe.rows >= FEWEST_TO_BLAME_PAIRS and probe.nearness < threshold("structure")


def _paired_wrongly(probe: Probe) -> Finding:
    return Finding(
        "misaligned_labels",
        "warning",
        f"inputs have structure (nearest rows at {probe.nearness:.2f} of the distance with "
        f"columns shuffled), yet neither their neighbours nor a linear model tell the targets of "
        f"{probe.rows} rows better than chance (z = {probe.z:.1f})",
        "look whether rows and labels were shuffled or sorted apart; draw a few with their labels",
        value=probe.z,
        threshold=threshold("signal_z"),
        change=Change("data", "shuffle x and y with the same order", {"pair": True}),
    )


def _nothing_there(probe: Probe) -> Finding:
    return Finding(
        "no_signal",
        "warning",
        f"neither neighbours nor a linear model tell the targets of {probe.rows} rows better than "
        f"chance (z = {probe.z:.1f}), nor does the network",
        "look for inputs that the target depends on",
        value=probe.z,
        threshold=threshold("signal_z"),
    )
