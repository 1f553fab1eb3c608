"""What a column is taken for, and which cells are refused."""

from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest

from pellucid.base.errors import DataError
from pellucid.data.sources import open_data


def csv(tmp_path, *cells, name="a"):
    path = tmp_path / "data.csv"
    rows = [f"{cell},{'xy'[k % 2]}" for k, cell in enumerate(cells)]
    path.write_text("\n".join([f"{name},kind", *rows, ""]))
    return path


def refusal(source, **settings):
    with pytest.raises(DataError) as caught:
        open_data(source, **settings)
    return str(caught.value)


def kind_of(path, **settings):
    return open_data(path, **settings).column("a").kind


def test_kinds_are_found_out(tmp_path):
    assert kind_of(csv(tmp_path, "1", "-2.5", "3e4", " 4 ")) == "number"
    assert kind_of(csv(tmp_path, "true", "False", "TRUE", "false")) == "boolean"
    assert kind_of(csv(tmp_path, "red", "blue", "red", "7")) == "category"
    assert kind_of(csv(tmp_path, "1", "2", "1", "2"), categorical="a") == "category"


def test_text_among_numbers_is_refused_by_its_first_line(tmp_path):
    told = refusal(csv(tmp_path, "1", "2", "foo", "4", "bar", "6"))
    assert told.startswith("Line 4 of data.csv has 'foo' in column 'a', among numbers.")
    assert "2 of 6 cells are not numbers" in told
    assert "categorical='a'" in told


@pytest.mark.parametrize("mark", ["NA", "?", "null", "-"])
def test_a_mark_for_a_missing_cell_is_recognised_not_assumed(tmp_path, mark):
    path = csv(tmp_path, "1", mark, "3", "5")
    assert f"na_values='{mark}'" in refusal(path)
    told = refusal(path, na_values=mark)
    assert told.startswith("Line 3 of data.csv has nothing in column 'a'.")
    assert open_data(path, na_values=(mark,), missing="mean").column("a").missing.sum() == 1


def test_decimal_commas_are_refused_and_read_on_demand(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a;kind\n1,5;x\n2,5;y\n3,5;x\n4,5;y\n")
    told = refusal(path)
    assert told.startswith("Line 2 of data.csv has a comma inside the number in column 'a'")
    assert open_data(path, decimal=",").column("a").values.tolist() == [1.5, 2.5, 3.5, 4.5]
    path.write_text("a;kind\n1;x\n2;y\n3,5;x\n4;y\n")
    assert "decimal=','" in refusal(path)


@pytest.mark.parametrize("cell", ["inf", "-inf", "1e999"])
def test_infinity_is_refused(tmp_path, cell):
    told = refusal(csv(tmp_path, "1", "2", cell, "4"))
    assert told.startswith("Line 4 of data.csv has no finite number in column 'a'")


@pytest.mark.parametrize("cell", ["", "nan", "NaN"])
def test_nothing_and_nan_are_missing(tmp_path, cell):
    told = refusal(csv(tmp_path, "1", "2", cell, "4"))
    assert told.startswith("Line 4 of data.csv has nothing in column 'a'")
    assert "missing='median'" in told
    assert "a 1" in told


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        (("1e300", "2", "3", "4"), "beyond what float32 can hold"),
        (("1700000000.25", "1700000000.5", "1700000001", "1700000002"), "lose its differences"),
        (("16777217", "16777218", "16777219", "16777220"), "lose its differences"),
        (("1e-50", "2e-50", "3e-50", "4e-50"), "lose its differences"),
    ],
    ids=["overflow", "timestamps", "integers above 2^24", "underflow"],
)
def test_numbers_that_float32_destroys_are_refused(tmp_path, cells, word):
    told = refusal(csv(tmp_path, *cells))
    assert told.startswith("Column 'a' of data.csv")
    assert word in told


def test_numbers_that_float32_only_rounds_are_kept(tmp_path):
    assert kind_of(csv(tmp_path, "0.1", "0.2", "1e30", "16777217")) == "number"


def test_dates_are_refused_with_a_way_out(tmp_path):
    path = csv(tmp_path, "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", name="day")
    told = refusal(path)
    assert told.startswith("Column 'day' of data.csv holds dates")
    assert "drop='day'" in told
    frame = pl.DataFrame({"day": [date(2026, 1, 1)] * 4, "kind": ["x", "y"] * 2})
    assert "holds dates" in refusal(frame)


def test_text_of_digits_in_a_frame_stays_text():
    data = open_data(pl.DataFrame({"a": ["1", "2", "1", "2"], "kind": ["x", "y"] * 2}))
    assert data.column("a").words == ("1", "2")


@pytest.mark.parametrize(
    "values",
    [[1, "two", 3, 4], [1 + 2j, 1, 2, 3], [[1], [2], [3], [4]]],
    ids=["mixed", "complex", "lists"],
)
def test_cells_that_are_neither_numbers_nor_words_are_refused(values):
    array = np.empty(4, object)
    array[:] = values
    told = refusal({"a": array, "kind": ["x", "y", "x", "y"]})
    assert "'a'" in told


def test_a_frame_of_mixed_objects_is_refused():
    refusal(pd.DataFrame({"a": [1, "two", 3, 4], "kind": ["x", "y", "x", "y"]}))


def test_a_number_that_means_missing_is_so_in_frames_too():
    frame = pl.DataFrame({"a": [1, -999, 3, 4], "kind": ["x", "y"] * 2})
    assert open_data(frame, na_values="-999", missing="mean").column("a").missing[1]
