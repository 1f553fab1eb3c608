"""Any source of rows as a stream: a file, a folder of pictures, arrays, or batches."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, DataError, FileError, explain
from pellucid.data.blocks import leaves
from pellucid.data.images import list_pictures
from pellucid.data.reading import Reading
from pellucid.data.stream import WINDOW_BYTES, Source, Stream
from pellucid.data.stream_sources import (
    ArraySource,
    BatchSource,
    NpyFile,
    PictureSource,
    is_array,
)
from pellucid.data.table_stream import learn_table


def open_stream(
    source: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    window: int | None = None,
    **settings: Any,
) -> Stream:
    """Return rows that are read while a network trains on others, for `fit` to take as x.

    `source` is a table's file (.csv, .parquet, .arrow), a folder of pictures, or x: a .npy
    file or anything that gives rows by slices (an array mapped from a file, a data set of an
    HDF5 file), with `y` of the same kind; or batches (x, y) or (x, y, sample_weight): an
    iterable that can be gone through again and again, or a function that returns an iterator.

    Rows are mixed within a `window` of so many, 40 MB unless given, which are drawn from all
    over the source; batches, which come in their order, are mixed with their neighbours. The
    settings are those of `Reading`.

    Raises:
        ConfigError: a setting is unknown, or cannot be had of a stream.
        FileError: a file or folder is missing, or not what it seems.
        DataError: the rows cannot be learnt from as they are.
    """
    found, notes = _source(source, y, sample_weight, Reading.from_config(settings))
    if window is None:
        columns = leaves(next(found.read([0])))
        window = WINDOW_BYTES * len(columns[0]) // max(sum(c.nbytes for c in columns), 1)
    if window < 1:
        what = "A window has at least one row."
        raise ConfigError(explain(what, got=window, expected="1 or more"))
    return Stream(found, window, np.flatnonzero(found.counts), notes)


def _source(
    source: Any, y: Any, sample_weight: Any, reading: Reading
) -> tuple[Source, tuple[str, ...]]:
    """Return a source of its kind, and what was decided on the way."""
    path = Path(source).expanduser() if isinstance(source, str | Path) else None
    if path is not None and path.is_dir():
        listing = list_pictures(path, reading)
        return PictureSource(path.resolve().name, listing, reading), listing.notes
    if path is not None and path.suffix.lower() not in (".npy", ".npz"):
        return learn_table(path, reading)
    if path is None and (callable(source) or (y is None and not is_array(source))):
        return _batches(source), ()
    if y is None:
        what = "There is nothing to learn: a stream of x needs y."
        got, hint = "x alone", 'open_stream("x.npy", "y.npy")'
        raise DataError(explain(what, got=got, expected="x and y", hint=hint))
    columns = tuple(_array(part) for part in (source, y, sample_weight) if part is not None)
    return ArraySource(path.name if path else "the arrays", columns), ()


def _array(given: Any) -> Any:
    """Return what gives rows by slices: a file's array, or several by name or in a list."""
    if isinstance(given, Mapping):
        return {name: _array(part) for name, part in given.items()}
    if not isinstance(given, str | Path):
        arrays = isinstance(given, list | tuple) and all(map(is_array, given))
        return given if arrays or is_array(given) else np.asarray(given)
    path = Path(given).expanduser()
    if path.suffix.lower() != ".npy":
        what, hint = f"{path.name} cannot be read by rows.", "save each array by numpy.save"
        raise FileError(explain(what, got=path.suffix, expected="a .npy file", hint=hint))
    return NpyFile(path)


def _batches(source: Any) -> BatchSource:
    name = f"the {type(source).__name__}"
    if callable(source):
        make: Any = source
        return BatchSource(getattr(source, "__name__", name), lambda: iter(make()))
    try:
        once = iter(source) is source
    except TypeError:
        what, expected = f"{name} gives no rows.", "a file, a folder, arrays, or batches"
        raise DataError(explain(what, got=repr(source)[:60], expected=expected)) from None
    if once:
        what = f"{name} can be gone through only once, and a fit goes through it each epoch."
        hint = "give the function that makes it: open_stream(make) instead of open_stream(make())"
        raise DataError(explain(what, got=type(source).__name__, expected="batches", hint=hint))
    return BatchSource(name, lambda: iter(source))
