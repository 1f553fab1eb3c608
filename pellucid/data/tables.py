"""Tables: typed columns, one of them to be predicted, nothing doubtful let through."""

from typing import Any

import numpy as np

from pellucid.base.errors import DataError, explain
from pellucid.data.cells import read_column
from pellucid.data.column import Column, as_category
from pellucid.data.dataset import Dataset
from pellucid.data.reading import Reading
from pellucid.data.sheet import Sheet, open_sheet, polars

TARGET_NAMES = ("target", "label", "class", "y", "species")
INDEX_NAMES = ("", "id", "index", "row", "unnamed: 0")
FEW_ROWS = 20  # below this, every word of a column may well differ from the others
NEARLY_ALL = 0.9  # of the rows differ: a name or a number plate, not a category
MOST_CATEGORIES = 1000
MOST_INTEGER_CLASSES = 20


def read_table(source: Any, reading: Reading) -> Dataset:
    """Return the rows of a file, data frame or dictionary of arrays, with their target.

    Without a `target` it is the column called target, label, class, y or species, or
    else the last one. Words and truth values make a classification, and so do integers
    with at most 20 different values, each on average in two rows or more; other numbers
    make a regression. Columns that number or name the rows are left out, with a note.

    Raises:
        FileError: a file is missing, or not what its name says.
        DataError: see `csv_files`, `cells`, and the checks below.
    """
    sheet = open_sheet(source, reading)
    target, notes = _find_target(sheet, reading)
    aside = {name for name in (reading.groups, reading.time) if name}
    for name in (*reading.drop, *reading.categorical):
        sheet.require(name, "dropped" if name in reading.drop else "a category")
    for name in aside:
        sheet.require(name, "set aside for the split")
    left_out = {target, *reading.drop, *aside}
    columns = [
        read_column(sheet, n, reading, to_learn=True) for n in sheet.columns if n not in left_out
    ]
    columns, more = _without_identifiers(sheet, columns, reading)
    if not columns:
        what = f"{sheet.name} has no column to learn {target!r} from."
        raise DataError(explain(what, got=", ".join(sheet.columns), expected="other columns"))
    answer, task = _read_target(sheet, target, reading)
    kept, dropped = _rows_kept(sheet, [*columns, answer], reading)
    answer, warnings = _checked_target(sheet, answer.take(kept), task)
    return Dataset(
        name=sheet.name,
        x=tuple(column.take(kept) for column in columns),
        target=answer,
        task=task,
        reading=reading,
        groups=_codes(sheet, reading.groups, kept),
        time=_order(sheet, reading.time, kept),
        lines=None if sheet.lines is None else sheet.lines[kept],
        notes=(*sheet.notes, *notes, *more, *dropped, *warnings, *_constant(columns)),
    )


def _find_target(sheet: Sheet, reading: Reading) -> tuple[str, tuple[str, ...]]:
    if reading.target is not None:
        sheet.require(reading.target, "the target")
        return reading.target, ()
    aside = {*reading.drop, reading.groups, reading.time}
    names = [name for name in sheet.columns if name not in aside]
    telling = [name for name in names if name.lower() in TARGET_NAMES]
    if not names:
        what = f"{sheet.name} has no column left to predict."
        raise DataError(explain(what, got=", ".join(sheet.columns), expected="a target"))
    target = telling[0] if len(telling) == 1 else names[-1]
    return target, (f"predicting {target!r}; for another column say target=...",)


def _without_identifiers(
    sheet: Sheet, columns: list[Column], reading: Reading
) -> tuple[list[Column], list[str]]:
    kept, notes = [], []
    for column in columns:
        why = None if column.name in reading.categorical else identifies(column)
        if why:
            hint = f"to keep it: categorical={column.name!r}" if column.words else "rename to keep"
            notes.append(f"left out column {column.name!r}, which {why}; {hint}")
            continue
        if len(column.words) > MOST_CATEGORIES and column.name not in reading.categorical:
            raise too_many(sheet.name, column.name, len(column.words))
        if column.kind == "number" and _counts(column.values) and len(column) >= FEW_ROWS:
            notes.append(
                f"column {column.name!r} just counts the rows: leave it out if it is no measurement"
            )
        kept.append(column)
    return kept, notes


def too_many(table: str, column: str, words: int) -> DataError:
    """Return the error of a column with more words than a network should have inputs for."""
    what = f"Column {column!r} of {table} has very many categories."
    got, expected = f"{words} words", f"at most {MOST_CATEGORIES}"
    hint = f"leave it out: drop={column!r}; or insist: categorical={column!r}"
    return DataError(explain(what, got=got, expected=expected, hint=hint))


def identifies(column: Column) -> str | None:
    """Return why a column only tells rows apart, or None if it may tell more."""
    present = np.count_nonzero(~column.missing)
    if column.kind == "category":
        names = present >= FEW_ROWS and len(column.words) >= NEARLY_ALL * present
        return f"has {len(column.words)} words in {present} rows" if names else None
    counts = column.name.lower() in INDEX_NAMES and _counts(column.values)
    return "numbers the rows" if counts else None


def _counts(values: np.ndarray) -> bool:
    return len(values) > 1 and bool(np.all(np.diff(values) == 1))


def _read_target(sheet: Sheet, name: str, reading: Reading) -> tuple[Column, str]:
    column = read_column(
        sheet, name, reading, "number" if reading.task == "regression" else None, to_learn=True
    )
    task = reading.task or _guess_task(column)
    return (as_category(column) if task == "classification" else column), task


def _guess_task(column: Column) -> str:
    if column.kind != "number":
        return "classification"
    values = column.values[~column.missing]
    levels = np.unique(values)
    whole = np.all(levels == np.floor(levels))
    few = len(levels) <= MOST_INTEGER_CLASSES and 2 * len(levels) <= len(values)
    return "classification" if whole and few else "regression"


def _rows_kept(
    sheet: Sheet, columns: list[Column], reading: Reading
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the rows to keep, refusing what `missing` does not allow."""
    every, answer = np.arange(len(columns[0])), columns[-1]
    if reading.missing == "drop":
        gaps = np.any([column.missing for column in columns], axis=0)
        if gaps.all():
            what = f"Every row of {sheet.name} has a missing cell."
            counts = _gaps(columns)
            raise DataError(explain(what, got=counts, expected="some whole rows"))
        note = f"left out {np.count_nonzero(gaps)} of {len(gaps)} rows with missing cells"
        return np.flatnonzero(~gaps), (note,) if gaps.any() else ()
    if answer.missing.any():
        row = int(np.flatnonzero(answer.missing)[0])
        what = f"{sheet.where(row)} has nothing in the target column {answer.name!r}."
        got = f"{np.count_nonzero(answer.missing)} rows without a target"
        hint = "leave them out: missing='drop'"
        raise DataError(explain(what, got=got, expected="a target in each row", hint=hint))
    refuse_missing(sheet.where, columns[:-1], reading.missing)
    return every, ()


def refuse_missing(where: Any, columns: list[Column], missing: str) -> None:
    """Raise a DataError that counts the missing cells, unless they are provided for."""
    empty = [column for column in columns if column.missing.all()]
    gaps = [column for column in columns if column.missing.any()]
    if not gaps or (missing != "refuse" and not empty):
        return
    worst = (empty or gaps)[0]
    row = int(np.flatnonzero(worst.missing)[0])
    what = f"{where(row)} has nothing in column {worst.name!r}."
    hint = "say what to put there: missing='median'; or leave such rows out: missing='drop'"
    if empty:
        what = f"{where(row).partition(' of ')[2]} has nothing at all in column {worst.name!r}."
        hint = f"leave it out: drop={worst.name!r}"
    got = f"missing cells: {_gaps(gaps)}"
    raise DataError(explain(what, got=got, expected="a value in each cell", hint=hint))


def _gaps(columns: list[Column]) -> str:
    counts = {c.name: np.count_nonzero(c.missing) for c in columns if c.missing.any()}
    shown = ", ".join(f"{name} {count}" for name, count in list(counts.items())[:10])
    return shown + (f" and {len(counts) - 10} columns more" if len(counts) > 10 else "")


def _checked_target(sheet: Sheet, column: Column, task: str) -> tuple[Column, tuple[str, ...]]:
    if task == "regression":
        if len(column) > 1 and column.values.min() == column.values.max():
            raise _one_value(sheet, column, column.values[0])
        return column, ()
    column = _without_unused_words(column)
    if len(column.words) == 1:
        raise _one_value(sheet, column, column.words[0])
    if len(column) >= FEW_ROWS and len(column.words) > len(column) / 2:
        what = f"The target column {column.name!r} of {sheet.name} has nearly a class a row."
        got, expected = f"{len(column.words)} classes in {len(column)} rows", "rows alike"
        hint = "choose another target, or task='regression' for a number"
        raise DataError(explain(what, got=got, expected=expected, hint=hint))
    counts = np.bincount(column.values, minlength=len(column.words))
    single = [word for word, count in zip(column.words, counts, strict=True) if count == 1]
    if not single:
        return column, ()
    return column, (f"only one row has the class {', '.join(single[:5])}: it cannot be tested",)


def _without_unused_words(column: Column) -> Column:
    used, codes = np.unique(column.values, return_inverse=True)
    words = tuple(column.words[code] for code in used)
    return Column(column.name, "category", codes.astype(np.int32), words, column.stands_for)


def _one_value(sheet: Sheet, column: Column, value: object) -> DataError:
    what = f"The target column {column.name!r} of {sheet.name} has the same value in every row."
    return DataError(explain(what, got=value, expected="two different values or more"))


def _constant(columns: list[Column]) -> tuple[str, ...]:
    known = [(column.name, column.values[~column.missing]) for column in columns]
    same = [name for name, values in known if not len(values) or values.min() == values.max()]
    return (f"the same value in every row: {', '.join(same[:10])}",) if same else ()


def _codes(sheet: Sheet, name: str | None, kept: np.ndarray) -> np.ndarray | None:
    if name is None:
        return None
    series = sheet.frame[name]
    _refuse_gaps(sheet, name, series, kept)
    words = np.array(series.cast(polars().String).to_list(), np.str_)[kept]
    return np.unique(words, return_inverse=True)[1]


def _order(sheet: Sheet, name: str | None, kept: np.ndarray) -> np.ndarray | None:
    if name is None:
        return None
    pl, series = polars(), sheet.frame[name]
    _refuse_gaps(sheet, name, series, kept)
    if series.dtype == pl.String:
        numbers = series.str.strip_chars().cast(pl.Float64, strict=False)
        series = numbers if numbers.null_count() == 0 else series
    if series.dtype == pl.String:
        _refuse_unsortable(sheet, name, series)
        return np.unique(np.array(series.to_list(), np.str_)[kept], return_inverse=True)[1]
    return np.array(series.to_physical().to_numpy())[kept]


def _refuse_unsortable(sheet: Sheet, name: str, series: Any) -> None:
    wrong = (~series.str.contains(r"^\s*\d{4}-\d{2}(-\d{2}|$)").fill_null(True)).arg_true()
    if len(wrong):
        row = int(wrong[0])
        what = f"{sheet.where(row)} has no date in column {name!r} that can be put in order."
        expected = "numbers, or dates from year to day: 2026-08-31"
        raise DataError(explain(what, got=repr(series[row]), expected=expected))


def _refuse_gaps(sheet: Sheet, name: str, series: Any, kept: np.ndarray) -> None:
    gaps = kept[series.is_null().to_numpy()[kept]]
    if len(gaps):
        what = f"{sheet.where(gaps[0])} has nothing in column {name!r}, which orders the split."
        got, expected = f"{len(gaps)} such rows", "a value in each row"
        raise DataError(explain(what, got=got, expected=expected))
