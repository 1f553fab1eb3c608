"""Files, frames, dictionaries and arrays: every way in is the same way in."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from pellucid.base.errors import DataError
from pellucid.data.sources import open_data


def refusal(source, **settings):
    with pytest.raises(DataError) as caught:
        open_data(source, **settings)
    return str(caught.value)


FRAMES = {
    "dict": lambda d: d,
    "dict of arrays": lambda d: {key: np.array(values) for key, values in d.items()},
    "polars": pl.DataFrame,
    "lazy": lambda d: pl.DataFrame(d).lazy(),
    "pandas": pd.DataFrame,
    "arrow": pa.table,
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_every_kind_of_frame_reads_alike(make):
    columns = {
        "n": [1.5, 2.5, 3.5, 4.5],
        "k": [1, 2, 3, 5],
        "b": [True, False, True, True],
        "w": ["u", "v", "u", "v"],
        "kind": ["x", "y", "x", "y"],
    }
    data = open_data(make(columns))
    assert [column.kind for column in data.x] == ["number", "number", "boolean", "category"]
    assert data.digest == open_data(columns).digest


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_parquet_and_arrow_files_are_read_and_broken_ones_refused(tmp_path, ending):
    frame = pl.DataFrame({"a": [1.0, 2.0, 3.0], "kind": ["x", "y", "x"]})
    path = tmp_path / f"data.{ending}"
    frame.write_parquet(path) if ending == "parquet" else frame.write_ipc(path)
    assert open_data(path).digest == open_data(frame).digest
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(OSError, match=rf"data.{ending} is not a whole"):
        open_data(path)


def test_a_masked_array_keeps_its_gaps():
    array = np.ma.masked_array([1.0, 2.0, 3.0, 4.0], mask=[False, True, False, False])
    told = refusal({"a": array, "kind": ["x", "y", "x", "y"]})
    assert told.startswith("Row 1 of the dictionary has nothing in column 'a'")


def test_columns_of_unequal_length_and_other_things_are_refused():
    assert "side by side" in refusal({"a": [1, 2], "kind": ["x", "y", "x"]})
    assert "cannot be read as a table" in refusal(42)
    assert "not a table" in refusal(np.zeros(3))
    assert "no data rows" in refusal(pl.DataFrame({"a": [], "kind": []}))


def test_pandas_is_read_without_arrow_too():
    class Frame:
        """What is left of a pandas frame where pyarrow is not installed."""

        def __init__(self, **columns):
            self.columns = list(columns)
            self.cells = columns

        def __getitem__(self, name):
            return pd.Series(self.cells[name])

    words = pd.Series(["u", np.nan, "v", "u"], dtype=object)
    data = open_data(Frame(w=words, kind=["x", "y"] * 2), missing="category")
    assert data.column("w").words == ("u", "v")
    assert data.column("w").missing.tolist() == [False, True, False, False]
