"""Values far from all others."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.columns import amounts, listed, table_of
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.task import NUMBERS
from pellucid.doctor.thresholds import threshold
from pellucid.functions.losses import Reduced

FEWEST = 20  # rows in which "far from all others" means something
WITHIN = 2.56  # deviations between the first and the last tenth of a normal column
TOLERANT = ("MeanAbsoluteError", "Huber", "LogCosh")  # losses that do not square a distance


@check("data")
def far_targets(chart: Chart) -> Iterator[Finding]:
    """Find targets that a squared error would be all about."""
    for output, task in chart.tasks.items():
        y = amounts(task.y) if task.kind == NUMBERS else None
        if y is None or len(y) < FEWEST:
            continue
        z = _distance(y).max(axis=1, initial=0.0)
        far = np.flatnonzero(z > threshold("outlier"))
        share = len(far) / len(y)
        if share <= threshold("outlier_share"):
            continue
        loss = chart.losses.get(output)
        name = type(loss.inner if isinstance(loss, Reduced) else loss).__name__
        yield Finding(
            "outliers",
            "advice" if name in TOLERANT else "warning",
            f"{len(far)} of {len(y)} targets lie more than {threshold('outlier'):g} robust "
            f"deviations from the median, one of them {z.max():.3g}",
            "look at these rows; clip their targets, or use a loss that minds them less: huber",
            rows=listed(far[np.argsort(-z[far])]),
            value=share,
            threshold=threshold("outlier_share"),
            change=Change("compile", 'loss="huber"', {"loss": "huber"}),
        )


@check("data")
def far_inputs(chart: Chart) -> Iterator[Finding]:
    """Find single inputs far from the rest of their column, as a 999 for "unknown"."""
    for source in chart.rows.x:
        table = table_of(chart, source)
        if table is None or not table.is_flat or len(table.x) < FEWEST:
            continue
        x = table.x[:2000]
        far = _distance(x) > threshold("outlier")
        rows = np.flatnonzero(far.any(axis=1))
        share = len(rows) / len(x)
        if share > threshold("outlier_share"):
            column = int(np.argmax(far.sum(axis=0)))
            yield Finding(
                "outliers",
                "advice",
                f"{len(rows)} of {len(x)} rows have an input more than {threshold('outlier'):g} "
                f"robust deviations from its column's median, most of them in column {column}",
                "look whether these are codes for what is unknown; clip or fill them",
                rows=listed(table.places[rows]),
                value=share,
                threshold=threshold("outlier_share"),
            )


def _distance(x: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, "rows columns"]:
    """Return robust deviations from the column's median; 0 where most of it is one value."""
    columns = np.ascontiguousarray(x.T)  # those that lie apart take longer
    low, middle, high = np.quantile(columns, (0.1, 0.5, 0.9), axis=1).astype(x.dtype)
    usual = (high - low) / WITHIN * ((x != middle).mean(axis=0) > 0.5)
    return np.where(usual > 0, np.abs(x - middle) / np.where(usual > 0, usual, 1), 0.0)
