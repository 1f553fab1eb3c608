"""The groups and arrays of Keras's HDF5 files, and a checksum at their end.

What Pellucid writes ends with a SHA-256 of all before it, where HDF5 does not look; a program
that changes such a file cuts it off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pellucid.base.errors import FileError, explain
from pellucid.keras.saving.hdf5_reading import Array, Group, read_hdf5

SEAL = b"sha256:"  # and 64 hexadecimal digits


def sealed(content: bytes) -> bytes:
    """Return the content of a file with its checksum at the end."""
    return content + SEAL + hashlib.sha256(content).hexdigest().encode()


def opened(content: bytes) -> Group:
    """Return what the content of a file holds.

    Raises:
        FileError: it is no HDF5 file, or not what was written, or holds what is not read.
    """
    inside = content[: -len(sealed(b""))]
    if content.startswith(SEAL, len(inside)) and content != sealed(inside):
        what = "The HDF5 file is damaged: it is not what was written."
        raise FileError(explain(what, got="another checksum", expected="the one at its end"))
    return read_hdf5(content)


def group_at(group: Group, path: str) -> Group | None:
    """Return the group at a path, or None."""
    for name in [part for part in path.split("/") if part]:
        found = group.members.get(name)
        if isinstance(found, Array):
            what = f"The file has an array where a group should be: {path}."
            raise FileError(explain(what, got="an array", expected="a group"))
        if found is None:
            return None
        group = found
    return group


def array_at(group: Group, path: str) -> Array:
    """Return the array at a path.

    Raises:
        FileError: there is none.
    """
    way, _, name = path.rpartition("/")
    inside = group_at(group, way)
    found = None if inside is None else inside.members.get(name)
    if not isinstance(found, Array):
        what = f"The file has no array {path!r}."
        got = "none" if found is None else "a group"
        raise FileError(explain(what, got=got, expected="an array in the file itself"))
    return found


class Store(Mapping[str, Any]):
    """The arrays of a group by name, each copied when it is asked for."""

    def __init__(self, group: Group | None) -> None:
        self.members = {} if group is None else group.members

    def __getitem__(self, name: str) -> np.ndarray:
        return self._array(name).value()

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def shape_of(self, name: str) -> tuple[int, ...]:
        """Return the shape of an array."""
        return self._array(name).shape

    def _array(self, name: str) -> Array:
        found = self.members[name]
        if isinstance(found, Group):
            what = f"The file has a group where an array should be: {name}."
            raise FileError(explain(what, got="a group", expected="an array"))
        return found


def strings_of(group: Group, name: str) -> list[str]:
    """Return an attribute that is a list of words, also where it was cut into name0, name1, ..."""
    attributes = group.attributes
    parts = [attributes[name]] if name in attributes else []
    while name not in attributes and f"{name}{len(parts)}" in attributes:
        parts.append(attributes[f"{name}{len(parts)}"])
    return [word for part in parts for word in part.words()]


def text_of(group: Group, name: str) -> str | None:
    """Return an attribute that is a text, or None if there is none."""
    if name not in group.attributes:
        return None
    (text,) = group.attributes[name].words()
    return text
