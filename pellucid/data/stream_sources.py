"""What rows can be streamed from: arrays, .npy files, batches, pictures."""

import os
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from pellucid.base.errors import DataError, FileError, explain
from pellucid.base.memory import allowed_bytes
from pellucid.data.answer import Answer
from pellucid.data.blocks import leaves, mapped
from pellucid.data.column import Column
from pellucid.data.dataset import Dataset
from pellucid.data.encoding import Encoding
from pellucid.data.images import Listing, decode_one
from pellucid.data.opened import opened
from pellucid.data.reading import Reading
from pellucid.data.stream import Source
from pellucid.data.windows import aligned

PIECE_BYTES = 2**19  # of an array: what a disk reads at once about as fast as more
READERS, PIECES_AT_ONCE = 3, 6  # a disk reads several pieces at once faster than in turn
BLOCK = 4096  # bytes: what is read past the system's cache begins and ends at multiples
PICTURES_AT_ONCE = 256


class NpyFile:
    """An array in a .npy file. Rows are read when they are asked for, and not kept."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._file = opened(path)
            # What the system's cache cannot hold would only be in the way there.
            self.uncached = self._file.size > allowed_bytes()
            self._descriptor = _descriptor_of(path, uncached=self.uncached)
            weakref.finalize(self, os.close, self._descriptor)
            with path.open("rb") as file:
                version = np.lib.format.read_magic(file)
                read = np.lib.format.read_array_header_1_0
                read = read if version == (1, 0) else np.lib.format.read_array_header_2_0
                self.shape, in_columns, self.dtype = read(file)
                self._begin = file.tell()
        except (OSError, ValueError) as error:
            what, got = f"{path.name} is no whole .npy file.", str(error)[:120]
            raise FileError(explain(what, got=got, expected="what numpy.save wrote")) from error
        if (in_columns and len(self.shape) > 1) or self.dtype.hasobject or not self.shape:
            what, hint = f"The rows of {path.name} do not lie one after the other.", "C order"
            got = "Fortran order" if in_columns else f"dtype {self.dtype}"
            hint = "save numpy.ascontiguousarray(x)"
            raise FileError(explain(what, got=got, expected="numbers in C order", hint=hint))
        wanted = self._begin + self.dtype.itemsize * int(np.prod(self.shape))
        if self._file.size < wanted:
            what = f"{path.name} is cut off: its last rows are missing."
            got = f"{self._file.size} bytes"
            raise FileError(explain(what, got=got, expected=f"{wanted} bytes"))

    def __getitem__(self, rows: slice) -> np.ndarray:
        begin, end, _ = rows.indices(self.shape[0])
        of_row = self.dtype.itemsize * int(np.prod(self.shape[1:]))
        size, (block, skipped) = (end - begin) * of_row, divmod(self._begin + begin * of_row, BLOCK)
        blocks = -(-(skipped + size) // BLOCK)
        held = aligned(np.empty((blocks + 1) * BLOCK, np.uint8), BLOCK)[: blocks * BLOCK]
        with self._file.unchanged():
            read = _filled(self._descriptor, held, block * BLOCK, self._file.size) - skipped
        if read < size:
            what = f"Rows {begin} to {end} of {self.name} could not be read."
            raise FileError(explain(what, got=f"{read} bytes", expected=f"{size} bytes"))
        numbers = held[skipped : skipped + size].view(self.dtype)
        return numbers.reshape(end - begin, *self.shape[1:])


def _descriptor_of(path: Path, *, uncached: bool) -> int:
    """Open a file, past the system's cache if that is wanted and can be done."""
    if uncached and hasattr(os, "O_DIRECT"):
        with suppress(OSError):  # not every file system can
            return _tried(os.open(path, os.O_RDONLY | os.O_DIRECT))
    return os.open(path, os.O_RDONLY)


def _tried(descriptor: int) -> int:
    """Return an open file if a block can be read; some are read in larger blocks only."""
    try:
        os.preadv(descriptor, [aligned(np.empty(2 * BLOCK, np.uint8), BLOCK)[:BLOCK].data], BLOCK)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _filled(descriptor: int, held: UInt8[np.ndarray, " bytes"], begin: int, size: int) -> int:
    """Read what a file of this size has from `begin` on and there is room for; return how much.

    The system may give less at once, as when a signal comes.
    """
    done, wanted = 0, min(len(held), size - begin)
    while done < wanted:
        read = os.preadv(descriptor, [held[done:].data], begin + done)
        if not read:
            break
        done += read
    return done


class ArraySource(Source):
    """Arrays side by side, in runs of rows: in memory, mapped from a file, or of an HDF5 file.

    `columns` are x, y and perhaps weights; each an array, or several by name or in a list.
    """

    def __init__(self, name: str, columns: Any) -> None:
        arrays = leaves(columns)
        lengths = [array.shape[0] for array in arrays]
        if len(set(lengths)) > 1 or not lengths[0]:
            what = f"The arrays of {name} do not have as many rows each, or none."
            raise DataError(explain(what, got=lengths, expected="the same number in each"))
        self.name, self._columns = name, columns
        mapped_from = (getattr(array, "filename", None) for array in arrays)  # of a memmap
        self._files = tuple(opened(Path(path)) for path in mapped_from if path)
        self._uncached = any(getattr(array, "uncached", False) for array in arrays)
        bytes_of_row = sum(a.dtype.itemsize * int(np.prod(a.shape[1:])) for a in arrays)
        self._run = max(PIECE_BYTES // bytes_of_row, 1)
        firsts = np.arange(0, lengths[0], self._run)
        self.counts = np.minimum(self._run, lengths[0] - firsts)

    def read(self, pieces: Sequence[int]) -> Iterator[Any]:
        """Give the rows of each piece. Several threads wait for the disk, if they must."""
        if not self._uncached:
            yield from map(self._piece, pieces)
            return
        coming: deque[Future[Any]] = deque()
        with ThreadPoolExecutor(READERS) as threads:
            for piece in pieces:
                coming.append(threads.submit(self._piece, piece))
                if len(coming) == PIECES_AT_ONCE:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()

    def _piece(self, piece: int) -> Any:
        rows = slice(piece * self._run, piece * self._run + int(self.counts[piece]))
        copy = bool(self._files) or None  # what is mapped must be read while it is watched
        with ExitStack() as files:
            for file in self._files:
                files.enter_context(file.unchanged())
            return mapped(lambda array: np.array(array[rows], copy=copy), self._columns)


class BatchSource(Source):
    """Batches that come one after the other, as often as one begins anew.

    They are gone through once to count the rows. `make` returns an iterator over tuples of x,
    y and perhaps weights; each time it is called it must give the same ones.
    """

    sequential = True

    def __init__(self, name: str, make: Callable[[], Iterator[Any]]) -> None:
        self.name, self._make = name, make
        self.counts = np.array([_rows(_batch(name, batch)) for batch in make()], int)
        if not self.counts.sum():
            raise DataError(explain(f"{name} gives no rows.", got="none", expected="batches"))
        self._going: Iterator[Any] = iter(())
        self._at, self._last = -1, None  # the batch that was given last

    def read(self, pieces: Sequence[int]) -> Iterator[Any]:
        """Give batches, as they come; those before the first are skipped."""
        for piece in pieces:
            if piece < self._at or self._last is None:
                self._going, self._at = self._make(), -1
            while self._at < piece:
                self._last, self._at = next(self._going, None), self._at + 1
            batch = () if self._last is None else _batch(self.name, self._last)
            if _rows(batch) != self.counts[piece]:
                what = f"Batch {piece} of {self.name} is not what it was the first time."
                got, expected = f"{_rows(batch)} rows", f"{self.counts[piece]} rows"
                hint = "give a function that makes the same batches each time"
                raise DataError(explain(what, got=got, expected=expected, hint=hint))
            yield batch


class PictureSource(Source):
    """A folder of pictures, each a piece of its own. Several threads decode them."""

    def __init__(self, name: str, listing: Listing, reading: Reading) -> None:
        self.name, self._listing = name, listing
        self._files = tuple(map(opened, listing.paths))
        self.counts = np.ones(len(listing.paths), int)
        answer = Answer("class", "classification", listing.words)
        self._encoding = Encoding((), (*listing.size, listing.channels), answer, reading)

    @property
    def encoding(self) -> Encoding:
        """Pictures are bytes as they are; their folders are the classes."""
        return self._encoding

    def dataset(self, pieces: Sequence[int]) -> Dataset:
        """Return pictures in memory."""
        x, labels = (np.concatenate(part) for part in zip(*self.read(pieces), strict=True))
        target = Column("class", "category", labels, self._listing.words)
        files = tuple(
            f"{p.parent.name}/{p.name}" for p in map(self._listing.paths.__getitem__, pieces)
        )
        return Dataset(self.name, x, target, reading=self._encoding.reading, files=files)

    def read(self, pieces: Sequence[int]) -> Iterator[Any]:
        """Give pictures as bytes, with the number of each one's class."""
        labels = self._listing.labels
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for first in range(0, len(pieces), PICTURES_AT_ONCE):
                some = pieces[first : first + PICTURES_AT_ONCE]
                pictures = threads.map(self._picture, some)
                yield np.stack(list(pictures)), labels[list(some)]

    def _picture(self, number: int) -> UInt8[np.ndarray, "height width channels"]:
        file = self._files[number]
        with file.unchanged():
            return decode_one(file.path, self._listing.size, self._listing.channels)


def is_array(value: Any) -> bool:
    """Tell whether this is an array, in memory or not, that gives rows by slices."""
    return hasattr(value, "shape") and hasattr(value, "dtype")


def _batch(name: str, batch: Any) -> tuple[Any, ...]:
    """Return a batch as a tuple of arrays."""
    if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
        what, got = f"{name} gives something that is no batch.", type(batch).__name__
        raise DataError(explain(what, got=got, expected="(x, y) or (x, y, sample_weight)"))
    return tuple(mapped(np.asarray, tuple(batch)))


def _rows(batch: Any) -> int:
    return len(leaves(batch)[0]) if batch else 0
