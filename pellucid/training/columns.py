"""From what a user holds to one array of numbers, or a message that says what is wrong.

Nothing is changed silently: a value that a cast would lose is refused.
"""

from typing import Any

import numpy as np

from pellucid.base.errors import DataError, explain

# Stored as they come; everything else becomes float32, also float32 of another order of bytes.
KEPT = (np.dtype("uint8"), np.dtype("float32"))
LOST_SPREAD = 1e-3  # of a column's range that rounding may cost
NOISE = 1e-14  # of a column's size: a smaller range is float64's own rounding


def as_column(values: Any, what: str) -> np.ndarray:
    """Return `values` as a plain numeric array; `what` names it in messages.

    Raises:
        DataError: it is not numbers, or not as many in each row.
    """
    if hasattr(values, "toarray"):
        raise _refuse(f"{what} is a sparse matrix.", type(values).__name__, "x.toarray()")
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    if np.ma.isMaskedArray(values) and np.ma.is_masked(values):
        raise _refuse(f"{what} has masked entries.", "a masked array", "fill or drop them first")
    try:
        column = np.asarray(values)
    except ValueError:
        raise _ragged(values, what) from None
    if not column.ndim:
        raise _refuse(f"{what} is a single number.", repr(values), "give one row an example")
    if column.dtype == object:
        column = _from_objects(column, what)
    if column.dtype.kind not in "biuf" and column.dtype.name != "bfloat16":
        hint = "encode text as numbers (pellucid.data does), or give numbers"
        raise _refuse(f"{what} is not numbers.", f"dtype {column.dtype}", hint)
    return column.astype(np.uint8) if column.dtype == bool else column


def as_numbers(
    values: Any, what: str, *, to_learn: bool = False, finite: bool = True
) -> np.ndarray:
    """Return `values` as float32 (bytes stay bytes), exactly enough `to_learn` from.

    They must be `finite`, unless somebody else watches for what is not.

    Raises:
        DataError: a value is missing or infinite, or float32 cannot hold it, or (to learn
            from) cannot tell the rows of a column apart.
    """
    column = as_column(values, what)
    if column.dtype == np.uint8:
        return column
    if finite:
        check_finite(column, what)
    if column.dtype in KEPT:
        return column
    if not finite:
        return column.astype(np.float32)
    with np.errstate(over="ignore"):
        narrow = column.astype(np.float32)
    _check_held(column, narrow, what)
    if to_learn and len(column):
        _check_told_apart(column, narrow, what)
    return narrow


def as_integers(values: Any, what: str) -> np.ndarray:
    """Return `values` as int32.

    Raises:
        DataError: a value is not whole, or int32 cannot hold it.
    """
    column = as_column(values, what)
    check_finite(column, what)
    fractional = column != np.floor(column)
    if fractional.any():
        raise _at(
            column, fractional, what, "has a value that is not a whole number", "whole numbers"
        )
    limits = np.iinfo(np.int32)
    beyond = (column < limits.min) | (column > limits.max)
    if beyond.any():
        raise _at(column, beyond, what, "has a value too large for int32", "below 2**31")
    return column.astype(np.int32)


def as_labels(
    values: Any, what: str, classes: int | None = None, besides: int | None = None
) -> np.ndarray:
    """Return `values` as int32 in 0 .. classes - 1, or `besides`.

    Raises:
        DataError: a value is not whole, is negative, or is too large.
    """
    column = as_integers(values, what)
    wrong = column < 0 if classes is None else (column < 0) | (column >= classes)
    if besides is not None:
        wrong &= column != besides
    if wrong.any():
        reach = "0 or more" if classes is None else f"0 .. {classes - 1}"
        hint = "labels count from 0; the output layer has one unit for each class"
        raise _at(column, wrong, what, "has a label out of range", reach, hint)
    return column


def check_finite(column: np.ndarray, what: str) -> None:
    """Refuse nan and infinity, naming the first place."""
    # One sum tells, fast, that all is well; only if it does not is each value looked at.
    with np.errstate(over="ignore", invalid="ignore"):
        total = column.sum() if column.dtype.kind == "f" else 0
    if not np.isfinite(total):
        wrong = ~np.isfinite(column)
        if wrong.any():
            hint = f"{int(wrong.sum())} such values in all: drop the rows, or fill them in"
            raise _at(column, wrong, what, "has a value that is no number", "finite numbers", hint)


def place(column: np.ndarray, mask: np.ndarray) -> str:
    """Return where the first true of `mask` is, in words."""
    first = np.argwhere(mask)[0].tolist()
    if column.ndim == 1 or (column.ndim == 2 and column.shape[1] == 1):
        return f"row {first[0]}"
    return f"row {first[0]}, column {first[1] if column.ndim == 2 else tuple(first[1:])}"


def _check_held(wide: np.ndarray, narrow: np.ndarray, what: str) -> None:
    overflown = ~np.isfinite(narrow)
    if overflown.any():
        hint = "scale the column first"
        raise _at(wide, overflown, what, "has a value too large for float32", "< 3.4e38", hint)


def _check_told_apart(wide: np.ndarray, narrow: np.ndarray, what: str) -> None:
    """Refuse columns whose rows differ by less than rounding to float32 moves them.

    Where they differ by no more than float64's own rounding, the column is a constant.
    """
    size, spread = np.abs(wide).max(axis=0), np.ptp(wide.astype(np.float64), axis=0)
    lost = np.abs(wide.astype(np.float64) - narrow).max(axis=0)
    destroyed = (lost > LOST_SPREAD * spread) & (spread > NOISE * size)
    if destroyed.any():
        where = f", column {np.argwhere(destroyed)[0][0]}," if wide.ndim > 1 else ""
        worst = float(np.max(lost))
        what = f"{what}{where} differs from row to row by less than float32 can tell."
        hint = "subtract the smallest value, or encode identifiers as categories"
        raise _refuse(what, f"rounding of up to {worst:.3g}", hint)


def _from_objects(column: np.ndarray, what: str) -> np.ndarray:
    if column.ndim == 1 and len(column) and all(np.ndim(item) for item in column):
        raise _ragged(column, what)
    numbers = (int, float, np.number, np.bool_)
    strange = [not isinstance(item, numbers) for item in column.flat]
    wrong = np.array(strange, bool).reshape(column.shape)
    if wrong.any():
        hint = "encode text as numbers, and fill in what is missing"
        raise _at(column, wrong, what, "has a value that is no number", "numbers", hint)
    return column.astype(np.float64)


def _ragged(values: Any, what: str) -> DataError:
    lengths = [np.shape(row) for row in values]
    odd = next(i for i, length in enumerate(lengths) if length != lengths[0])
    what = f"{what} is ragged: row {odd} is not as long as row 0."
    return DataError(explain(what, got=lengths[odd], expected=lengths[0]))


def _at(
    column: np.ndarray, mask: np.ndarray, what: str, fault: str, expected: str, hint: str = ""
) -> DataError:
    value = column[tuple(np.argwhere(mask)[0])]
    shown = repr(value) if isinstance(value, str) else value
    what = f"{what} {fault}, in {place(column, mask)}."
    return DataError(explain(what, got=shown, expected=expected, hint=hint))


def _refuse(what: str, got: str, hint: str) -> DataError:
    return DataError(explain(what, got=got, expected="an array of numbers", hint=hint))
