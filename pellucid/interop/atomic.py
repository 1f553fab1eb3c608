"""Files that are written whole or not at all."""

import os
import tempfile
from os import PathLike
from pathlib import Path


def write_atomically(path: str | PathLike[str], content: bytes) -> None:
    """Write `content` to `path`: to a file beside it first, flushed, then renamed.

    A reader sees the old file or the new one, never a part; a failure leaves the old one.
    """
    target = Path(path)
    handle, name = tempfile.mkstemp(prefix=beginning(target), dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _flush_folder(target.parent)


def beginning(target: Path) -> str:
    """Return how the names of files begin that were to become `target`."""
    return f".{target.name}."


def _flush_folder(folder: Path) -> None:
    """Let the new name outlast a loss of power, too; Windows has no such call, and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
