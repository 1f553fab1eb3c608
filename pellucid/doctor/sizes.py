"""Whether there are rows enough, to train on and to judge by."""

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.task import CLASSES, YES_OR_NO
from pellucid.doctor.thresholds import threshold


@check("data")
def enough_rows(chart: Chart) -> Iterator[Finding]:
    """Compare the rows with the classes they are to tell apart."""
    rows = len(chart.rows)
    kinds = [t.classes if t.kind in (CLASSES, YES_OR_NO) else 2 for t in chart.tasks.values()]
    wanted = threshold("rows_by_class") * max(kinds, default=2)
    if 0 < rows < wanted:
        yield Finding(
            "too_few_samples",
            "advice",
            f"there are {rows} rows, for {max(kinds, default=2)} classes"
            if any(t.kind in (CLASSES, YES_OR_NO) for t in chart.tasks.values())
            else f"there are {rows} rows",
            "collect more rows, or enlarge those there are; till then keep the network small",
            value=float(rows),
            threshold=wanted,
        )


@check("start", all_rows=True)
def more_rows_than_weights(chart: Chart) -> Iterator[Finding]:
    """Compare the rows with the weights that are fitted to them."""
    weights = sum(w.size for w in chart.start.parameters.values() if w.moves)
    most = threshold("parameters_by_row") * len(chart.rows)
    positions = max((int(np.prod(y.shape[1:-1])) for y in chart.rows.y.values()), default=1)
    if len(chart.rows) and positions <= 1 and weights > most:
        yield Finding(
            "too_few_samples",
            "advice",
            f"{weights} weights are fitted to {len(chart.rows)} rows",
            "use a smaller network, a penalty or dropout, and stop early on held-out rows",
            value=weights / len(chart.rows),
            threshold=threshold("parameters_by_row"),
        )


@check("data")
def rows_to_judge_by(chart: Chart) -> Iterator[Finding]:
    """Find programs whose scores can only be those of rows trained on."""
    if chart.held_out is None and len(chart.rows):
        yield Finding(
            "no_validation",
            "advice",
            "no rows are held out, so nothing tells how the network does on new ones",
            "hold out a fifth of the rows",
            change=Change("fit", "validation_split=0.2", {"validation_split": 0.2}),
        )
