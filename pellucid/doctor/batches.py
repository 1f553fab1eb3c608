"""Whether batches are of a size that training gets on with."""

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.shortfall import GOOD, gain_now, struggles
from pellucid.doctor.thresholds import threshold

FEWEST = 100  # rows that make more than a handful of batches
SMALL = 2  # rows whose gradient is mostly chance


@check("end", all_rows=True)
def batch_size(chart: Chart) -> Iterator[Finding]:
    """Look for batches that leave no steps to take, or nothing but noise to go by."""
    rows, size = len(chart.rows), min(chart.settings.batch_size, len(chart.rows))
    if rows < FEWEST or not chart.epochs or gain_now(chart) > GOOD:
        return
    few = chart.updates < threshold("fewest_updates") and not chart.stopped_by
    if few and size >= rows / 2:
        yield _finding(
            f"a batch holds {size} of {rows} rows, so that {len(chart.epochs)} epochs were "
            f"{chart.updates} steps",
            chart.updates,
            threshold("fewest_updates"),
        )
    elif size <= SMALL and struggles(chart) and _noise(chart) > threshold("batch_noise"):
        yield _finding(
            f"a batch holds {size} row(s), and its loss differs from the next one's by "
            f"{_noise(chart):.2g} times the mean loss",
            _noise(chart),
            threshold("batch_noise"),
        )


def _noise(chart: Chart) -> float:
    """Return how far the losses of an epoch's batches lie apart, by their mean."""
    losses = chart.epochs[-1].step_losses
    if len(losses) < 2 or not np.isfinite(losses).all():
        return 0.0
    return float(np.std(losses) / max(abs(float(np.mean(losses))), 1e-12))


def _finding(evidence: str, value: float, limit: float) -> Finding:
    return Finding(
        "bad_batch_size",
        "warning",
        evidence,
        "use batches of 32",
        value=float(value),
        threshold=limit,
        change=Change("fit", "batch_size=32", {"batch_size": 32}),
    )
