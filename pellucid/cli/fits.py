"""The table after a script: what each fit took, and where it ended."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import sqrt
from typing import Any

HELD_OUT = "val_"


def table_of(fits: Sequence[Any]) -> list[str]:
    """Return the lines to print: one a fit, or one for all fits begun by the same line."""
    rows = [_row(list(group)) for _, group in groupby(fits, key=_origin)]
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*(row[:-1] for row in rows), strict=True)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        lines.append("  ".join(["", *cells, row[-1]]).rstrip())
    return [f"{_count(len(fits), 'fit')}:", *lines]


def print_fits(fits: Sequence[Any]) -> None:
    """Print the table to the error stream, after what the script has printed."""
    sys.stdout.flush()
    for line in table_of(fits):
        print(line, file=sys.stderr)


def _row(fits: list[Any]) -> list[str]:
    first = fits[0]
    seconds = f"{sum(fit.seconds for fit in fits):.2f} s"
    line = f"line {first.script_line}" if first.script_line else ""
    reasons = dict.fromkeys(fit.stopped_because for fit in fits if fit.stopped_because)
    why = f"  ({'; '.join(reasons)})" if reasons else ""
    figures = "  ".join(_figure(name, [fit.values[name] for fit in fits]) for name in _told(fits))
    name = first.model_name if len(fits) == 1 else f"{len(fits)} fits"
    return [line, name, _epochs(fits), seconds, figures + why]


def _epochs(fits: list[Any]) -> str:
    least, most = min(fit.epochs for fit in fits), max(fit.epochs for fit in fits)
    return _count(most, "epoch") if least == most else f"{least}-{most} epochs"


def _told(fits: list[Any]) -> list[str]:
    """Return the figures all fits have: of rows held out, if there are such."""
    names = [name for name in fits[0].values if all(name in fit.values for fit in fits)]
    return [name for name in names if name.startswith(HELD_OUT)] or names


def _figure(name: str, values: Iterable[float]) -> str:
    values = [float(value) for value in values]
    mean = sum(values) / len(values)
    if len(values) == 1:
        return f"{name} {mean:.4g}"
    spread = sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return f"{name} {mean:.4g} ± {spread:.2g}"


def _origin(fit: Any) -> tuple[Any, frozenset[str]]:
    values: Mapping[str, float] = fit.values
    return fit.script_line or id(fit), frozenset(values)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
