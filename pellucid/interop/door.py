"""The door that files come in by, whoever wrote them.

A file is bytes that are read as data. Nothing in it is run, imported, followed to another
file or unpacked to the disk, and nothing is allocated that its own size does not justify.
What cannot be taken is refused with a `FileError` that names the file and the reason.
"""

import json
import warnings
from collections.abc import Iterator, Mapping, Sized
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.base.errors import FileError, PellucidError, explain, printable

MOST_LAYERS = 1_500  # as many Dense take 0.8 s to read if they are alike, 1.7 s if no two are


def content_of(path: str | PathLike[str], kind: str) -> bytes:
    """Return the bytes of a file, which should be a `kind`, in words.

    Raises:
        FileError: there is no such file, or it cannot be read.
    """
    found = Path(path)
    try:
        if found.exists() and not found.is_file():  # a pipe or a device might never end
            what, got = f"{path} is no file.", "a folder" if found.is_dir() else "a device"
            raise FileError(explain(what, got=got, expected=_one(kind)))
        return found.read_bytes()
    except (OSError, ValueError) as error:  # a ValueError: there is a NUL in the name
        if isinstance(error, FileError):
            raise
        what, got = f"{path} cannot be read.", getattr(error, "strerror", None) or error
        raise FileError(explain(what, got=got, expected=_one(kind))) from error


def _one(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeioAEIO" else f"a {kind}"


@contextmanager
def guarded(
    path: str | PathLike[str], kind: str, kept: type[PellucidError] = FileError
) -> Iterator[None]:
    """Let every error that a file's content brings about name the file.

    What a file says passes through JSON, HDF5, layers and JAX, and each has errors of its own.
    All become a `FileError`, but for those that are `kept`.
    """
    try:
        yield
    except PellucidError as error:
        wanted = kept if isinstance(error, kept) else FileError
        if str(path) in str(error) and isinstance(error, wanted):
            raise
        raise wanted(f"{path}: {error}") from error
    except Exception as error:
        what = f"{path} is no {kind}, or is damaged."
        got = f"{type(error).__name__}: {str(error)[:200]}"
        raise FileError(explain(what, got=got, expected="a file as it was written")) from error


def refuse_too_many(layers: Sized) -> None:
    """Refuse more layers than networks have: each takes its time, and few bytes of a file.

    Raises:
        FileError: there are over 1,500.
    """
    if len(layers) > MOST_LAYERS:
        what, got = "The network in the file has too many layers.", f"{len(layers):,}"
        raise FileError(explain(what, got=got, expected=f"at most {MOST_LAYERS:,}"))


def warn_of_nonfinite(path: str | PathLike[str], arrays: Mapping[str, Any]) -> None:
    """Warn of arrays, by name, that hold NaN or infinity: what they predict will, too."""
    bad = [name for name, array in arrays.items() if not np.isfinite(array).all()]
    if bad:
        names = f"{', '.join(bad[:5])}{' and others' if bad[5:] else ''}"
        told = printable(f"{path} holds NaN or infinity in {names}: so will what it predicts.")
        warnings.warn(told, RuntimeWarning, stacklevel=3)


def parsed(text: str | bytes) -> Any:
    """Return what a JSON text says.

    Raises:
        FileError: it is none, or it says two things under one name.
    """
    try:
        return json.loads(text, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        what = "The description in the file is no valid JSON."
        raise FileError(explain(what, got=error, expected="JSON")) from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        names = [name for name, _ in pairs]
        what = "The description in the file says two things under one name."
        got = next(name for name in table if names.count(name) > 1)
        raise FileError(explain(what, got=repr(got), expected="each name once"))
    return table
