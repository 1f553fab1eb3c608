"""Named arrays and a description of them in one file, under a checksum.

The file is safetensors: a table of named arrays, with the description as JSON in its
header. Arrays are data, so reading a file runs no code.
"""

import hashlib
import json
from collections.abc import Mapping
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
import safetensors.numpy

from pellucid.base.errors import FileError, explain
from pellucid.interop.atomic import write_atomically
from pellucid.interop.door import content_of, guarded, parsed

OURS = "pellucid"  # the entry of the header


class Sealed(NamedTuple):
    """What such a file holds. The description's "format" says what it means."""

    described: dict[str, Any]
    arrays: dict[str, np.ndarray]


def write_sealed(path: str | PathLike[str], content: Sealed) -> None:
    """Write a description, of JSON values, and arrays; whole or not at all."""
    described = {**content.described, "sha256": digest(content)}
    header = {OURS: json.dumps(described, sort_keys=True)}
    write_atomically(path, safetensors.numpy.save(content.arrays, metadata=header))


def read_sealed(path: str | PathLike[str], form: str, kind: str) -> Sealed:
    """Return what a file holds whose "format" is `form`; it should be a `kind`, in words.

    Raises:
        FileError: there is no such file, or it is damaged, or of another form.
    """
    content = content_of(path, kind)
    with guarded(path, kind):
        described = parsed(_metadata(content)[OURS])
        arrays = safetensors.numpy.load(content)
        written = described.pop("sha256", None)
        whole = written == digest(Sealed(described, arrays))
    if not whole:
        what = f"{path} is damaged: it is not what was written."
        raise FileError(explain(what, got="another checksum", expected=written))
    if described.get("format") != form:
        what = f"{path} was written in a form that this version does not read."
        raise FileError(explain(what, got=described.get("format"), expected=form))
    return Sealed(described, arrays)


def digest(content: Sealed) -> str:
    """Return the SHA-256 over the description, and over name, dtype, shape and bytes of arrays."""
    total = hashlib.sha256(json.dumps(content.described, sort_keys=True).encode())
    for name in sorted(content.arrays):
        array = np.ascontiguousarray(content.arrays[name])
        total.update(f"{name} {array.dtype} {array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def _metadata(content: bytes) -> Mapping[str, str]:
    """Return the header's strings; the header's length is checked against the file's."""
    length = int.from_bytes(content[:8], "little")
    if length > len(content) - 8:
        raise ValueError("the file is shorter than its header says")
    return parsed(content[8 : 8 + length])["__metadata__"]
