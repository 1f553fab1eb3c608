"""Ctrl-C while training: the first asks to stop in good order, the second leaves."""

import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupt:
    """A context in which the first Ctrl-C is only noted, so that no state is lost.

    The loop looks at `asked` after each block. A second Ctrl-C does what Ctrl-C always
    did. Outside the main thread, where signals cannot be taken, nothing changes.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __enter__(self) -> "Interrupt":
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        sys.stderr.write("\nstopping in good order; Ctrl-C again leaves at once\n")
        signal.signal(number, self._before)
