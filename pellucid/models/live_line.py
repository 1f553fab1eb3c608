"""A line that is overwritten where that is possible: in a terminal, in a notebook."""

import shutil
import sys
import time
from typing import Any


class LiveLine:
    """A place for one line of text; in a pipe or file, where each line stays, for several.

    `live` tells whether a new text takes the place of the one before.
    """

    def __init__(self, out: Any = None) -> None:
        self._out = out or sys.stdout
        self._cell = _notebook_cell() if out is None else None
        self.live = self._cell is not None or self._out.isatty()
        self._began = time.perf_counter()
        self._drawn = 0.0

    def due(self, every: float) -> bool:
        """Tell whether the last text, or the beginning, is `every` seconds ago."""
        return time.perf_counter() - self._began - self._drawn >= every

    def draw(self, text: str, *, last: bool = False) -> None:
        """Show `text`; the `last` one stays."""
        self._drawn = time.perf_counter() - self._began
        if self._cell is not None:
            self._cell.update({"text/plain": text}, raw=True)
        elif self.live:
            # A wrapped line could not be overwritten: while it lives, it is cut.
            seen = text if last else text[: shutil.get_terminal_size().columns - 1]
            print(f"\r\x1b[2K{seen}", end="\n" if last else "", file=self._out, flush=True)
        else:
            print(text, file=self._out, flush=True)


def _notebook_cell() -> Any:
    """Return a display that can be updated in place, if this runs in a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display  # pyright: ignore[reportMissingImports]

    return display({"text/plain": ""}, raw=True, display_id=True)
