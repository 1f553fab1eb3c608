"""HDF5 files of the first form, which h5py writes for Keras, read byte by byte.

HDF5's own library follows what a file says into other files, and files made to harm end the
process it runs in. Here a file is bytes, and a place outside of them is an error. What is read
are groups that are tables of symbols, and arrays of plain numbers in one piece; whatever else
HDF5 knows (links, external and virtual storage, chunks, filters, references, newer forms) is
refused. All that is read together may not be more than a few times the file, so nothing in it
can be used over and over: no circles, and no arrays that claim the same bytes.

The layout is that of the HDF5 File Format Specification: a superblock of version 0, object
headers of version 1, groups as trees of symbol tables with a heap of names. A group that has
a name which is not ASCII is of newer form, and is read while it has no more than 8 members.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import FileError, explain

MAGIC = b"\x89HDF\r\n\x1a\n"
MOST = 4  # times the size of the file, for all that is read of it
# What the parts of an object are called by, of those that matter here.
SPACE, LINKS, TYPE, LINK, LAYOUT, ATTRIBUTE, CONTINUED, TABLE = 1, 2, 3, 6, 8, 12, 16, 17
NOWHERE = 2**64 - 1
UNREAD = {
    7: "data in other files",
    11: "compressed data",
    21: "attributes of newer form",
}
FLOATS = {  # by size: where the sign is; offset, bits, exponent, mantissa and bias of IEEE 754
    2: (15, (0, 16, 10, 5, 0, 10, 15)),
    4: (31, (0, 32, 23, 8, 0, 23, 127)),
    8: (63, (0, 64, 52, 11, 0, 52, 1023)),
}


class Source:
    """The bytes of a file, and how many of them may still be read."""

    def __init__(self, content: bytes) -> None:
        self._content, self._left = memoryview(content), MOST * len(content)

    def take(self, place: int, count: int) -> memoryview:
        """Return `count` bytes from `place` on.

        Raises:
            FileError: the file ends before, or was read too often.
        """
        self._left -= count
        if self._left < 0 or place + count > len(self._content):
            got = f"{count:,} bytes from {place:,} on, in {len(self._content):,}"
            raise _damaged(got, "places in the file, each used once")
        return self._content[place : place + count]

    def unpack(self, form: str, place: int) -> tuple[Any, ...]:
        """Return the numbers at a place, in the words of `struct`, without padding."""
        return struct.unpack(f"<{form}", self.take(place, struct.calcsize(f"<{form}")))


class Attribute(NamedTuple):
    """Words that go with a group, as they lie in the file."""

    source: Source
    body: memoryview
    sizes: tuple[int, int]  # of what says which kind they are, and how many

    def words(self) -> list[str]:
        """Return the words.

        Raises:
            FileError: it holds something else.
        """
        first, second = self.sizes
        dtype, shape = _dtype(self.body[:first]), _shape(self.body[first : first + second])
        content = self.body[first + second :]
        count = math.prod(shape)
        if dtype is None:
            return [_text(self.source, content[16 * n : 16 * n + 16]) for n in range(count)]
        if dtype.kind != "S" and count:
            raise _unread(f"an attribute of {dtype} {shape}")
        return [word.decode() for word in np.frombuffer(content, dtype, count).tolist()]


class Array(NamedTuple):
    """An array, not yet copied out of the file."""

    dtype: np.dtype
    shape: tuple[int, ...]
    content: memoryview

    def value(self) -> np.ndarray:
        """Return a copy; two bytes of no kind are a bfloat16, as Keras writes it."""
        array = np.frombuffer(self.content, self.dtype).reshape(self.shape)
        if self.dtype.kind == "V":
            return (array.view("<u2").astype(np.uint32) << 16).view(np.float32)
        return array.astype(self.dtype.newbyteorder("="))


class Group(NamedTuple):
    """Groups and arrays by name."""

    members: dict[str, Group | Array]
    attributes: dict[str, Attribute]


def read_hdf5(content: bytes) -> Group:
    """Return what a file holds: its first group, and all within.

    Raises:
        FileError: it is no such file, or has what is not read here.
    """
    if not content.startswith(MAGIC):
        what, got = "This is no HDF5 file.", f"begins with {content[:8]!r}"
        raise FileError(explain(what, got=got, expected="an .h5 file that was written whole"))
    source = Source(content)
    version, sizes, base, root = source.unpack("8xB4x2s9xQ32xQ", 0)
    if (version, sizes, base) != (0, b"\x08\x08", 0):
        raise _unread(f"form {version} of HDF5")
    found = _Walk(source).thing(root, "")
    if isinstance(found, Array):
        raise _damaged("an array at its top", "a group")
    return found


class _Walk:
    """Goes through a file from the top; no object and no table is met twice."""

    def __init__(self, source: Source) -> None:
        self.source, self.met = source, set[int]()

    def thing(self, place: int, path: str) -> Group | Array:
        """Return the object whose header is at a place."""
        self._meet(place, path)
        parts: dict[int, memoryview] = {}
        links: dict[str, int] = {}
        attributes: dict[str, Attribute] = {}
        for kind, body in self._parts(place):
            if kind in UNREAD:
                raise _unread(f"{UNREAD[kind]} at {path or '/'}")
            if kind == ATTRIBUTE:
                attributes |= _attribute(self.source, body)
            if kind == LINKS:
                _check_short(body, path)
            if kind == LINK:
                links |= _link(body, path)
            parts[kind] = body
        if TABLE in parts:
            tree, heap = struct.unpack("<QQ", parts[TABLE][:16])
            links = dict(self._symbols(tree, self._names(heap), path))
        if TABLE in parts or LINKS in parts:
            members = {name: self.thing(at, f"{path}/{name}") for name, at in links.items()}
            return Group(members, attributes)
        if not {SPACE, TYPE, LAYOUT} <= parts.keys():
            raise _unread(f"no group and no array at {path or '/'}")
        dtype, shape = _dtype(parts[TYPE]), _shape(parts[SPACE])
        if dtype is None or dtype.kind == "S":
            raise _unread(f"an array of words at {path}")
        size = dtype.itemsize * math.prod(shape)
        return Array(dtype, shape, self._content(parts[LAYOUT], size, path))

    def _meet(self, place: int, path: str) -> None:
        if place in self.met:
            raise _damaged(f"one thing in two places: {path or '/'}", "each thing once")
        self.met.add(place)

    def _parts(self, place: int) -> Iterator[tuple[int, memoryview]]:
        """Yield the parts of an object, and what kind each is of."""
        version, count, length = self.source.unpack("BxH4xI4x", place)
        if version != 1:
            raise _unread("an object of newer form")
        blocks = [(place + 16, length)]
        while blocks:
            start, length = blocks.pop()
            end = start + length
            while start + 8 <= end and count:
                kind, size, flags = self.source.unpack("HHB3x", start)
                body = self.source.take(start + 8, size)
                start, count = start + 8 + size, count - 1
                if flags & 2:
                    raise _unread("a description in another place")
                if kind == CONTINUED:
                    blocks.append(struct.unpack("<QQ", body[:16]))
                yield kind, body

    def _names(self, place: int) -> tuple[int, bytes]:
        """Return a heap of names: where it begins, and its bytes."""
        magic, size, start = self.source.unpack("4s4xQ8xQ", place)
        if magic != b"HEAP":
            raise _damaged(magic, "a heap of names")
        return start, bytes(self.source.take(start, size))

    def _symbols(
        self, place: int, names: tuple[int, bytes], path: str
    ) -> Iterator[tuple[str, int]]:
        """Yield the names of a group's members, and where their headers are."""
        self._meet(place, path)
        magic, kind, count = self.source.unpack("4sBxH", place)
        if magic == b"TREE" and kind == 0:
            for number in range(count):
                (child,) = self.source.unpack("Q", place + 32 + 16 * number)
                yield from self._symbols(child, names, path)
            return
        if magic != b"SNOD":
            raise _damaged(magic, "a table of symbols")
        heap, held = names
        for number in range(count):
            start, header, kept = self.source.unpack("QQI", place + 8 + 40 * number)
            end = held.index(b"\0", start)
            name = bytes(self.source.take(heap + start, end - start)).decode()
            if kept not in (0, 1):
                raise _unread(f"a link at {path}/{name}")
            yield name, header

    def _content(self, layout: memoryview, wanted: int, path: str) -> memoryview:
        """Return the bytes of an array, which lie in one piece."""
        version, kind = layout[:2]
        if version not in (3, 4) or kind not in (0, 1):
            raise _unread(f"an array in chunks, or elsewhere: {path}")
        if kind == 0:
            (size,) = struct.unpack("<H", layout[2:4])
            place, content = 0, layout[4 : 4 + size]
        else:
            place, size = struct.unpack("<QQ", layout[2:18])
            content = layout[:0]
        if size != wanted:
            what = f"The array {path} claims to be of another size than what is stored of it."
            got, expected = f"{wanted:,} bytes", f"{size:,} bytes"
            raise FileError(explain(what, got=got, expected=expected))
        return self.source.take(place, size) if kind == 1 and size else content


def _link(body: memoryview, path: str) -> dict[str, int]:
    """Return a member of a group of newer form by its name: where its header is."""
    version, flags = body[:2]
    start = 2
    kind = body[start] if flags & 8 else 0
    if version != 1 or kind:
        raise _unread(f"a link in {path or '/'}")
    start += bool(flags & 8) + 8 * bool(flags & 4) + bool(flags & 16)
    width = 1 << (flags & 3)
    length = int.from_bytes(body[start : start + width], "little")
    start += width
    name = bytes(body[start : start + length]).decode()
    (place,) = struct.unpack("<Q", body[start + length : start + length + 8])
    return {name: place}


def _check_short(body: memoryview, path: str) -> None:
    """Refuse a group of newer form whose members are not in its own header."""
    start = 10 if body[1] & 1 else 2
    if struct.unpack("<Q", body[start : start + 8]) != (NOWHERE,):
        raise _unread(f"more than 8 members at {path or '/'}, of which one's name is not ASCII")


def _attribute(source: Source, body: memoryview) -> dict[str, Attribute]:
    """Return an attribute by its name."""
    version, flags, *sizes = struct.unpack("<BBHHH", body[:8])
    if version not in (1, 2, 3) or (version > 1 and flags):
        raise _unread("an attribute of newer form")
    start = 9 if version == 3 else 8
    name = bytes(body[start : start + sizes[0]]).partition(b"\0")[0].decode()
    padded = [-(-size // 8) * 8 if version == 1 else size for size in sizes]
    return {name: Attribute(source, body[start + padded[0] :], (padded[1], padded[2]))}


def _text(source: Source, reference: memoryview) -> str:
    """Return a text of any length, which a heap of the file holds."""
    length, heap, wanted = struct.unpack("<IQI", reference)
    magic, size = source.unpack("4s4xQ", heap)
    if magic != b"GCOL":
        raise _damaged(magic, "a heap of texts")
    start, end = heap + 16, heap + size
    while start + 16 <= end:
        index, size = source.unpack("H6xQ", start)
        if index == wanted and length <= size:
            return bytes(source.take(start + 16, length)).decode()
        start += 16 + -(-size // 8) * 8
    raise _damaged("no such text in its heap", "a text")


def _shape(body: memoryview) -> tuple[int, ...]:
    """Return the sides of an array."""
    version, rank, _, kind = struct.unpack("<BBBB", body[:4])
    if version not in (1, 2) or (version == 2 and kind == 2):
        raise _unread("an array of no shape")
    start = 8 if version == 1 else 4
    return struct.unpack(f"<{rank}Q", body[start : start + 8 * rank])


def _dtype(body: memoryview) -> np.dtype | None:
    """Return what elements are; None for texts of any length."""
    head, bits, sign, size = struct.unpack("<BBBxI", body[:8])
    kind, order = head & 15, ">" if bits & 1 else "<"
    if kind == 0 and size in (1, 2, 4, 8):
        if struct.unpack("<HH", body[8:12]) == (0, 8 * size):
            return np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}")
    elif kind == 1 and size in FLOATS:
        form = struct.unpack("<HHBBBBI", body[8:20])
        if (sign, form) == FLOATS[size] and not bits & 64:
            return np.dtype(f"{order}f{size}")
    elif kind == 3:
        return np.dtype(f"S{size}")
    elif kind == 5 and size == 2:
        return np.dtype("V2")
    elif kind == 8 and size == 1:
        return np.dtype("u1")  # h5py's truth values, which are words for 0 and 1
    elif kind == 9 and bits & 15 == 1:
        return None
    raise _unread(f"elements of the kind {kind}, {size} bytes each")


def _unread(got: str) -> FileError:
    what, expected = "The HDF5 file has what is not read here.", "groups, and arrays in one piece"
    hint = "write the arrays anew with h5py, uncompressed"
    return FileError(explain(what, got=got, expected=expected, hint=hint))


def _damaged(got: object, expected: str) -> FileError:
    return FileError(explain("The HDF5 file is damaged.", got=got, expected=expected))
