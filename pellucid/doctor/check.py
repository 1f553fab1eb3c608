"""The checks: functions from a chart to findings, filed by when they can be asked."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from pellucid.doctor.finding import Finding

Check: TypeAlias = Callable[[Any], Iterator[Finding]]

# When a check can be asked: before anything is trained, from settings and a few targets
# ("program") or all of the rows ("data"); before the first step ("start"); at every look
# inside and after every epoch ("course"); when training has ended ("end").
STAGES = ("program", "data", "start", "course", "end")

CHECKS: dict[str, list[Check]] = {stage: [] for stage in STAGES}


ALL_ROWS: set[Check] = set()  # what cannot be said of the first rows of many


def check(stage: str, *, all_rows: bool = False) -> Callable[[Check], Check]:
    """Return a decorator that files a check under its stage.

    A check of `all_rows` is not asked where only the first of the rows are known. Those of
    the stage "data" never are, then.
    """

    def file(function: Check) -> Check:
        CHECKS[stage].append(function)
        if all_rows or stage == "data":
            ALL_ROWS.add(function)
        return function

    return file
