"""Whether the rows held out look like those trained on."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.columns import Spread, chunks, class_values, kept, spread_of, table_of
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.task import Task, task_of
from pellucid.doctor.thresholds import threshold

FEWEST = 10  # held-out rows that can be compared


class Row(NamedTuple):
    """The size of a row's numbers, and their mean."""

    rms: float
    mean: float


@check("data")
def inputs_alike(chart: Chart) -> Iterator[Finding]:
    """Compare the inputs: first as a whole, then a feature at a time, then their ranges."""
    for source in chart.rows.x:
        here, there = spread_of(chart, source), spread_of(chart, source, held_out=True)
        if here is None or there is None or chart.held_out is None:
            continue
        count = len(chart.held_out.x[source])
        if count < FEWEST or here.mean.shape != there.mean.shape:
            continue
        for compare in (_prepared, _beyond, _moved):
            found = list(compare(chart, source, here, there))
            yield from found
            if found:
                break


def _prepared(chart: Chart, source: str, here: Spread, there: Spread) -> Iterator[Finding]:
    """Compare the size of all numbers: a scaling that one side missed moves them all."""
    usual, other = (_typical_row(chart, source, held_out) for held_out in (False, True))
    if not min(usual.rms, other.rms, here.rms, there.rms) > 0:
        return
    factor = min(max(r, 1 / r) for r in (other.rms / usual.rms, there.rms / here.rms))
    within = float(np.sqrt(np.square(here.deviation).mean()))
    moves = other.mean - usual.mean, float(there.mean.mean() - here.mean.mean())
    shift = min(abs(move) for move in moves) / within if within else 0.0
    if factor > threshold("shift_factor"):
        evidence = f"held-out inputs have an rms of {there.rms:.3g}, training inputs {here.rms:.3g}"
        value, limit = factor, threshold("shift_factor")
    elif shift > threshold("shift_deviations"):
        evidence = (
            f"the mean of held-out inputs lies {shift:.3g} deviations from the training rows'"
        )
        value, limit = shift, threshold("shift_deviations")
    else:
        return
    yield Finding(
        "preprocess_mismatch",
        "warning",
        evidence,
        "prepare both with the same numbers, those of the training rows, or let a layer do it",
        value=value,
        threshold=limit,
        change=Change("model", "put layers.Normalization() first", {"first": "Normalization"}),
    )


def _typical_row(chart: Chart, source: str, held_out: bool) -> Row:
    """Return the medians over rows of a row's rms and mean: a wild row does not move them."""
    table = table_of(chart, source, held_out=held_out)
    if table is None:
        return Row(0.0, 0.0)
    rms = np.sqrt(np.square(table.x, dtype=np.float64).mean(axis=1))
    return Row(float(np.median(rms)), float(np.median(table.x.mean(axis=1))))


def _moved(chart: Chart, source: str, here: Spread, there: Spread) -> Iterator[Finding]:
    """Compare the mean of each feature, in deviations, beyond what few rows explain."""
    both = here.varied & (here.deviation > 0)
    tables = table_of(chart, source), table_of(chart, source, held_out=True)
    if not both.any() or tables[0] is None or tables[1] is None:
        return
    a, b = here.deviation[both], there.deviation[both]
    distance = np.abs(there.mean[both] - here.mean[both])
    error = np.sqrt(a**2 / len(tables[0].x) + np.maximum(a, b) ** 2 / len(tables[1].x))
    sure = distance / error > 8
    shift = np.where(sure, distance / a, 0.0)
    worst = int(np.argmax(shift))
    if shift[worst] <= threshold("shift_deviations") / 2:
        return
    serious = shift[worst] > threshold("shift_deviations")
    yield Finding(
        "train_val_shift",
        "warning" if serious else "advice",
        f"feature {np.flatnonzero(both)[worst]} has its held-out mean {shift[worst]:.3g} "
        "deviations from that of the training rows",
        "hold out rows drawn at random, or find out what changed in between",
        value=float(shift[worst]),
        threshold=threshold("shift_deviations"),
        change=Change("fit", "validation_split, drawn at random", {"split": "shuffled"}),
    )


def _beyond(chart: Chart, source: str, here: Spread, there: Spread) -> Iterator[Finding]:
    """Count held-out rows outside the training range, a feature at a time.

    If all rows are drawn alike, k of the m held-out rows lie above all n others with
    probability below (m / (m + n))^k, whatever the distribution; so for 2 ends of each feature.
    """
    assert chart.held_out is not None
    low, high = kept(chart, f"range {source}", lambda: _range(chart.rows.x[source]))
    m, n = len(chart.held_out.x[source]), len(chart.rows.x[source])
    above, below = np.zeros(len(low), int), np.zeros(len(low), int)
    for part in chunks(np.asarray(chart.held_out.x[source])):
        above += (part > high).sum(axis=0)
        below += (part < low).sum(axis=0)
    counts = np.maximum(above, below)
    worst = int(np.argmax(counts))
    k, share = int(counts[worst]), counts[worst] / m
    chance = k * np.log(m / (m + n)) + np.log(2 * len(low))
    if share <= threshold("outside_share") or chance > np.log(threshold("shift_chance")):
        return
    yield Finding(
        "distribution_shift",
        "warning" if share > threshold("outside_share_serious") else "advice",
        f"{k} of {m} held-out rows lie outside {low[worst]:.4g} .. {high[worst]:.4g}, where all "
        f"training rows have feature {worst}",
        "train on rows from the whole range the network is to answer for",
        value=float(share),
        threshold=threshold("outside_share"),
        change=Change("fit", "validation_split, drawn at random", {"split": "shuffled"}),
    )


def _range(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parts = [(part.min(axis=0), part.max(axis=0)) for part in chunks(np.asarray(x))]
    return np.min([low for low, _ in parts], axis=0), np.max([high for _, high in parts], axis=0)


@check("data")
def classes_alike(chart: Chart) -> Iterator[Finding]:
    """Find classes that only one side has."""
    for output, task in chart.tasks.items():
        if chart.held_out is None or output not in chart.held_out.y:
            continue
        y = chart.held_out.y[output]
        other = task_of(y, chart.losses.get(output))
        here, there = class_values(task.y, task), _other_values(y, task, other)
        if here is None or there is None or len(there) < FEWEST or not there.size:
            continue
        yield from _unseen(chart, here, there)
        yield from _not_asked(chart, here, there)


def _other_values(y: np.ndarray, task: Task, other: Task) -> np.ndarray | None:
    """Return held-out classes; a side with one class only is read as the other side is."""
    return class_values(y, other if other.kind == task.kind else task._replace(y=y))


def _unseen(chart: Chart, here: np.ndarray, there: np.ndarray) -> Iterator[Finding]:
    new = ~np.isin(there, here)
    if not new.any():
        return
    share, names = float(new.mean()), np.unique(there[new])
    tail = chart.settings.split == "last" and not chart.settings.shuffle
    sorted_rows = chart.settings.split == "last" and share > 0.5
    yield Finding(
        "sorted_no_shuffle" if sorted_rows or tail else "train_val_shift",
        "warning" if share > 0.05 else "advice",
        f"{share:.0%} of the held-out rows are of classes that no training row has: "
        + ", ".join(f"{name:g}" for name in names[:5]),
        "hold out rows drawn at random, or as many of each class",
        value=share,
        threshold=0.05,
        change=Change("fit", "shuffle the rows before they are split", {"split": "stratified"}),
    )


def _not_asked(chart: Chart, here: np.ndarray, there: np.ndarray) -> Iterator[Finding]:
    values, counts = np.unique(here, return_counts=True)
    expected = counts / len(here) * len(there)
    gone = values[(expected > 10) & ~np.isin(values, there)]
    if gone.size:
        most = len(gone) >= len(values) / 2
        yield Finding(
            "sorted_no_shuffle" if most and chart.settings.split == "last" else "train_val_shift",
            "warning" if most else "advice",
            f"no held-out row is of class {', '.join(f'{value:g}' for value in gone[:5])}, "
            f"though training rows are",
            "hold out rows drawn at random, or as many of each class",
            value=float(len(gone)),
            threshold=0.0,
            change=Change("fit", "shuffle the rows before they are split", {"split": "stratified"}),
        )
