"""CSV files, looked at byte by byte before anything is believed.

Readers of tables repair what is broken: a short line is filled, a strange one becomes
text. Here a file is refused instead, with the line an editor shows.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int

from pellucid.base.errors import DataError, FileError, explain
from pellucid.data.reading import Reading

DELIMITERS = (",", ";", "\t", "|")
UTF16 = ("UTF-16 text", "save it as UTF-8, or say text_encoding='utf-16'")
FOREIGN = {
    b"\x1f\x8b": ("a gzip file", "unpack it first"),
    b"PK\x03\x04": ("a zip archive or a spreadsheet", "save the sheet as CSV"),
    b"PAR1": ("a Parquet file", "give it the ending .parquet"),
    b"ARROW1": ("an Arrow file", "give it the ending .arrow"),
    b"\xff\xfe": UTF16,
    b"\xfe\xff": UTF16,
}
BOM = b"\xef\xbb\xbf"
NEWLINE, QUOTE = ord("\n"), ord('"')


@dataclass(frozen=True, eq=False)
class CsvText:
    """The content of a sound CSV file: every line has a cell for every name."""

    content: bytes
    names: tuple[str, ...]
    lines: Int[np.ndarray, " rows"]
    delimiter: str
    bad: Int[np.ndarray, " lines"]  # that were left out, not having a cell for every name


def read_csv_text(path: Path, reading: Reading, most: int = -1) -> CsvText:
    """Return the text of a file, its column names, and the line of each row.

    It may be asked for the first `most` bytes only, which end with a line.

    Raises:
        FileError: this is no text of the given encoding; the byte is named.
        DataError: no rows, no names, names given twice, or lines of unequal length.
    """
    with path.open("rb") as file:
        content = _decoded(path, file.read(most), reading.text_encoding)
    delimiter = reading.delimiter or _likely_delimiter(content)
    starts, ends, lines, cells = _layout(path, content, delimiter)
    if len(lines) == 0:
        raise DataError(explain(f"{path.name} is empty.", got="no lines", expected="a table"))
    header = content[starts[0] : ends[0]].decode().rstrip("\r")
    names = _names(path, header, delimiter)
    _check_names(path, names, delimiter, header)
    bad = _bad(path, lines, cells, int(cells[0]), reading.on_bad_row)
    content = _without_gaps(content, starts[~bad], ends[~bad])
    lines, left_out = lines[~bad], lines[bad]
    if len(lines) == 1:
        what = f"{path.name} has no data rows: line {lines[0]} is its only one."
        raise DataError(explain(what, got="column names only", expected="rows beneath them"))
    return CsvText(content, names, lines[1:], delimiter, left_out)


def read_csv_piece(
    path: Path, content: bytes, line: int, header: CsvText, reading: Reading
) -> CsvText:
    """Return the rows of a piece of a file, which begins at `line`; `header` tells of columns.

    The content has rows only, and none of them if all lines are blank.

    Raises:
        FileError, DataError: as for the whole file.
    """
    content = _decoded(path, content, reading.text_encoding, line)
    starts, ends, lines, cells = _layout(path, content, header.delimiter, line)
    bad = _bad(path, lines, cells, len(header.names), reading.on_bad_row)
    content = _without_gaps(content, starts[~bad], ends[~bad])
    return CsvText(content, header.names, lines[~bad], header.delimiter, lines[bad])


def left_out(bad: Int[np.ndarray, " lines"], columns: int) -> tuple[str, ...]:
    """Return the note about lines that were left out, if there were any."""
    if not len(bad):
        return ()
    few = ", ".join(map(str, bad[:5])) + (", ..." if len(bad) > 5 else "")
    which = f"line {few}, which has" if len(bad) == 1 else f"{len(bad)} lines, {few}, which have"
    return (f"left out {which} not a cell for each of the {columns} columns",)


def _decoded(path: Path, content: bytes, text_encoding: str, first_line: int = 1) -> bytes:
    given = text_encoding.lower().replace("_", "-")
    if given not in ("utf-8", "utf8"):
        return _recoded(path, content, text_encoding)
    for magic, (kind, hint) in FOREIGN.items():
        if content.startswith(magic):
            what, got = f"{path.name} is not CSV text but {kind}.", f"{magic.hex(' ')} at byte 0"
            raise FileError(explain(what, got=got, expected="UTF-8 text", hint=hint))
    if (nul := content.find(b"\0")) >= 0:
        line = content.count(b"\n", 0, nul) + first_line
        what = f"Line {line} of {path.name} has a zero byte: this is no text."
        raise FileError(explain(what, got=f"00 at byte {nul}", expected="UTF-8 text"))
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + first_line
        what = f"Line {line} of {path.name} is not UTF-8 text."
        got = f"{content[error.start]:02x} at byte {error.start}"
        hint = "save it as UTF-8, or say text_encoding='latin-1'"
        raise FileError(explain(what, got=got, expected="UTF-8 text", hint=hint)) from None
    return _plain_newlines(content.removeprefix(BOM))


def _recoded(path: Path, content: bytes, text_encoding: str) -> bytes:
    try:
        return _plain_newlines(content.decode(text_encoding).encode().removeprefix(BOM))
    except LookupError:
        what = f"There is no text encoding called {text_encoding!r}."
        raise FileError(explain(what, got=text_encoding, expected="utf-8, latin-1, ...")) from None
    except UnicodeDecodeError as error:
        what = f"{path.name} is not text written as {text_encoding}."
        got = f"byte {error.start} cannot be read"
        raise FileError(explain(what, got=got, expected=f"{text_encoding} text")) from None


def _plain_newlines(content: bytes) -> bytes:
    return content if b"\n" in content else content.replace(b"\r", b"\n")


def _likely_delimiter(content: bytes) -> str:
    header = content.lstrip().partition(b"\n")[0].decode()
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _layout(
    path: Path, content: bytes, delimiter: str, first_line: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return where each row starts and ends, its line, and how many cells it has."""
    letters = np.frombuffer(content, np.uint8)
    newlines = np.flatnonzero(letters == NEWLINE)
    ends, cuts = newlines, np.flatnonzero(letters == ord(delimiter))
    quotes = np.flatnonzero(letters == QUOTE)
    if len(quotes):  # what stands after an odd number of quotes is inside a cell
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
        cuts = cuts[np.searchsorted(quotes, cuts) % 2 == 0]
    if len(letters) and (len(ends) == 0 or ends[-1] != len(letters) - 1):
        ends = np.append(ends, len(letters))
    starts = np.concatenate([[0], ends[:-1] + 1])[: len(ends)].astype(int)
    if len(quotes) % 2:
        line = np.searchsorted(newlines, starts[-1]) + first_line
        what = f"Line {line} of {path.name} opens a quote that is never closed."
        raise DataError(explain(what, got="an odd number of quotes", expected='"..." in pairs'))
    full = _not_blank(content, letters, starts, ends)
    starts, ends = starts[full], ends[full]
    cells = np.searchsorted(cuts, ends) - np.searchsorted(cuts, starts) + 1
    return starts, ends, np.searchsorted(newlines, starts) + first_line, cells


def _not_blank(
    content: bytes, letters: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> np.ndarray:
    full = np.ones(len(starts), bool)
    for row in np.flatnonzero(np.isin(letters[starts], np.frombuffer(b"\n\r ", np.uint8))):
        full[row] = bool(content[starts[row] : ends[row]].strip(b" \r"))
    return full


def _without_gaps(content: bytes, starts: np.ndarray, ends: np.ndarray) -> bytes:
    """Return the rows alone."""
    if len(starts) == 0:
        return b""
    if starts[0] == 0 and ends[-1] >= len(content) - 1 and np.all(starts[1:] == ends[:-1] + 1):
        return content
    return b"\n".join(content[start:end] for start, end in zip(starts, ends, strict=True))


def _names(path: Path, header: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(name.strip() for name in next(csv.reader([header], delimiter=delimiter)))
    except csv.Error as error:
        what = f"Line 1 of {path.name} has quotes in unusual places."
        expected, hint = "column names", 'write a quote inside a name twice: "5"" pipe"'
        raise DataError(explain(what, got=header[:60], expected=expected, hint=hint)) from error


def _check_names(path: Path, names: tuple[str, ...], delimiter: str, header: str) -> None:
    if len(names) == 1:
        other = next((mark for mark in DELIMITERS if mark != delimiter and mark in header), None)
        what = f"Line 1 of {path.name} has a single column, {names[0]!r}."
        hint = f"say delimiter={other!r}" if other else "a target needs columns to learn from"
        expected = "two columns or more"
        raise DataError(explain(what, got=f"delimiter {delimiter!r}", expected=expected, hint=hint))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        places = [str(place) for place, name in enumerate(names, 1) if name == twice[0]]
        what = f"Line 1 of {path.name} has the column name {twice[0]!r} more than once."
        got, expected = f"columns {' and '.join(places)}", "a name of its own for each column"
        raise DataError(explain(what, got=got, expected=expected, hint="rename one of them"))
    numbers = [name for name in names if _is_number(name)]
    if len(numbers) == len(names) or any("." in name for name in numbers):
        what = f"Line 1 of {path.name} holds numbers where column names should stand."
        hint = "put a line with the columns' names on top"
        raise DataError(explain(what, got=header[:60], expected="column names", hint=hint))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _bad(
    path: Path, lines: np.ndarray, cells: np.ndarray, wanted: int, on_bad_row: str
) -> Bool[np.ndarray, " rows"]:
    """Return which rows have not as many cells as wanted, if these are to be left out."""
    bad = cells != wanted
    if not bad.any() or on_bad_row == "skip":
        return bad
    first, others = int(np.argmax(bad)), int(bad.sum()) - 1
    more = cells[first] > wanted
    side = "more" if more else "fewer"
    what = f"Line {lines[first]} of {path.name} has {side} cells than there are columns."
    got = f"{cells[first]} cells" + (f" (and {others} more such lines)" if others else "")
    hint = "put text that holds the delimiter in quotes" if more else "fill in the line"
    hint += ", or say on_bad_row='skip'"
    raise DataError(explain(what, got=got, expected=f"{wanted} cells", hint=hint))
