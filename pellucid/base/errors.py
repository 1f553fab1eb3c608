"""Errors that say what happened, what arrived, what was expected, and what to try."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any


class PellucidError(Exception):
    """Anything pellucid raises on purpose. Its message comes from `explain`.

    `findings` are what the doctor had found by then, where it was asked.
    """

    findings: Sequence[Any] = ()

    @property
    def one_line(self) -> str:
        """The message on one line, for a terminal: what, then what to do, then the details.

        Example:
            >>> ConfigError(explain("There is no 'x'.", got=1, expected=2, hint="say y")).one_line
            "There is no 'x'. Say y. (got 1; expected 2)"
        """
        what, *more = (" ".join(line.split()) for line in str(self).splitlines())
        told = dict(line.split(": ", 1) for line in more if ": " in line)
        hint = told.pop("try", "")
        if hint.partition(" ")[0].isalpha():
            hint = hint[0].upper() + hint[1:]
        if hint and hint[-1] not in ".?!":
            hint += "."
        if _says(what, told.get("got", "")):
            told.pop("got", None)
        details = "; ".join(f"{name} {value}" for name, value in told.items())
        return " ".join(part for part in (what, hint, details and f"({details})") if part)


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
    return printable("\n".join([*lines, f"  try:      {hint}"] if hint else lines))


def printable(text: str) -> str:
    r"""Return a text with what would steer a terminal, or turn its lines, written out.

    Example:
        >>> printable("a\x1b[2Jb")
        'a\\x1b[2Jb'
    """
    steers = {c for c in text if unicodedata.category(c)[0] == "C" and c not in "\n\t"}
    return text.translate({ord(c): ascii(c)[1:-1] for c in steers})


def _says(sentence: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", sentence) is not None


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the known word closest to `word`, or nothing."""
    spellings = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), spellings, n=1)
    return f"did you mean {spellings[close[0]]!r}?" if close else ""
