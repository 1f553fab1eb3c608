"""One plain line about an old or doubtful spelling, once a process."""

import sys
import warnings
from pathlib import Path
from types import FrameType

PACKAGE = str(Path(__file__).parents[2])

_given: set[str] = set()


class KerasHint(UserWarning):
    """Advice about a Keras script: it runs, and could be said better."""


def hint(key: str, text: str) -> None:
    """Say `text` once, at the line outside pellucid that gave rise to it."""
    if key in _given:
        return
    _given.add(key)
    frame = _caller()
    if frame is None:
        warnings.warn(text, KerasHint, stacklevel=2)
    else:
        place = frame.f_code.co_filename, frame.f_lineno
        warnings.warn_explicit(text, KerasHint, *place)


def forget_hints() -> None:
    """Let every hint be given once more."""
    _given.clear()


def caller_line() -> tuple[str, int] | None:
    """Return the file and line outside pellucid that is being run, if there is one."""
    frame = _caller()
    return None if frame is None else (frame.f_code.co_filename, frame.f_lineno)


def _caller() -> FrameType | None:
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    return frame
