"""Anything with rows and columns, opened once. The one place that imports polars."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import Int

from pellucid.base.errors import DataError, FileError, explain, nearest
from pellucid.base.memory import allowed_bytes
from pellucid.data.csv_files import CsvText, left_out, read_csv_text
from pellucid.data.reading import Reading

PARQUET_ENDINGS = (".parquet", ".pq")
ARROW_ENDINGS = (".arrow", ".ipc", ".feather")


def polars() -> ModuleType:
    """Return polars, imported when the first table is read and not before."""
    import polars

    return polars


@dataclass(frozen=True, eq=False)
class Sheet:
    """Cells as they came, and where each row stands.

    `as_text` is true where every cell is still the text of a file. `lines` are the
    file's, counted from 1; without a file, rows are counted from 0 as data frames do.
    `numbers` are those of rows that were chosen from more.
    """

    name: str
    frame: Any
    as_text: bool = False
    lines: Int[np.ndarray, " rows"] | None = None
    notes: tuple[str, ...] = ()
    numbers: Int[np.ndarray, " rows"] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.frame.columns)

    def where(self, row: int | np.integer) -> str:
        """Return how to find a row again: "Line 17 of data.csv"."""
        if self.lines is None:
            return f"Row {row if self.numbers is None else self.numbers[row]} of {self.name}"
        return f"Line {self.lines[row]} of {self.name}"

    def require(self, name: str, role: str) -> None:
        """Raise a DataError unless there is a column of that name."""
        if name not in self.columns:
            what = f"{self.name} has no column {name!r}, which is to be {role}."
            shown = ", ".join(self.columns[:20]) + (", ..." if self.columns[20:] else "")
            hint = nearest(name, self.columns)
            raise DataError(explain(what, got=repr(name), expected=shown, hint=hint))


def open_sheet(source: Any, reading: Reading) -> Sheet:
    """Return the rows and columns of a file, a data frame, or a dictionary of arrays.

    Raises:
        FileError: the file is missing, or not what its ending says.
        DataError: there are no rows, or the columns do not fit together.
    """
    if isinstance(source, Sheet):
        sheet = source
    elif isinstance(source, str | Path):
        sheet = _from_file(Path(source), reading)
    elif isinstance(source, Mapping):
        sheet = _from_arrays("the dictionary", source)
    elif isinstance(source, np.ndarray):
        sheet = _from_matrix(source)
    else:
        sheet = _from_frame(source)
    if sheet.frame.height == 0:
        raise DataError(explain(f"{sheet.name} has no data rows.", got="0 rows", expected="rows"))
    return sheet


def _from_file(path: Path, reading: Reading) -> Sheet:
    if not path.is_file():
        near = nearest(path.name, [p.name for p in path.parent.glob("*")][:1000])
        what = f"There is no file {str(path)!r}."
        raise FileError(explain(what, got=str(path), expected="a table's file", hint=near))
    size, allowed = path.stat().st_size, allowed_bytes()
    if size > allowed:
        what = f"{path.name} is larger than the memory that this process may have."
        hint = "open_stream reads it while a network trains; predict in parts of it"
        raise FileError(explain(what, got=f"{size:,} bytes", expected=f"{allowed:,}", hint=hint))
    ending = path.suffix.lower()
    if ending not in PARQUET_ENDINGS + ARROW_ENDINGS:
        return _from_csv(path, reading)
    read = polars().read_parquet if ending in PARQUET_ENDINGS else polars().read_ipc
    try:
        with path.open("rb") as file:  # a name with * would be taken for a pattern
            return Sheet(path.name, read(file))
    except (polars().exceptions.PolarsError, OSError) as error:
        kind = "Parquet" if ending in PARQUET_ENDINGS else "Arrow"
        what, got = f"{path.name} is not a whole {kind} file.", str(error).splitlines()[0][:120]
        raise FileError(explain(what, got=got, expected=f"a {kind} file")) from error


def _from_csv(path: Path, reading: Reading) -> Sheet:
    text = read_csv_text(path, reading)
    unusual = text.delimiter != "," and reading.delimiter is None
    notes = (f"cells are separated by {text.delimiter!r}",) if unusual else ()
    return sheet_of_text(path, text, (*notes, *left_out(text.bad, len(text.names))))


def sheet_of_text(path: Path, text: CsvText, notes: tuple[str, ...] = ()) -> Sheet:
    """Return the cells of a sound CSV text.

    Raises:
        DataError: quotes leave it open what a cell is.
    """
    try:
        frame = polars().read_csv(text.content, infer_schema=False, separator=text.delimiter)
    except polars().exceptions.PolarsError as error:
        got = str(error).splitlines()[0][:120]
        expected = "lines of cells; quotes only around whole cells"
        what = f"{path.name} cannot be read as CSV."
        raise DataError(explain(what, got=got, expected=expected)) from error
    if frame.shape != (len(text.lines), len(text.names)):
        what = f"{path.name} has quotes in unusual places, so its rows are uncertain."
        got = f"{frame.height} rows or {len(text.lines)}"
        hint = 'write a quote inside a cell twice: "5"" pipe"'
        raise DataError(explain(what, got=got, expected="one way to read it", hint=hint))
    frame.columns = list(text.names)
    return Sheet(path.name, frame, True, text.lines, notes)


def _from_frame(source: Any) -> Sheet:
    name = f"the {type(source).__module__.partition('.')[0]} table"
    if isinstance(source, polars().LazyFrame):
        return Sheet(name, source.collect())
    if isinstance(source, polars().DataFrame):
        return Sheet(name, source)
    if hasattr(source, "__arrow_c_stream__"):
        try:
            return Sheet(name, polars().DataFrame(source))
        except ImportError:  # pandas speaks Arrow only where pyarrow is installed
            pass
        except (TypeError, ValueError) as error:
            if not hasattr(source, "columns"):  # by which the odd one is found below
                raise _unlike(name, str(error)) from error
    if hasattr(source, "columns") and hasattr(source, "__getitem__"):
        names = [str(column) for column in source.columns]
        arrays = [np.asarray(source[column]) for column in source.columns]
        return _from_arrays(name, dict(zip(names, arrays, strict=True)))
    what = f"A {type(source).__name__} cannot be read as a table."
    expected = "a file, a data frame, or a dictionary of arrays"
    raise DataError(explain(what, got=repr(source)[:60], expected=expected))


def _from_matrix(array: np.ndarray) -> Sheet:
    if array.ndim != 2:
        what, got = "This array is not a table.", f"shape {array.shape}"
        raise DataError(explain(what, got=got, expected="shape (rows, columns)"))
    return _from_arrays("the array", {f"x{k}": column for k, column in enumerate(array.T, 1)})


def _from_arrays(name: str, arrays: Mapping[str, Any]) -> Sheet:
    columns = {str(key): np.ma.asanyarray(values) for key, values in arrays.items()}
    if not columns:
        raise DataError(explain(f"{name} has no columns.", got="nothing", expected="columns"))
    lengths = {key: array.shape for key, array in columns.items()}
    wrong = [key for key, shape in lengths.items() if len(shape) != 1]
    if wrong or len(set(lengths.values())) > 1:
        what = f"The columns of {name} do not stand side by side."
        got = ", ".join(f"{key} {shape}" for key, shape in list(lengths.items())[:6])
        raise DataError(explain(what, got=got, expected="one value a row, in columns alike"))
    return Sheet(name, polars().DataFrame([_series(name, *item) for item in columns.items()]))


def _series(name: str, key: str, array: np.ndarray) -> Any:
    masked = isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array)
    values = array.tolist() if masked or array.dtype == object else np.asarray(array)
    if isinstance(values, list):  # pandas writes a missing word as the number NaN
        values = [None if isinstance(cell, float) and cell != cell else cell for cell in values]
    try:
        return polars().Series(key, values)
    except (TypeError, ValueError, polars().exceptions.PolarsError) as error:
        raise _unlike(f"Column {key!r} of {name}", str(error)) from error


def _unlike(subject: str, told: str) -> DataError:
    what = f"{subject} holds values of different kinds."
    hint = "make each column all numbers, all text or all booleans"
    return DataError(explain(what, got=told.splitlines()[0][:120], expected="one kind", hint=hint))
