"""What the page and the lab say to each other: frames to the page, commands from it.

A frame is a header with arrays behind it:

    uint32 x 2, little-endian: bytes of the header, bytes of the arrays | header, JSON | arrays

The header ends, and each array begins, at a multiple of 4. In the header an array is written
{"$array": [type, shape, first byte]}, so that values and arrays may be nested as they like.
A number that is not finite is null in the header; in an array it is itself. A message to a
page is a frame or several, one behind the other.

A command is a JSON object: what to "do", and what that needs.
"""

import json
import math
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import DataError, explain

MARK = "$array"
LONGEST_COMMAND = 65_536  # bytes
WIDTH = 4
SIZES = struct.Struct("<II")
TYPES = ("int8", "uint8", "int32", "float32")

# What a page may ask for, and the kinds of the values that come along.
COMMANDS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "subscribe": {"views": list},
    "ack": {},
    "open": {"data": str, "reading": dict},
    "lesson": {"name": str},
    "run": {"name": str},
    "share": {"title": str, "view": str, "look": list},
    "settle": {"settings": dict},
    "draft": {"layers": list},
    "build": {"layers": list},
    "play": {},
    "pause": {},
    "step": {"unit": str},
    "reset": {},
    "speed": {"updates": (int, float, type(None))},
    "rate": {"learning_rate": (int, float)},
    "look": {"options": dict},
    "recall": {"epoch": (int, type(None))},
    "apply": {"check": str},
    "open_test": {},
    "survey": {"plane": str},
    "script": {"run": int},
    "report": {},
}


class Command(NamedTuple):
    """What a page asks for."""

    do: str
    given: Mapping[str, Any]


def read_command(text: str | bytes) -> Command:
    """Return the command that a page sent.

    Raises:
        DataError: it is none.
    """
    hint = "reload the page"
    if len(text) > LONGEST_COMMAND:
        what = "A command from the page is too long."
        raise DataError(explain(what, got=len(text), expected=LONGEST_COMMAND, hint=hint))
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    do = told.pop("do", None) if isinstance(told, dict) else None
    kinds = COMMANDS.get(do) if isinstance(do, str) else None
    if kinds is None or not isinstance(told, dict):
        what = "The page sent something that is no command."
        raise DataError(explain(what, got=repr(do), expected=", ".join(COMMANDS), hint=hint))
    fits = set(told) == set(kinds) and all(_is(told[name], kind) for name, kind in kinds.items())
    if not fits:
        what, expected = f"The command {do!r} lacks what it needs.", ", ".join(kinds) or "nothing"
        raise DataError(explain(what, got=", ".join(told), expected=expected, hint=hint))
    return Command(str(do), told)


def _is(value: Any, kind: Any) -> bool:
    fits = isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)
    return fits and not (isinstance(value, float) and not math.isfinite(value))


def pack(told: Mapping[str, Any]) -> bytes:
    """Return a frame of nested values, in which NumPy arrays may stand anywhere."""
    arrays: list[bytes] = []
    length = 0

    def plain(value: Any) -> Any:
        nonlocal length
        if isinstance(value, np.ndarray) and value.dtype.name in TYPES:
            content = np.ascontiguousarray(value).tobytes()
            mark = {MARK: [value.dtype.name, list(value.shape), length]}
            arrays.append(content + bytes(-len(content) % WIDTH))
            length += len(arrays[-1])
            return mark
        if isinstance(value, np.ndarray | np.generic):
            return plain(value.tolist())
        if isinstance(value, Mapping):
            return {str(name): plain(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    header = json.dumps(plain(told), allow_nan=False, separators=(",", ":")).encode()
    header += b" " * (-len(header) % WIDTH)
    return b"".join((SIZES.pack(len(header), length), header, *arrays))


def unpack(frame: bytes) -> dict[str, Any]:
    """Return what `pack` was given: tuples as lists, what is not finite as None.

    Raises:
        DataError: it is not a whole frame.
    """
    try:
        size, _ = SIZES.unpack_from(frame)
        first = SIZES.size + size
        header = json.loads(frame[SIZES.size : first].decode())
        return _restored(header, memoryview(frame)[first:])
    except (struct.error, ValueError, TypeError, AttributeError) as error:
        what = "This is not a whole frame."
        raise DataError(explain(what, got=f"{len(frame)} bytes", expected="a frame")) from error


def _restored(value: Any, body: memoryview) -> Any:
    if isinstance(value, dict) and set(value) == {MARK}:
        kind, shape, first = value[MARK]
        return np.frombuffer(body, kind, math.prod(shape), first).reshape(shape)
    if isinstance(value, dict):
        return {name: _restored(item, body) for name, item in value.items()}
    return [_restored(item, body) for item in value] if isinstance(value, list) else value
