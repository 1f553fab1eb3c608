"""Groups and arrays of an HDF5 file, read so that the file can do no harm.

Only what lies in the file itself is read: no links to other files or places, no external
storage, no references to objects, no filters but gzip and shuffle, and no array that claims to
be larger than what is stored could be.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from pellucid.base.errors import FileError, explain

FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE}
GROWTH = 1100  # what gzip can make of a byte, at most
KINDS = "biuf"
MAGIC = b"\x89HDF\r\n\x1a\n"


@contextmanager
def opened(source: bytes | str | PathLike[str]) -> Iterator[h5py.File]:
    """Open a file, or the content of one, for reading.

    Raises:
        FileError: it is no HDF5 file, or a damaged one.
    """
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    if not content.startswith(MAGIC):
        what = "This is no HDF5 file."
        got = f"begins with {content[:8]!r}"
        raise FileError(explain(what, got=got, expected="an .h5 file that was written whole"))
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            yield file
    except (RuntimeError, KeyError, ValueError, OSError) as error:
        if isinstance(error, FileError) or type(error).__module__.startswith("pellucid"):
            raise
        what = "The HDF5 file is damaged."
        raise FileError(
            explain(what, got=error, expected="a file that was written whole")
        ) from error


def group_at(group: h5py.Group, path: str) -> h5py.Group | None:
    """Return the group at a path, or None."""
    for name in [part for part in path.split("/") if part]:
        if group.get(name, getlink=True) is None:
            return None
        found = _direct(group, name)
        if not isinstance(found, h5py.Group):
            what = f"The file has an array where a group should be: {path}."
            raise FileError(explain(what, got="an array", expected="a group"))
        group = found
    return group


class Store(Mapping[str, Any]):
    """The arrays of a group by name, each read when it is asked for."""

    def __init__(self, group: h5py.Group | None) -> None:
        self.group = group

    def __getitem__(self, name: str) -> np.ndarray:
        return array_of(self._dataset(name))

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.group.keys()) if self.group is not None else [])  # pyright: ignore

    def __len__(self) -> int:
        return len(self.group) if self.group is not None else 0

    def shape_of(self, name: str) -> tuple[int, ...]:
        """Return the shape an array is said to have, without reading it."""
        return tuple(self._dataset(name).shape)

    def _dataset(self, name: str) -> h5py.Dataset:
        if self.group is None or self.group.get(name, getlink=True) is None:
            raise KeyError(name)
        return dataset_at(self.group, name)


def dataset_at(group: h5py.Group, path: str) -> h5py.Dataset:
    """Return the array at a path, not yet read.

    Raises:
        FileError: there is none, or one that is not to be read.
    """
    *way, name = [part for part in path.split("/") if part]
    inside = group_at(group, "/".join(way))
    found = None if inside is None else _direct(inside, name)
    if not isinstance(found, h5py.Dataset):
        what = f"The file has no array {path!r}."
        raise FileError(explain(what, got="none", expected="an array in the file itself"))
    return found


def array_of(dataset: h5py.Dataset) -> np.ndarray:
    """Return what an array holds.

    Raises:
        FileError: it is not what it says it is.
    """
    _check(dataset)
    array = np.asarray(dataset[()])
    if _is_bfloat16(dataset):
        wide = array.view(np.uint16).astype(np.uint32) << 16
        return wide.view(np.float32)
    return array


def strings_of(group: h5py.Group, name: str) -> list[str]:
    """Return an attribute that is a list of words, also where it was cut into name0, name1, ..."""
    attributes = group.attrs
    if name in attributes:
        parts = [attributes[name]]
    else:
        parts = []
        while f"{name}{len(parts)}" in attributes:
            parts.append(attributes[f"{name}{len(parts)}"])
    return [text_of(word) for part in parts for word in np.asarray(part).ravel().tolist()]


def text_of(word: Any) -> str:
    """Return an attribute that is a word, or bytes, as a word."""
    return word.decode("utf-8") if isinstance(word, bytes) else str(word)


def _direct(group: h5py.Group, name: str) -> Any:
    link = group.get(name, getlink=True)
    if not isinstance(link, h5py.HardLink):
        what = f"The file has a link to somewhere else at {group.name}/{name}."
        got = "nothing" if link is None else type(link).__name__
        raise FileError(explain(what, got=got, expected="an array or a group in the file itself"))
    return group[name]


def _check(dataset: h5py.Dataset) -> None:
    settings = dataset.id.get_create_plist()
    filters = {settings.get_filter(place)[0] for place in range(settings.get_nfilters())}
    outside = settings.get_external_count() > 0 or dataset.is_virtual
    plain = dataset.dtype.kind in KINDS or _is_bfloat16(dataset)
    wanted = dataset.dtype.itemsize * int(np.prod(dataset.shape, dtype=object))
    stored = dataset.id.get_storage_size()
    growth = GROWTH if filters else 1
    if outside or not plain or not filters <= FILTERS or dataset.shape is None:
        what = f"The array {dataset.name} in the file is stored in a way that is not read here."
        got = f"dtype {dataset.dtype}, filters {sorted(filters)}, outside the file: {outside}"
        raise FileError(explain(what, got=got, expected="plain numbers, gzip or no filter"))
    if wanted > growth * stored:
        what = f"The array {dataset.name} claims to be larger than what the file holds of it."
        got, expected = f"{wanted:,} bytes of {dataset.shape}", f"about the {stored:,} bytes stored"
        raise FileError(explain(what, got=got, expected=expected))


def _is_bfloat16(dataset: h5py.Dataset) -> bool:
    raw = dataset.dtype.kind == "V" and dataset.dtype.itemsize == 2
    return raw and text_of(dataset.attrs.get("dtype", "")) == "bfloat16"
