"""The process that trains, as the server holds it: commands in, frames out.

A process of its own can always be stopped, may run out of memory without taking the page
along, and leaves the server's loop free. Only bytes come back from it.
"""

import contextlib
import importlib
import multiprocessing
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.lab.protocol import Command

RUNNER = "pellucid.lab.runner"  # loaded there and not here: the server needs no JAX
PATIENCE = 2.0  # seconds that a process has to end by itself


class Child:
    """A process that trains. `take` is called with each frame, on a thread of its own."""

    def __init__(self, opening: Mapping[str, Any], take: Callable[[bytes], None]) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_live, args=(theirs, dict(opening)), daemon=True)
        self._process.start()
        theirs.close()
        self._orders: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._take = take
        for work in (self._read, self._write):
            threading.Thread(target=work, daemon=True).start()

    def tell(self, command: Command) -> None:
        """Pass a command on; it never waits."""
        self._orders.put(command)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    def close(self) -> None:
        """End the process, patiently at first."""
        self._orders.put(None)
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(PATIENCE)

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._take(self._pipe.recv_bytes())
        self._take(b"")  # the process has ended

    def _write(self) -> None:
        with contextlib.suppress(BrokenPipeError, OSError):
            while (command := self._orders.get()) is not None:
                self._pipe.send(tuple(command))
            self._pipe.send(None)


def _live(pipe: Any, opening: dict[str, Any]) -> None:
    importlib.import_module(RUNNER).live(pipe, opening)
