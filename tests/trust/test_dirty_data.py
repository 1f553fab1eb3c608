"""D1 to D10: dirty data are refused before training, by row, column or file, at every entrance."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

import pellucid as pc
from pellucid import layers
from pellucid.base.errors import DataError, FileError, PellucidError
from pellucid.data.encoding import learn
from pellucid.keras import Input, Sequential
from pellucid.keras import layers as keras_layers

Table = dict[str, list[Any]]
CLEAN: Table = {
    "length": [5.1, 4.9, 6.3, 5.8, 7.1, 6.5] * 4,
    "width": [3.5, 3.0, 3.3, 2.7, 3.0, 2.8] * 4,
    "colour": ["red", "blue", "blue", "red", "red", "blue"] * 4,
    "kind": ["a", "a", "b", "b", "c", "c"] * 4,
}


def as_csv(table: Table, folder: Path) -> str:
    pl.DataFrame(table, strict=False).write_csv(folder / "t.csv")
    return str(folder / "t.csv")


def as_parquet(table: Table, folder: Path) -> str:
    pl.DataFrame(table, strict=False).write_parquet(folder / "t.parquet")
    return str(folder / "t.parquet")


ENTRANCES: dict[str, Callable[[Table, Path], Any]] = {
    "csv": as_csv,
    "parquet": as_parquet,
    "pandas": lambda table, folder: pd.DataFrame(table),
    "polars": lambda table, folder: pl.DataFrame(table, strict=False),
    "dictionary": lambda table, folder: {name: np.array(c) for name, c in table.items()},
}
everywhere = pytest.mark.parametrize("entrance", ENTRANCES)


def opened(entrance: str, table: Table, folder: Path, **settings: Any) -> Any:
    return pc.open_data(ENTRANCES[entrance](table, folder), target="kind", **settings)


def changed(**columns: list[Any]) -> Table:
    return {**CLEAN, **columns}


def at(row: int, value: Any, column: str = "length") -> Table:
    cells = list(CLEAN[column])
    cells[row] = value
    return changed(**{column: cells})


@everywhere
def test_clean_rows_come_in(entrance, tmp_path):
    assert opened(entrance, CLEAN, tmp_path).rows == 24


@pytest.mark.parametrize(("line", "got"), [("5.1,3.5,red", 3), ("5.1,3.5,red,a,b", 5)])
def test_D1_ragged_lines_are_refused(tmp_path, line, got):
    (tmp_path / "t.csv").write_text(f"length,width,colour,kind\n5.1,3.5,red,a\n{line}\n")
    with pytest.raises(DataError, match=rf"(?s)Line 3 of t\.csv.*{got} cells.*4 cells"):
        pc.open_data(tmp_path / "t.csv", target="kind")


@pytest.mark.parametrize("streamed", [False, True])
def test_D1_ragged_lines_are_counted_where_they_are_skipped(tmp_path, streamed):
    rows = [f"{k},{k % 5},{'ab'[k % 2]}" for k in range(60)]
    rows[3], rows[40] = "3,4", '40,0,"a, b",a'
    (tmp_path / "t.csv").write_text("\n".join(["length,width,kind", *rows, ""]))
    opens = pc.open_stream if streamed else pc.open_data
    data = opens(tmp_path / "t.csv", target="kind", on_bad_row="skip")
    told = "left out 2 lines, 5, 42, which have not a cell for each of the 3 columns"
    assert told in data.notes
    assert (len(data) if streamed else data.rows) == 58


def test_D1_a_whole_table_of_ragged_lines_has_no_rows(tmp_path):
    (tmp_path / "t.csv").write_text("length,kind\n5.1\n3\n")
    with pytest.raises(DataError, match=r"t\.csv has no data rows"):
        pc.open_data(tmp_path / "t.csv", target="kind", on_bad_row="skip")


@everywhere
def test_D2_no_rows_are_refused(entrance, tmp_path):
    empty: Table = {name: [] for name in CLEAN}
    with pytest.raises(DataError, match=r"(?i)no (data )?rows"):
        opened(entrance, empty, tmp_path)


@pytest.mark.parametrize("content", ["", "\n\n", "length,kind\n", "length,kind\n\n \n"])
def test_D2_empty_files_are_refused(tmp_path, content):
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(DataError, match=r"t\.csv (is empty|has no data rows)"):
        pc.open_data(tmp_path / "t.csv", target="kind")


@everywhere
def test_D2_one_row_is_refused(entrance, tmp_path):
    with pytest.raises(DataError, match="same value in every row"):
        opened(entrance, {name: cells[:1] for name, cells in CLEAN.items()}, tmp_path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("größe,kind\n1,a\n".encode("latin-1"), r"(?s)not UTF-8.*at byte 2.*text_encoding"),
        ("length,kind\n1,a\n".encode("utf-16"), r"(?s)UTF-16.*text_encoding"),
        (b"length,kind\n1,a\n\0,b\n", "zero byte"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x03\x04 a sheet", "zip archive or a spreadsheet"),
    ],
)
def test_D3_what_is_no_utf8_is_refused(tmp_path, content, why):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(FileError, match=why):
        pc.open_data(tmp_path / "t.csv", target="kind")


def test_D3_a_mark_of_byte_order_is_no_part_of_a_name(tmp_path):
    path = Path(as_csv(CLEAN, tmp_path))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert pc.open_data(path, target="kind").column("length").name == "length"


def test_D4_words_among_numbers_are_refused_by_line(tmp_path):
    with pytest.raises(DataError, match=r"(?s)Line 9 of t\.csv.*'length'.*'foo'"):
        opened(
            "csv",
            changed(length=[*map(str, CLEAN["length"][:7]), "foo", *map(str, CLEAN["length"][8:])]),
            tmp_path,
        )


@pytest.mark.parametrize("entrance", ["pandas", "dictionary"])
def test_D4_cells_of_several_kinds_are_refused_by_column(entrance, tmp_path):
    cells = np.array([*CLEAN["length"][:7], "foo", *CLEAN["length"][8:]], object)
    with pytest.raises(DataError, match="length"):
        opened(entrance, {**CLEAN, "length": cells}, tmp_path)  # pyright: ignore


@everywhere
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_D5_numbers_that_are_none_are_refused_by_column(entrance, value, tmp_path):
    with pytest.raises(DataError, match=r"(?s)(Line 9|[Rr]ow 7).*'length'"):
        opened(entrance, at(7, value), tmp_path)


def test_D6_names_that_mislead_are_refused(tmp_path):
    path = Path(as_csv(CLEAN, tmp_path))
    sound = path.read_text()
    with pytest.raises(DataError, match=r"(?s)kinds.*did you mean 'kind'"):
        pc.open_data(path, target="kinds")
    with pytest.raises(DataError, match=r"(?s)single column.*delimiter=','"):
        pc.open_data(path, target="kind", delimiter=";")
    path.write_text(sound.replace("width", "length", 1))
    with pytest.raises(DataError, match="'length' more than once"):
        pc.open_data(path, target="kind")


@everywhere
def test_D7_one_class_is_refused_and_a_lonely_row_noted(entrance, tmp_path):
    with pytest.raises(DataError, match="same value in every row"):
        opened(entrance, changed(kind=["a"] * 24), tmp_path)
    data = opened(entrance, at(7, "d", "kind"), tmp_path)
    assert any("only one row has the class d" in note for note in data.notes)


@everywhere
def test_D7_what_training_did_not_have_is_refused_later(entrance, tmp_path):
    encoding = learn(opened("dictionary", CLEAN, tmp_path))
    for column, word in (("colour", "green"), ("kind", "d")):
        source = ENTRANCES[entrance](at(7, word, column), tmp_path)
        with pytest.raises(DataError, match=rf"(Line 9|[Rr]ow 7).*'{word}'"):
            encoding.encode_new(source, labels=True)


@everywhere
def test_D7_columns_may_stand_elsewhere_and_must_be_there(entrance, tmp_path):
    encoding = learn(opened("dictionary", CLEAN, tmp_path))
    turned = {name: CLEAN[name] for name in reversed(CLEAN)}
    expected = encoding.encode_new(CLEAN).x
    found = encoding.encode_new(ENTRANCES[entrance](turned, tmp_path))
    np.testing.assert_array_equal(found.x, expected)
    lacking = {name: cells for name, cells in CLEAN.items() if name != "width"}
    with pytest.raises(DataError, match="lacks column width"):
        encoding.encode_new(ENTRANCES[entrance](lacking, tmp_path))


@everywhere
def test_D7_other_units_are_noted_with_the_range_of_training(entrance, tmp_path):
    encoding = learn(opened("dictionary", CLEAN, tmp_path))
    assert encoding.encode_new(ENTRANCES[entrance](CLEAN, tmp_path)).notes == ()
    millimetres = changed(length=[10 * value for value in CLEAN["length"]])
    (note,) = encoding.encode_new(ENTRANCES[entrance](millimetres, tmp_path)).notes
    assert re.match(r"column 'length': 24 of 24 rows lie outside of 4\.9 to 7\.1", note)
    assert "51" in note
    slightly = changed(length=[7.2] * 23 + [5.0])  # most rows, though not far
    assert len(encoding.encode_new(ENTRANCES[entrance](slightly, tmp_path)).notes) == 1


@everywhere
@pytest.mark.parametrize(
    "cells",
    [[1e300, 2.0] * 12, [2.0**60 + 512 * k for k in range(24)]],
    ids=["too large", "alike in float32"],
)
def test_D10_numbers_that_float32_cannot_hold_are_refused(entrance, cells, tmp_path):
    with pytest.raises(DataError, match="'length'"):
        opened(entrance, changed(length=cells), tmp_path)


# Pictures


def pictures(folder: Path) -> Path:
    random = np.random.default_rng(0)
    for kind in ("cat", "dog"):
        (folder / kind).mkdir(parents=True)
        for number in range(3):
            Image.fromarray(random.integers(0, 255, (6, 6, 3), np.uint8)).save(
                folder / kind / f"{number}.png"
            )
    return folder


@pytest.mark.parametrize("damage", [lambda c: b"", lambda c: c[:40], lambda c: c[: len(c) // 2]])
def test_D3_broken_pictures_are_refused_by_name(tmp_path, damage):
    broken = pictures(tmp_path / "pets") / "dog" / "1.png"
    broken.write_bytes(damage(broken.read_bytes()))
    with pytest.raises(FileError, match=r"1\.png"):
        pc.open_data(tmp_path / "pets")


def test_D7_a_folder_of_one_class_is_refused(tmp_path):
    (pictures(tmp_path / "pets") / "dog").rename(tmp_path / "dog")
    with pytest.raises(DataError, match=r"(?s)pets is no set.*two or more"):
        pc.open_data(tmp_path / "pets")


# Arrays and generators

X = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
Y = np.arange(24) % 3


def ours(x: Any, y: Any) -> None:
    model = pc.Sequential([pc.Input((3,)), layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=1, verbose=0, doctor="off")


def theirs(x: Any, y: Any) -> None:
    model = Sequential([Input((3,)), keras_layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=1, verbose=0)


def generated(x: Any, y: Any) -> None:
    model = Sequential([Input((3,)), keras_layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")

    def batches() -> Any:
        for start in range(0, 24, 8):
            yield x[start : start + 8], y[start : start + 8]

    model.fit(batches(), epochs=1, steps_per_epoch=3, verbose=0)


FITS = {"fit": ours, "keras": theirs, "generator": generated}
each_fit = pytest.mark.parametrize("fit", FITS)


def with_cell(array: np.ndarray, value: Any, *place: int) -> np.ndarray:
    array = array.astype(np.float64 if isinstance(value, float) else array.dtype)
    array[place] = value
    return array


@each_fit
def test_clean_arrays_come_in(fit):
    FITS[fit](X, Y)


@each_fit
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_D5_D10_numbers_that_are_none_are_refused_by_row(fit, value):
    with pytest.raises(PellucidError, match=r"row 9|row 1\b"):  # of all, or of the batch
        FITS[fit](with_cell(X, value, 9, 1), Y)


@each_fit
@pytest.mark.parametrize("label", [3, 7, -1, 1.5])
def test_D8_labels_that_are_none_are_refused_by_row(fit, label):
    with pytest.raises(PellucidError, match=r"row 9|row 1\b"):
        FITS[fit](X, with_cell(Y, label, 9))


@each_fit
def test_D9_shapes_that_do_not_fit_are_refused(fit):
    for x, y in ((X[:, :2], Y), (X, Y[:5]), (X[:0], Y[:0]), (X[:, 0], Y)):
        with pytest.raises(PellucidError):
            FITS[fit](x, y)


@pytest.mark.parametrize("fit", ["fit", "keras"])
@pytest.mark.parametrize(
    "x",
    [X.astype(object), X.astype(str), X.astype(complex), X.astype("datetime64[s]"), [[1, 2], [3]]],
    ids=["objects", "words", "complex", "dates", "ragged"],
)
def test_D9_cells_that_are_no_numbers_are_refused(fit, x):
    if isinstance(x, np.ndarray) and x.dtype == object:
        x = x.copy()
        x[9, 1] = "foo"
    with pytest.raises(PellucidError):
        FITS[fit](x, Y)
