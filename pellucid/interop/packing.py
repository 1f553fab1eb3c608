"""Things that are written to files, as bytes: so that what holds them can be pickled."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def packed(write: Callable[[str], object], suffix: str = "") -> bytes:
    """Return what `write` puts into the file it is given the path of."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"packed{suffix}"
        write(str(path))
        return path.read_bytes()


def unpacked(content: bytes, read: Callable[[str], T], suffix: str = "") -> T:
    """Return what `read` makes of a file with these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"packed{suffix}"
        path.write_bytes(content)
        return read(str(path))
