"""Errors that say what happened, what arrived, what was expected, and what to try."""

import difflib
from collections.abc import Iterable


class PellucidError(Exception):
    """Anything pellucid raises on purpose. Its message comes from `explain`."""

    @property
    def one_line(self) -> str:
        """The message on one line, for a terminal."""
        return "; ".join(" ".join(line.split()) for line in str(self).splitlines())


class ConfigError(PellucidError, ValueError):
    """A setting has a value it cannot have."""


class ShapeError(PellucidError, ValueError):
    """An array does not fit where it was put."""


class DataError(PellucidError, ValueError):
    """The data cannot be learnt from as they are."""


class FileError(PellucidError, OSError):
    """A file is not there, or is not what its name says."""


class StateError(PellucidError, RuntimeError):
    """Something was asked for before it can be had."""


def explain(what: str, *, got: object, expected: object, hint: str = "") -> str:
    """Return the message every pellucid error carries: what, got, expected, try."""
    lines = [what, f"  got:      {got}", f"  expected: {expected}"]
    return "\n".join([*lines, f"  try:      {hint}"] if hint else lines)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the known word closest to `word`, or nothing."""
    spellings = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), spellings, n=1)
    return f"did you mean {spellings[close[0]]!r}?" if close else ""
