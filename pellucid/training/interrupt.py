"""Ctrl-C, or a signal to terminate, while training: the first asks to stop, the second leaves."""

import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any

WORDS = {signal.SIGINT: "Ctrl-C again", signal.SIGTERM: "another signal"}


class Terminated(SystemExit):
    """A signal to terminate was obeyed: what no one catches ends the program with code 143."""

    def __init__(self) -> None:
        super().__init__(128 + signal.SIGTERM)


class Interrupt:
    """A context in which the first signal is only noted, so that no state is lost.

    The loop looks at `asked` after each block. A second signal does what it always did.
    Outside the main thread, where signals cannot be taken, nothing changes. SIGTERM is heard
    only where there is a state to save, `saves`: else it ends the program as ever, which
    whoever ends a worker of a pool counts on. Who has a handler of his own for it keeps it.
    """

    def __init__(self, *, saves: bool = False) -> None:
        self._signals = (signal.SIGINT, signal.SIGTERM) if saves else (signal.SIGINT,)
        self._heard: int | None = None
        self._before: dict[int, Any] = {}

    @property
    def asked(self) -> bool:
        """Whether there was a signal."""
        return self._heard is not None

    def obey(self) -> None:
        """End as the signal wants it, if there was one.

        Raises:
            KeyboardInterrupt: after Ctrl-C.
            Terminated: after a signal to terminate.
        """
        if self._heard == signal.SIGTERM:
            raise Terminated
        if self.asked:
            raise KeyboardInterrupt

    def __enter__(self) -> "Interrupt":
        if threading.current_thread() is threading.main_thread():
            for number in self._signals:
                if number == signal.SIGINT or signal.getsignal(number) is signal.SIG_DFL:
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._give_back()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._heard = number
        again = WORDS[signal.Signals(number)]
        sys.stderr.write(f"\nstopping in good order; {again} leaves at once\n")
        self._give_back()

    def _give_back(self) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
