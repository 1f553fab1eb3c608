"""What the cells of one column are: numbers, truth values, or names of categories.

A column is a number if every cell is one, a category if few are. Where numbers are in
the majority, whatever stands between them is refused by its line, not turned into text.
"""

from typing import Any

import numpy as np

from pellucid.base.errors import DataError, explain
from pellucid.data.column import Column
from pellucid.data.reading import Reading
from pellucid.data.sheet import Sheet, polars

MISSING_MARKS = ("NA", "N/A", "n/a", "?", "-", "null", "NULL", "None", "none", "missing", ".")
FLOAT64_NOISE = 1e-14  # of the largest number: a column that differs by less is constant
FLOAT32_LOSS = 1e-3  # of the column's spread; rounding alone costs about 1e-7


def read_column(
    sheet: Sheet, name: str, reading: Reading, kind: str | None = None, *, to_learn: bool = False
) -> Column:
    """Return a column with its kind found out, or with the `kind` it has to have.

    Numbers `to_learn` from must differ by more than float32 rounds; of rows that come later
    this is not asked, since a few alike say nothing about the column.

    Raises:
        DataError: cells of several kinds, dates, lists, infinities, or numbers that
            float32 cannot tell apart.
    """
    series = sheet.frame[name]
    if name in reading.categorical:
        kind = "category"
    if sheet.as_text or series.dtype.base_type() in _text_types():
        column = _from_text(sheet, name, _stripped(series, reading), reading, kind)
    else:
        column = _from_typed(sheet, name, series, reading, kind)
    if column.kind == "number":
        known = _check_numbers(sheet, column)
        if to_learn and len(known):
            _check_spread(sheet, name, known)
    return column


def _text_types() -> tuple[Any, ...]:
    pl = polars()
    return (pl.String, pl.Categorical, pl.Enum)


def _stripped(series: Any, reading: Reading) -> Any:
    """Return the cells without spaces around them, and null where they mean nothing."""
    text = series.cast(polars().String).str.strip_chars()
    empty = text.is_in(["", *reading.na_values])
    return text.set(empty.fill_null(False), None) if empty.any() else text


def _from_text(sheet: Sheet, name: str, text: Any, reading: Reading, kind: str | None) -> Column:
    if kind == "category":
        return _category(name, text)
    pl = polars()
    present = len(text) - text.null_count()
    if kind == "boolean" or (kind is None and _is_truth(text)):
        return _truth(sheet, name, text)
    written = text.str.replace(",", ".", literal=True) if reading.decimal == "," else text
    numbers = written.cast(pl.Float64, strict=False)
    bad = (numbers.is_null() & text.is_not_null()).to_numpy()
    meant_as_numbers = sheet.as_text and np.count_nonzero(bad) < present / 2
    if kind is None and bad.any() and not meant_as_numbers:
        _refuse_disguised(sheet, name, text)
        return _category(name, text)
    if not sheet.as_text and kind is None and present:
        return _category(name, text)  # a data frame says itself that this is text
    if bad.any():
        raise _mixed(sheet, name, text, bad)
    return Column(name, "number", _floats(numbers))


def _truth(sheet: Sheet, name: str, text: Any) -> Column:
    pl = polars()
    digits = text.str.to_lowercase().replace({"true": "1", "false": "0"})
    values = digits.cast(pl.Float64, strict=False)
    bad = (values.is_null() & text.is_not_null()).arg_true()
    if len(bad):
        raise _no_truth(sheet, name, int(bad[0]), text[int(bad[0])])
    return _booleans(sheet, name, _floats(values))


def _is_truth(text: Any) -> bool:
    known = text.drop_nulls()
    words = known.head(1).str.to_lowercase().is_in(["true", "false"])
    return len(known) > 0 and words.all() and known.str.contains("^(?i)(true|false)$").all()


def _from_typed(sheet: Sheet, name: str, series: Any, reading: Reading, kind: str | None) -> Column:
    pl = polars()
    if reading.na_values and series.dtype.is_numeric():
        empty = series.cast(pl.String).is_in(reading.na_values).fill_null(False)
        series = series.set(empty, None)
    if series.dtype.is_temporal():
        raise _date(sheet, name, series)
    if series.dtype == pl.Object:
        raise _several_types(sheet, name, series)
    if not (series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null)):
        what = f"Column {name!r} of {sheet.name} holds {series.dtype} in each cell."
        hint = f"make columns of its parts, or leave it out: drop={name!r}"
        got = str(series[0])[:60]
        raise DataError(explain(what, got=got, expected="one number or word a cell", hint=hint))
    values = _floats(series.cast(pl.Float64))
    if series.dtype == pl.Boolean and kind in (None, "boolean"):
        return Column(name, "boolean", values)
    if kind == "category":
        whole = np.all(np.isnan(values) | (values == np.floor(values)))
        exact = series if series.dtype != pl.Float32 and not whole else series.cast(pl.Float64)
        words = exact.cast(pl.Int64, strict=False) if whole else exact
        return _category(name, words.cast(pl.String))
    return _booleans(sheet, name, values) if kind == "boolean" else Column(name, "number", values)


def _floats(series: Any) -> np.ndarray:
    return np.array(series.fill_null(float("nan")).to_numpy(), np.float64)


def _category(name: str, text: Any) -> Column:
    pl = polars()
    words = text.drop_nulls().unique().sort()
    codes = text.cast(pl.Enum(words)).to_physical().cast(pl.Int32).fill_null(-1)
    return Column(name, "category", np.array(codes.to_numpy()), tuple(words.to_list()))


def _booleans(sheet: Sheet, name: str, values: np.ndarray) -> Column:
    bad = np.flatnonzero(~np.isin(values, (0.0, 1.0)) & ~np.isnan(values))
    if len(bad):
        raise _no_truth(sheet, name, int(bad[0]), values[bad[0]])
    return Column(name, "boolean", values)


def _no_truth(sheet: Sheet, name: str, row: int, cell: object) -> DataError:
    what = f"{sheet.where(row)} has no truth value in column {name!r}."
    return DataError(explain(what, got=repr(cell), expected="true or false, 1 or 0"))


def _mixed(sheet: Sheet, name: str, text: Any, bad: np.ndarray) -> DataError:
    rows = np.flatnonzero(bad)
    word = text[int(rows[0])]
    what = f"{sheet.where(rows[0])} has {word!r} in column {name!r}, among numbers."
    got = f"{word!r}; {len(rows)} of {len(text)} cells are not numbers"
    hint = f"correct the cell, or if these are names: categorical={name!r}"
    if word in MISSING_MARKS:
        hint = f"if it means an empty cell: na_values={word!r}"
    elif word.replace(",", "", 1).strip("+-").isdigit():
        hint = "if it is a decimal comma: decimal=','"
    return DataError(explain(what, got=got, expected="a number", hint=hint))


def _refuse_disguised(sheet: Sheet, name: str, text: Any) -> None:
    """Refuse dates and decimal commas, which would become thousands of categories."""
    first = text.drop_nulls()
    if first.str.contains(r"^[+-]?\d+,\d+$").mean() > 0.5:
        row = int(text.is_not_null().arg_true()[0])
        what = f"{sheet.where(row)} has a comma inside the number in column {name!r}."
        hint = "if it is a decimal comma: decimal=','"
        raise DataError(explain(what, got=repr(first[0]), expected="a number", hint=hint))
    if first.str.contains(r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$").all():
        raise _date(sheet, name, first)


def _date(sheet: Sheet, name: str, series: Any) -> DataError:
    what = f"Column {name!r} of {sheet.name} holds dates or times."
    hint = f"leave it out: drop={name!r}; or split by it: time={name!r}; or make it a number"
    got = repr(str(series.drop_nulls()[0])) if series.null_count() < len(series) else "empty cells"
    return DataError(explain(what, got=got, expected="numbers or names", hint=hint))


def _several_types(sheet: Sheet, name: str, series: Any) -> DataError:
    values = [value for value in series.to_list() if value is not None]
    first = type(values[0]).__name__
    row, other = next(
        ((row, value) for row, value in enumerate(series.to_list())
         if value is not None and type(value).__name__ != first),
        (0, values[0]),
    )  # fmt: skip
    what = f"{sheet.where(row)} has {other!r} in column {name!r}, among values of type {first}."
    expected = "all numbers, all text or all booleans"
    return DataError(explain(what, got=type(other).__name__, expected=expected))


def _check_numbers(sheet: Sheet, column: Column) -> np.ndarray:
    """Return the numbers that are there, after refusing what float32 cannot hold at all."""
    values, name = column.values, column.name
    infinite = np.flatnonzero(np.isinf(values))
    if len(infinite):
        what = f"{sheet.where(infinite[0])} has no finite number in column {name!r}."
        got = f"{values[infinite[0]]}; {len(infinite)} such cells"
        hint = "correct it, or mark it as missing: na_values='inf'"
        raise DataError(explain(what, got=got, expected="finite numbers", hint=hint))
    known = values[~np.isnan(values)]
    beyond = np.flatnonzero(np.isinf(_rounded(known)))
    if len(beyond):
        what = f"Column {name!r} of {sheet.name} has numbers beyond what float32 can hold."
        expected, hint = "numbers below 3.4e38", "divide the column, or take its logarithm"
        raise DataError(explain(what, got=known[beyond[0]], expected=expected, hint=hint))
    return known


def _rounded(known: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", under="ignore"):
        return known.astype(np.float32).astype(np.float64)


def _check_spread(sheet: Sheet, name: str, known: np.ndarray) -> None:
    scale = np.abs(known).max()  # squares of 1e300 would overflow
    if np.ptp(known) <= FLOAT64_NOISE * scale:
        return
    spread, loss = (known / scale).std() * scale, np.abs(_rounded(known) - known).max()
    if loss <= FLOAT32_LOSS * spread:
        return
    low, high = known.min(), known.max()
    what = f"Column {name!r} of {sheet.name} would lose its differences in float32."
    got = f"from {low:.17g} to {high:.17g}; rounding moves a value by up to {loss:.3g}"
    expected = "numbers whose differences survive 7 digits"
    hint = f"subtract the smallest value first; or if it is a number plate: drop={name!r}"
    raise DataError(explain(what, got=got, expected=expected, hint=hint))
