"""One live line while a network trains: in a terminal, in a pipe, in a notebook."""

import sys
import time
from typing import Any

from pellucid.models.live_line import LiveLine
from pellucid.training.record import EpochRecord, StepsRecord, short

REDRAWN_EVERY = 0.1  # seconds, in a terminal or notebook
REPEATED_EVERY = 10.0  # seconds, in a pipe or file, where each line stays


class Progress:
    """Shows records as they come: one line, overwritten where that is possible.

    Silent with `verbose=0`; with 2 every epoch leaves a line of its own.
    """

    def __init__(self, epochs: int, verbose: int | str = "auto", out: Any = None) -> None:
        self._epochs, self._verbose = epochs, verbose
        self._out = out or sys.stdout
        self._place = None if verbose == 0 else LiveLine(out)
        self._began = time.perf_counter()
        self._first, self._line = None, ""

    def begin(self, epoch: int) -> None:
        """Count epochs from this one on, instead of from the first that is shown."""
        self._first = epoch

    def show(self, record: EpochRecord | StepsRecord) -> None:
        """Take note of a record; redraw if it is time."""
        if self._place is None:
            return
        if self._first is None:
            self._first = record.epoch
        self._line = self._text(record)
        if self._verbose == 2:
            if isinstance(record, EpochRecord):
                print(self._line, file=self._out, flush=True)
        elif self._place.due(REDRAWN_EVERY if self._place.live else REPEATED_EVERY):
            self._place.draw(self._line)

    def close(self, why: str = "") -> None:
        """Leave the last line standing."""
        if self._place is None or self._verbose == 2 or not self._line:
            return
        seconds = time.perf_counter() - self._began
        ended = f"{self._line}  in {seconds:.1f} s{f' ({why})' if why else ''}"
        self._place.draw(ended, last=True)

    def _text(self, record: EpochRecord | StepsRecord) -> str:
        number = record.epoch - (self._first or 1) + 1
        where = f"epoch {number}/{self._epochs}"
        if isinstance(record, StepsRecord):
            where += f" step {record.step}/{record.steps}"
        values = "  ".join(f"{name} {short(value)}" for name, value in record.values.items())
        return f"{where}  {values}"
