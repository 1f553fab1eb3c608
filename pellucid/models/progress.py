"""One live line while a network trains: in a terminal, in a pipe, in a notebook."""

import shutil
import sys
import time
from typing import Any

from pellucid.training.record import EpochRecord, StepsRecord

REDRAWN_EVERY = 0.1  # seconds, in a terminal or notebook
REPEATED_EVERY = 10.0  # seconds, in a pipe or file, where each line stays


class Progress:
    """Shows records as they come: one line, overwritten where that is possible.

    Silent with `verbose=0`; with 2 every epoch leaves a line of its own.
    """

    def __init__(self, epochs: int, verbose: int | str = "auto", out: Any = None) -> None:
        self._epochs, self._verbose = epochs, verbose
        self._out = out or sys.stdout
        self._cell = _notebook_cell() if verbose != 0 and out is None else None
        self._live = self._cell is not None or self._out.isatty()
        self._began = time.perf_counter()
        self._shown, self._first, self._line = 0.0, None, ""

    def show(self, record: EpochRecord | StepsRecord) -> None:
        """Take note of a record; redraw if it is time."""
        if self._verbose == 0:
            return
        if self._first is None:
            self._first = record.epoch
        self._line = self._text(record)
        ended = isinstance(record, EpochRecord)
        now = time.perf_counter() - self._began
        due = now - self._shown >= (REDRAWN_EVERY if self._live else REPEATED_EVERY)
        if self._verbose == 2:
            if ended:
                print(self._line, file=self._out, flush=True)
        elif due:
            self._shown = now
            self._draw(self._line)

    def close(self, why: str = "") -> None:
        """Leave the last line standing."""
        if self._verbose in (0, 2) or not self._line:
            return
        seconds = time.perf_counter() - self._began
        self._draw(f"{self._line}  in {seconds:.1f} s{f' ({why})' if why else ''}", last=True)

    def _text(self, record: EpochRecord | StepsRecord) -> str:
        number = record.epoch - (self._first or 1) + 1
        where = f"epoch {number}/{self._epochs}"
        if isinstance(record, StepsRecord):
            where += f" step {record.step}/{record.steps}"
        values = "  ".join(f"{name} {_short(value)}" for name, value in record.values.items())
        return f"{where}  {values}"

    def _draw(self, line: str, *, last: bool = False) -> None:
        if self._cell is not None:
            self._cell.update({"text/plain": line}, raw=True)
        elif self._live:
            # A wrapped line could not be overwritten: while it lives, it is cut.
            seen = line if last else line[: shutil.get_terminal_size().columns - 1]
            print(f"\r\x1b[2K{seen}", end="\n" if last else "", file=self._out, flush=True)
        else:
            print(line, file=self._out, flush=True)


def _short(value: float) -> str:
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.4g}"


def _notebook_cell() -> Any:
    """Return a display that can be updated in place, if this runs in a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display  # pyright: ignore[reportMissingImports]

    return display({"text/plain": ""}, raw=True, display_id=True)
