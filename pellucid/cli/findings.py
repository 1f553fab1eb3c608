"""What the doctor found, on a terminal."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

SERIOUS = ("warning", "error")


def print_findings(fits: Sequence[Any]) -> None:
    """Print what was found in a script's fits, each finding once, to the error stream."""
    sys.stdout.flush()
    for line in lines_of_fits(fits):
        print(line, file=sys.stderr)


def lines_of_fits(fits: Sequence[Any]) -> Iterator[str]:
    """Give the lines about all fits: what is serious, and how much advice there is besides."""
    told: set[tuple[Any, ...]] = set()
    for fit in fits:
        for found in fit.findings:
            key = (found.check, found.layer, fit.script_line)
            if found.severity in SERIOUS and key not in told:
                told.add(key)
                yield from ("", *_at(found, fit.script_line))
    advice = {found.check for fit in fits for found in fit.findings if found.severity == "advice"}
    if advice:
        plural = "piece" if len(advice) == 1 else "pieces"
        yield ""
        yield f"{len(advice)} {plural} of advice: {', '.join(sorted(advice))} (pellucid diagnose)"


def _at(found: Any, line: int | None) -> list[str]:
    first, *more = str(found).splitlines()
    return [f"line {line}: {first}" if line else first, *more]
