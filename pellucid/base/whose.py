"""Which lines of a running program are the user's own, and how they are named."""

import os
import sys
import sysconfig
from pathlib import Path
from types import FrameType, TracebackType
from typing import NamedTuple

_PATHS = (sysconfig.get_path(p) for p in ("stdlib", "platstdlib", "purelib", "platlib"))
_LIBRARIES = tuple({f"{path}{os.sep}" for path in (*_PATHS, Path(__file__).parents[1])})


class Place(NamedTuple):
    """A line of a file."""

    file: str
    line: int


def is_users(file: str) -> bool:
    """Tell whether a file is neither pellucid's, nor Python's, nor an installed package's."""
    typed = file.startswith(("<stdin>", "<ipython-input"))
    return typed or not file.startswith(("<", *_LIBRARIES))


def shown(file: str) -> str:
    """Return a file's name as a message gives it: short."""
    return Path(file).name


def line_of(trace: TracebackType | None) -> Place | None:
    """Return the user's innermost line in a traceback."""
    found = None
    while trace is not None:
        if is_users(trace.tb_frame.f_code.co_filename):
            found = Place(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return found


def current_line() -> Place | None:
    """Return the user's innermost line that is being run."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not is_users(frame.f_code.co_filename):
        frame = frame.f_back
    return None if frame is None else Place(frame.f_code.co_filename, frame.f_lineno)
