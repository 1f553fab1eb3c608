"""The calls of the system by which a file is written, one of which can go wrong."""

import os
import tempfile
from collections.abc import Callable

PIECES = 4  # in which a file is written
NAMES = ("fsync", "chmod", "replace", "unlink")


class Calls:
    """A context that counts the calls, and lets something happen in the middle of one.

    The `number`-th call runs `fault`, which may raise or never return: one that writes has
    written half of its bytes by then, any other has done nothing. `before` is told of every
    call before it, by name and arguments.
    """

    def __init__(self, number: int = 0, fault: Callable[[], object] = int, before=None):
        self.count, self._number, self._fault = 0, number, fault
        self._before = before or (lambda name, *given: None)

    def __enter__(self):
        self._real = {name: getattr(os, name) for name in (*NAMES, "fdopen")}
        self._mkstemp = tempfile.mkstemp
        for name in NAMES:
            setattr(os, name, self._counted(name, self._real[name]))
        tempfile.mkstemp = self._counted("mkstemp", self._mkstemp)
        os.fdopen = lambda *given, **more: InPieces(self._real["fdopen"](*given, **more), self)
        return self

    def __exit__(self, *error):
        for name, real in self._real.items():
            setattr(os, name, real)
        tempfile.mkstemp = self._mkstemp

    def due(self, name, *given):
        """Count a call; return whether it is the one that goes wrong."""
        self._before(name, *given)
        self.count += 1
        return self.count == self._number

    def fail(self):
        self._fault()

    def _counted(self, name, real):
        def call(*given, **more):
            if self.due(name, *given):
                self._fault()
            return real(*given, **more)

        return call


class InPieces:
    """A file that writes what it is given in several calls."""

    def __init__(self, file, calls):
        self._file, self._calls = file, calls

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, content):
        size = -(-len(content) // PIECES)
        for first in range(0, len(content), size):
            piece = content[first : first + size]
            if self._calls.due("write", self._file.name):
                self._file.write(piece[: len(piece) // 2])
                self._file.flush()
                self._calls.fail()
            self._file.write(piece)
            self._file.flush()
