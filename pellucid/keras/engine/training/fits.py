"""What every fit of this process came to, for the table at the end of `pellucid run`."""

from typing import Any, NamedTuple


class FitReport(NamedTuple):
    """One fit."""

    model_name: str
    epochs: int
    seconds: float
    values: dict[str, float]  # of the last epoch
    stopped_because: str
    script_line: int | None  # where the script called fit
    findings: tuple[Any, ...] = ()  # what the doctor found


fits: list[FitReport] = []
