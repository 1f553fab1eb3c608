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


def check(stage: str) -> Callable[[Check], Check]:
    """Return a decorator that files a check under its stage."""

    def file(function: Check) -> Check:
        CHECKS[stage].append(function)
        return function

    return file
