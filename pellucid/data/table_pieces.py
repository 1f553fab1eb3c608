"""A table's file in pieces that can be read one by one: CSV text, Parquet or Arrow."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from pellucid.base.errors import DataError, FileError, explain
from pellucid.data.csv_files import NEWLINE, QUOTE, CsvText, left_out, read_csv_piece, read_csv_text
from pellucid.data.opened import opened
from pellucid.data.reading import Reading
from pellucid.data.sheet import ARROW_ENDINGS, PARQUET_ENDINGS, Sheet, polars, sheet_of_text

PIECE_BYTES = 2**20  # of text
MOST_BYTES = 2**26  # without the end of a line: then quotes are in unusual places
PIECE_ROWS = 8192  # of a Parquet file
AT_ONCE = 8  # pieces that are read together
ONE_BYTE = ("utf-8", "utf8", "ascii", "latin-1", "latin1", "iso-8859-1", "cp1252")


class TablePieces(ABC):
    """A table in pieces, which may be read in any order."""

    name: str

    @abstractmethod
    def __len__(self) -> int:
        """Return how many pieces there are."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the user about what was left out of the pieces read so far."""
        return ()

    @abstractmethod
    def sheets(self, pieces: Sequence[int]) -> Iterator[Sheet]:
        """Give the rows of those pieces, in that order, on sheets of one or several.

        Raises:
            FileError, DataError: a piece is not sound; the line is named.
        """


def table_pieces(path: Path, reading: Reading) -> TablePieces:
    """Return the pieces of a file.

    Raises:
        FileError: the file is missing, or not what its ending says.
        DataError: a CSV file has no names, or its quotes leave it open where a line ends.
    """
    if not path.is_file():
        what = f"There is no file {str(path)!r}."
        raise FileError(explain(what, got=str(path), expected="a table's file"))
    ending = path.suffix.lower()
    if ending in PARQUET_ENDINGS + ARROW_ENDINGS:
        return ColumnPieces(path, ending in PARQUET_ENDINGS)
    return CsvPieces(path, reading)


class CsvPieces(TablePieces):
    """CSV text, cut where lines end: the places of the cuts are all that is kept of it."""

    def __init__(self, path: Path, reading: Reading) -> None:
        if reading.text_encoding.lower().replace("_", "-") not in ONE_BYTE:
            what = f"{path.name} cannot be read in pieces in this encoding."
            got, expected = reading.text_encoding, ", ".join(ONE_BYTE)
            raise FileError(explain(what, got=got, expected=expected, hint="save it as UTF-8"))
        self.name, self._file, self._reading = path.name, opened(path), reading
        self._cuts, self._lines = _cuts(path)
        self._header = read_csv_text(path, reading, self._cuts[1])
        self._bad: dict[int, np.ndarray] = {}  # lines that were left out, by piece
        self._lines[0] = int(self._header.lines[0])  # the first piece begins beneath the names
        with path.open("rb") as file:
            above = [file.readline() for _ in range(self._lines[0] - 1)]
        self._cuts[0] = sum(map(len, above))

    def __len__(self) -> int:
        return len(self._cuts) - 1

    @property
    def notes(self) -> tuple[str, ...]:
        bad = [self._bad[piece] for piece in sorted(self._bad)]
        return left_out(np.concatenate(bad), len(self._header.names)) if bad else ()

    def sheets(self, pieces: Sequence[int]) -> Iterator[Sheet]:
        for first in range(0, len(pieces), AT_ONCE):
            texts = [self._text(piece) for piece in pieces[first : first + AT_ONCE]]
            if any(len(text.lines) for text in texts):
                yield sheet_of_text(self._file.path, self._together(texts))

    def _text(self, piece: int) -> CsvText:
        begin, end = self._cuts[piece : piece + 2]
        path = self._file.path
        with self._file.unchanged(), path.open("rb") as file:
            file.seek(begin)
            content = file.read(end - begin)
        line = self._lines[piece]
        text = read_csv_piece(path, content, line, self._header, self._reading)
        self._bad[piece] = text.bad
        return text

    def _together(self, texts: Sequence[CsvText]) -> CsvText:
        """Return pieces as one text with a line of names on top."""
        names, delimiter = self._header.names, self._header.delimiter
        top = delimiter.join(f"c{place}" for place in range(len(names))).encode()
        parts = [top, *(text.content.rstrip(b"\r\n") for text in texts if len(text.lines))]
        lines = np.concatenate([text.lines for text in texts])
        bad = np.concatenate([text.bad for text in texts])
        return CsvText(b"\n".join(parts), names, lines, delimiter, bad)


class ColumnPieces(TablePieces):
    """The rows of a Parquet or Arrow file, so many at a time."""

    def __init__(self, path: Path, parquet: bool) -> None:
        pl = polars()
        self.name, self._file = path.name, opened(path)
        self._kind = "Parquet" if parquet else "Arrow"
        with self._whole():
            scan = pl.scan_parquet if parquet else pl.scan_ipc
            self._frame = scan(path, glob=False)
            self._rows = int(self._frame.select(pl.len()).collect().item())

    def __len__(self) -> int:
        return -(-self._rows // PIECE_ROWS)

    def sheets(self, pieces: Sequence[int]) -> Iterator[Sheet]:
        for piece in pieces:
            with self._file.unchanged(), self._whole():
                frame = self._frame.slice(piece * PIECE_ROWS, PIECE_ROWS).collect()
            numbers = piece * PIECE_ROWS + np.arange(frame.height)
            yield Sheet(self.name, frame, numbers=numbers)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            yield
        except (polars().exceptions.PolarsError, OSError) as error:
            what, got = f"{self.name} is not a whole {self._kind} file.", str(error)
            got, expected = got.splitlines()[0][:120], f"a {self._kind} file"
            raise FileError(explain(what, got=got, expected=expected)) from error


def _cuts(path: Path) -> tuple[list[int], list[int]]:
    """Return where the pieces of a CSV file begin and the last one ends, and their first lines."""
    cuts, lines, at, line, quotes = [0], [1], 0, 1, 0
    with path.open("rb") as file:
        while block := file.read(PIECE_BYTES):
            letters = np.frombuffer(block, np.uint8)
            newlines, quoted = np.flatnonzero(letters == NEWLINE), np.flatnonzero(letters == QUOTE)
            # What stands after an odd number of quotes is inside a cell.
            inside = (np.searchsorted(quoted, newlines) + quotes) % 2
            outside = np.flatnonzero(inside == 0)
            if len(outside):
                cuts.append(at + int(newlines[outside[-1]]) + 1)
                lines.append(line + int(outside[-1]) + 1)
            elif at - cuts[-1] > MOST_BYTES:
                what = f"Line {lines[-1]} of {path.name} does not end within {MOST_BYTES:,} bytes."
                hint = 'write a quote inside a cell twice: "5"" pipe"'
                got = "an open quote" if quotes % 2 else "no end of a line"
                raise DataError(explain(what, got=got, expected="lines of cells", hint=hint))
            at, line, quotes = at + len(block), line + len(newlines), quotes + len(quoted)
    if cuts[-1] < at:
        cuts.append(at)
    return cuts if len(cuts) > 1 else [0, at], lines
