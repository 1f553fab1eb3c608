"""A file that is read again and again while a network trains must stay as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pellucid.base.errors import FileError, explain


class Opened(NamedTuple):
    """A file, and what it was like when it was opened."""

    path: Path
    size: int
    written: int  # nanoseconds

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Look at the file before and after it is read in this context.

        Raises:
            FileError: it is another one than was opened.
        """
        self._check()
        try:
            yield
        finally:  # what reading met with comes of the change, if there was one
            self._check()

    def _check(self) -> None:
        now, got = None, None
        try:
            now = opened(self.path)
        except OSError as error:
            got = error.strerror
        if now != self:
            got = _told(now) if now else got
            what = f"{self.path.name} has changed since it was opened."
            hint = "begin anew with the file as it is now"
            raise FileError(explain(what, got=got, expected=_told(self), hint=hint))


def opened(path: Path) -> Opened:
    """Return what a file is like now.

    Raises:
        OSError: there is none.
    """
    found = path.stat()
    return Opened(path, found.st_size, found.st_mtime_ns)


def _told(file: Opened) -> str:
    written = datetime.fromtimestamp(file.written // 10**9)
    return f"{file.size:,} bytes, written {written}"
