"""Numbers that are missing or infinite, in the rows trained on and in those held out."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.columns import chunks, listed
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.task import is_own


@check("data")
def missing_numbers(chart: Chart) -> Iterator[Finding]:
    """Find rows with a NaN or an infinity.

    One such row makes every weight NaN; among the rows held out it only spoils scores. A loss
    of one's own, or a first layer of one's own, may expect them.
    """
    for rows, where in ((chart.rows, "training"), (chart.held_out, "held-out")):
        if rows is None:
            continue
        for part, columns, excused in (
            ("inputs", rows.x, _own_layers(chart)),
            ("targets", rows.y, _own_losses(chart)),
        ):
            yield from _in_columns(columns, f"{where} {part}", excused, where == "training")


def _in_columns(
    columns: Mapping[str, Any], title: str, excused: frozenset[str], trained: bool
) -> Iterator[Finding]:
    for name, column in columns.items():
        column = np.asarray(column)
        if column.dtype.kind != "f" or column.ndim == 0 or not column.size:
            continue
        bad, place, count = _holes(column)
        if not count:
            continue
        of_which = f" of {name!r}" if len(columns) > 1 else ""
        where = f"row {bad[0]}" + (f", column {place}" if column.ndim > 1 else "")
        rows = "row" if len(bad) == 1 else "rows"
        yield Finding(
            "nan_in_data",
            "error" if trained and name not in excused else "warning",
            f"{count} of the {title}{of_which} are missing or infinite, in {len(bad)} {rows}; "
            f"the first is {where}",
            "fill the gaps (with the column's median, say) or leave those rows out",
            rows=listed(bad),
            value=float(count),
            threshold=0.0,
            change=Change("data", "x = x[np.isfinite(x).all(axis=1)]", {"drop_rows": listed(bad)}),
        )


def _holes(column: np.ndarray) -> tuple[np.ndarray, int, int]:
    """Return the rows with a number that is not finite, the first one's column, and how many."""
    bad, place, count, first = [], 0, 0, 0
    for part in chunks(column):
        with np.errstate(over="ignore", invalid="ignore"):
            spoilt = not np.isfinite(part.sum())  # by one such number, or too large a sum
        whole = np.isfinite(part) if spoilt else np.ones(1, bool)
        if not whole.all():
            here = np.flatnonzero(~whole.all(axis=1))
            place = int(np.argmin(whole[here[0]])) if not bad else place
            bad += [here + first]
            count += int((~whole).sum())
        first += len(part)
    return np.concatenate(bad) if bad else np.zeros(0, int), place, count


def _own_layers(chart: Chart) -> frozenset[str]:
    """Return the inputs that a layer of one's own reads."""
    return frozenset(
        name
        for node in chart.network.nodes
        if type(node.layer).__name__ == "Custom"
        for name in node.inputs
    )


def _own_losses(chart: Chart) -> frozenset[str]:
    """Return the outputs with a loss of one's own."""
    return frozenset(name for name, loss in chart.losses.items() if is_own(loss))
