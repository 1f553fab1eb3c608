"""Streams: every row once an epoch, in an order that follows from seed and epoch alone."""

import jax
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pellucid.base.errors import ConfigError, DataError, FileError
from pellucid.data import stream_sources, table_pieces
from pellucid.data.encoding import learn
from pellucid.data.open_stream import open_stream
from pellucid.data.sources import open_data
from pellucid.data.windows import Windows

RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Let small files have many pieces."""
    monkeypatch.setattr(stream_sources, "PIECE_BYTES", 64)
    monkeypatch.setattr(table_pieces, "PIECE_BYTES", 512)
    monkeypatch.setattr(table_pieces, "PIECE_ROWS", 16)


def numbered(rows):
    return open_stream(np.arange(rows).astype("float32")[:, None], np.arange(rows), window=50)


@settings(max_examples=25)
@given(st.integers(2, 300), st.integers(1, 80), st.integers(0, 3), st.booleans())
def test_an_epoch_has_each_row_once_and_says_which(rows, size, epoch, shuffle):
    stream = numbered(rows)
    way = {"seed": 7, "epoch": epoch, "shuffle": shuffle}
    bounds = [(first, min(first + size, rows)) for first in range(0, rows, size)]
    parts = [stream.part(*bound, **way) for bound in bounds]
    seen = np.concatenate([y for _, y in parts])
    assert sorted(seen) == list(range(rows))
    assert shuffle or (seen == np.arange(rows)).all()
    np.testing.assert_array_equal(np.concatenate([x[:, 0] for x, _ in parts]), seen)
    numbers = np.concatenate([stream.numbers(*bound, **way) for bound in bounds])
    np.testing.assert_array_equal(numbers, seen)


def test_a_part_follows_from_seed_and_epoch_alone():
    stream = numbered(300)
    first = stream.part(100, 150, seed=3, epoch=2)[1]
    stream.part(0, 50, seed=3, epoch=0)
    np.testing.assert_array_equal(first, stream.part(100, 150, seed=3, epoch=2)[1])
    assert (first != stream.part(100, 150, seed=3, epoch=3)[1]).any()
    assert (first != stream.part(100, 150, seed=4, epoch=2)[1]).any()


def test_a_device_takes_a_part_without_a_copy():
    x, _ = numbered(200).rows(3, 131)
    assert jax.device_put(x).unsafe_buffer_pointer() == x.ctypes.data


def test_a_window_has_rows_from_all_over_the_source():
    _, first = numbered(3000).part(0, 300)
    assert np.histogram(first, bins=5, range=(0, 3000))[0].min() > 20


def table(folder, rows=400):
    colours = np.array(["red", "green", "blue"])[np.arange(rows) % 3]
    colours[rows - 2] = "black"  # one word that only one row has
    frame = pl.DataFrame(
        {
            "id": np.arange(rows),
            "size": RANDOM.normal(5, 2, rows).round(3),
            "gaps": [None if k % 7 == 0 else k / 8 for k in range(rows)],
            "colour": colours,
            "new": np.arange(rows) % 2 == 0,
            "kind": np.array(["no", "yes"])[(np.arange(rows) // 5) % 2],
        }
    )
    frame.write_csv(folder / "t.csv")
    frame.write_parquet(folder / "t.parquet")
    frame.write_ipc(folder / "t.arrow")


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
@pytest.mark.parametrize("missing", ["mean", "drop", "category"])
def test_a_table_is_the_same_in_pieces_as_in_memory(tmp_path, ending, missing):
    table(tmp_path)
    path = tmp_path / f"t.{ending}"
    said = {"missing": missing, "target": "kind"}
    stream, whole = open_stream(path, window=64, **said), open_data(path, **said)
    told = learn(whole)
    assert stream.encoding.feature_names == told.feature_names
    assert "colour=black" in told.feature_names
    assert stream.encoding.answer == told.answer
    (x, y), (there, expected) = stream.load(), told.encode(whole)
    np.testing.assert_array_equal(y, expected)
    if missing == "category":  # a median is of the rows by which kinds are judged
        x[there[:, 2] == 1, 1] = there[there[:, 2] == 1, 1]
    np.testing.assert_allclose(x, there, rtol=1e-6)
    assert len(stream.pieces) > 10


def test_integers_are_classes_in_the_order_of_numbers(tmp_path):
    answer = RANDOM.permutation(np.arange(400) % 12)
    pl.DataFrame({"a": RANDOM.normal(size=400), "y": answer}).write_csv(tmp_path / "t.csv")
    stream = open_stream(tmp_path / "t.csv")
    assert stream.encoding.class_names == tuple(map(str, range(12)))
    np.testing.assert_array_equal(stream.load()[1], answer)


def test_what_is_learnt_is_not_learnt_from_rows_set_aside(tmp_path):
    table(tmp_path)
    stream = open_stream(tmp_path / "t.csv", missing="mean")
    train, aside = stream.split(100, seed=1)
    assert len(train) + len(aside) == 400
    assert len(aside) >= 100
    assert not set(train.pieces) & set(aside.pieces)
    gaps = next(f for f in train.encoding.features if f.column == "gaps")
    known = train.source.dataset(train.pieces.tolist()).column("gaps")
    assert gaps.fill == pytest.approx(known.values[~known.missing].mean(), rel=1e-12)


def test_quoted_cells_may_have_ends_of_lines(tmp_path):
    rows = [f'"two\nlines {k % 3}",{k},{"ab"[k % 2]}' for k in range(200)]
    (tmp_path / "t.csv").write_text("\n".join(["word,number,y", *rows]))
    stream, whole = open_stream(tmp_path / "t.csv"), open_data(tmp_path / "t.csv")
    np.testing.assert_array_equal(stream.load()[0], learn(whole).encode(whole)[0])
    assert len(stream.pieces) > 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1.5,x", "Line 302 of t.csv has 'x' in column 'b'"),
        ("1.5", "Line 302 of t.csv has fewer cells"),
        (",2", "Line 302 of t.csv has nothing in column 'a'"),
        ("1e999,2", "Line 302 of t.csv has no finite number in column 'a'"),
        ("1,\x00", "Line 302 of t.csv has a zero byte"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, told):
    lines = [f"{k % 9 + 0.25},{k % 4 + 0.5},{'uv'[k % 2]}" for k in range(300)]
    lines.append(f"{line},u")
    (tmp_path / "t.csv").write_text("\n".join(["a,b,y", *lines, *lines[:100]]) + "\n")
    with pytest.raises((DataError, FileError)) as error:
        open_stream(tmp_path / "t.csv")
    assert told in str(error.value)


def test_pictures_are_those_of_the_folder(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(8):
            pixels = RANDOM.integers(0, 255, (6, 5, 3)).astype("uint8")
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    stream, whole = open_stream(tmp_path), open_data(tmp_path)
    x, y = stream.load()
    np.testing.assert_array_equal(x, whole.x)
    np.testing.assert_array_equal(y, whole.labels)
    assert stream.encoding.class_names == ("cat", "dog")
    np.testing.assert_array_equal(stream.part(3, 9, epoch=1)[0], x[stream.numbers(3, 9, epoch=1)])


def batches():
    for first in range(0, 90, 20):
        yield np.arange(first, min(first + 20, 90))[:, None], np.arange(first, min(first + 20, 90))


def test_batches_are_mixed_with_their_neighbours_only():
    stream = open_stream(batches, window=30)
    assert len(stream) == 90
    assert sorted(stream.part(30, 60, epoch=4)[1]) == list(range(30, 60))
    assert sorted(stream.part(0, 30, epoch=4)[1]) == list(range(30))  # back again


def test_what_cannot_be_streamed_is_refused(tmp_path):
    np.save(tmp_path / "columns.npy", np.asfortranarray(np.zeros((5, 4))))
    np.save(tmp_path / "cut.npy", np.zeros((50, 4)))
    (tmp_path / "cut.npy").write_bytes((tmp_path / "cut.npy").read_bytes()[:-8])
    table(tmp_path)
    for source, error, told in [
        ((batches(),), DataError, "only once"),
        ((5,), DataError, "gives no rows"),
        ((lambda: iter([np.zeros(3)]),), DataError, "no batch"),
        ((np.zeros((5, 2)),), DataError, "needs y"),
        ((np.zeros((5, 2)), np.zeros(4)), DataError, "as many rows"),
        ((tmp_path / "columns.npy", np.zeros(5)), FileError, "one after the other"),
        ((tmp_path / "cut.npy", np.zeros(50)), FileError, "cut off"),
        ((tmp_path / "none.csv",), FileError, "no file"),
    ]:
        with pytest.raises(error, match=told):
            open_stream(*source)
    with pytest.raises(ConfigError, match="held out by time"):
        open_stream(tmp_path / "t.csv", time="id")
    with pytest.raises(DataError, match="too few rows"):
        numbered(20).split(19)
    with pytest.raises(DataError, match="one after the other"):
        open_stream(batches).split(20)


def test_D12_batches_that_change_are_refused():
    sizes = iter([20, 20, 20, 7])
    stream = open_stream(lambda: iter([(np.zeros((next(sizes), 1)), np.zeros(20))] * 2), window=40)
    with pytest.raises(DataError, match="is not what it was the first time"):
        stream.load() and stream.load() and stream.load()


def test_rows_of_several_forms_are_refused():
    forms = [(np.zeros((4, 2)), np.zeros(4)), (np.zeros((4, 3)), np.zeros(4))]
    with pytest.raises(DataError, match="not all of one form"):
        open_stream(forms).load()


@pytest.mark.parametrize("form", [(), (3,), (2, 5)])
def test_a_file_that_memory_cannot_hold_is_read_past_the_cache(form, tmp_path, monkeypatch):
    x = np.random.default_rng(0).normal(size=(3_000, *form))
    np.save(tmp_path / "x.npy", x)
    monkeypatch.setattr(stream_sources, "allowed_bytes", lambda: x.nbytes)
    stream = open_stream(tmp_path / "x.npy", np.arange(3_000), window=700)
    np.testing.assert_array_equal(stream.load()[0], x)
    found, numbers = stream.part(650, 1_900)
    np.testing.assert_array_equal(found, x[numbers])


def test_memory_is_used_again_when_nobody_holds_it():
    windows, columns = Windows(), (np.zeros((5, 3), "float32"), np.zeros(5, "uint8"))
    first, second = windows.like(columns, 40), windows.like(columns, 40)
    assert not np.shares_memory(first[0], second[0])
    where = first[0].ctypes.data
    held = jax.device_put(first[0])
    del first
    assert windows.like(columns, 40)[0].ctypes.data != where
    del held
    jax.device_put(0)  # JAX lets go of what it has held when it is called the next time
    assert windows.like(columns, 40)[0].ctypes.data == where
