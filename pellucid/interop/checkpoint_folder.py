"""A folder with the last checkpoints of a fit, which one process at a time may write to.

    step-000000001200.safetensors   a checkpoint, by the number of steps; the last two stay
    lock                            held by the process that trains, whose number it holds

The lock is the operating system's own (flock), so it is free again when its holder has died.
"""

import os
import platform
import warnings
from contextlib import suppress
from os import PathLike
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from pellucid.base.errors import FileError, StateError, explain
from pellucid.interop.sealed import Sealed, read_sealed, write_sealed

KEPT = 2
NAME, PATTERN, UNFINISHED, LOCK = (
    "step-{:012d}.safetensors",
    "step-*.safetensors",
    ".step-*",
    "lock",
)


class CheckpointFolder:
    """The checkpoints of one fit. As a context it holds the folder's lock.

    Example:
        with CheckpointFolder("runs/digits") as folder:
            found = folder.newest("my form")
            folder.write(100, Sealed({"format": "my form"}, arrays))
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        self._lock = FileLock(self.path / LOCK, blocking=False)
        self._whole: list[Path] = []  # checkpoints to keep, the newest last

    def __enter__(self) -> "CheckpointFolder":
        """Take the folder, and sweep away what was never finished.

        Raises:
            StateError: another process holds it.
            FileError: there is no such folder, and none can be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout as error:
            what = f"Somebody else trains in {self.path}."
            hint = "wait until that one has ended, or choose another folder"
            got = self._holder() or "a lock"
            raise StateError(explain(what, got=got, expected="no lock", hint=hint)) from error
        except OSError as error:
            what = f"No checkpoints can be kept in {self.path}."
            raise FileError(
                explain(what, got=error.strerror, expected="a folder to write in")
            ) from error
        with suppress(OSError):  # a full disk has room for a lock, if not for who holds it
            (self.path / LOCK).write_text(f"process {os.getpid()} on {platform.node()}\n")
        for part in self.path.glob(UNFINISHED):
            part.unlink()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    def newest(self, form: str) -> Sealed | None:
        """Return the newest checkpoint that is whole, or None if there is none at all.

        A broken one is passed over with a warning.

        Raises:
            FileError: there are checkpoints, and none is whole.
        """
        paths = sorted(self.path.glob(PATTERN))
        for number, path in reversed(list(enumerate(paths))):
            try:
                found = read_sealed(path, form, "checkpoint")
            except FileError as error:
                told = f"{error.one_line} It is passed over, for the one before it."
                warnings.warn(told, RuntimeWarning, stacklevel=3)
                continue
            self._whole = paths[: number + 1][-KEPT:]
            return found
        if paths:
            what = f"No checkpoint in {self.path} is whole, so there is nowhere to go on from."
            hint = "delete the folder to begin anew"
            got = ", ".join(path.name for path in paths)
            raise FileError(explain(what, got=got, expected="a whole one", hint=hint))
        return None

    def write(self, step: int, content: Sealed) -> None:
        """Write a checkpoint; the one of the fewer steps before it stays, others go.

        Raises:
            OSError: it cannot be written; those there are stay as they are.
        """
        path = self.path / NAME.format(step)
        write_sealed(path, content)
        self._whole = [*(kept for kept in self._whole if kept < path), path][-KEPT:]
        for other in self.path.glob(PATTERN):
            if other not in self._whole:
                other.unlink()

    def _holder(self) -> str:
        try:
            return (self.path / LOCK).read_text().strip()
        except OSError:
            return ""
