"""D11, D12, D13: rows that are read while a network trains, from each place there is."""

import os
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

import pellucid as pc
from pellucid.base.errors import FileError
from pellucid.data import sheet, stream_sources, table_pieces
from pellucid.training.trainer import EACH_STEP

ROWS, WINDOW = 60, 12
RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(ROWS, 3)).astype("f"), np.arange(ROWS) % 2


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Let few rows make many pieces."""
    monkeypatch.setattr(stream_sources, "PIECE_BYTES", 120)
    monkeypatch.setattr(table_pieces, "PIECE_BYTES", 300)
    monkeypatch.setattr(table_pieces, "PIECE_ROWS", 8)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The same rows in each kind of file, and as many pictures."""
    folder = tmp_path_factory.mktemp("stored")
    table = pl.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "y": Y.astype(str)})
    table.write_csv(folder / "t.csv")
    table.write_parquet(folder / "t.parquet")
    table.write_ipc(folder / "t.arrow")
    np.save(folder / "x.npy", X)
    for number in range(ROWS):
        place = folder / "pictures" / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        pixels = RANDOM.integers(0, 255, (2, 2, 3)).astype("uint8")
        Image.fromarray(pixels).save(place / f"{number}.png")
    return folder


def batches():
    for first in range(0, ROWS, 9):
        yield X[first : first + 9], Y[first : first + 9]


ENTRANCES = {
    "t.csv": lambda folder: pc.open_stream(folder / "t.csv", target="y", window=WINDOW),
    "t.parquet": lambda folder: pc.open_stream(folder / "t.parquet", target="y", window=WINDOW),
    "t.arrow": lambda folder: pc.open_stream(folder / "t.arrow", target="y", window=WINDOW),
    "x.npy": lambda folder: pc.open_stream(folder / "x.npy", Y, window=WINDOW),
    "mapped": lambda folder: pc.open_stream(np.load(folder / "x.npy", "r"), Y, window=WINDOW),
    "pictures": lambda folder: pc.open_stream(folder / "pictures", window=WINDOW),
    "generator": lambda folder: pc.open_stream(batches, window=WINDOW),
}
everywhere = pytest.mark.parametrize("entrance", ENTRANCES)
FILES = {**{name: name for name in ENTRANCES}, "mapped": "x.npy", "pictures": "pictures/a/4.png"}
of_files = pytest.mark.parametrize("entrance", [n for n in ENTRANCES if n != "generator"])


def network(width=3):
    model = pc.Sequential([pc.Input((width,)), pc.layers.Dense(2, "softmax")], seed=1)
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def part(stream, epoch, number):
    return stream.part(number * WINDOW, (number + 1) * WINDOW, seed=5, epoch=epoch)


@everywhere
def test_D11_a_stream_has_the_rows_of_memory(entrance, stored):
    x, y = ENTRANCES[entrance](stored).load()
    if entrance == "pictures":
        whole = pc.open_data(stored / "pictures")
        np.testing.assert_array_equal(x, whole.x)
        np.testing.assert_array_equal(y, whole.labels)
        return
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_D11_a_file_that_memory_cannot_hold_is_refused_with_the_way(ending, stored, monkeypatch):
    monkeypatch.setattr(sheet, "allowed_bytes", lambda: 1000)
    with pytest.raises(FileError, match=r"(?s)larger than the memory.*open_stream"):
        pc.open_data(stored / f"t.{ending}", target="y")


@everywhere
def test_D13_from_every_position_on_a_fresh_stream_gives_the_rest(entrance, stored):
    parts, places = ROWS // WINDOW, [(e, n) for e in range(2) for n in range(ROWS // WINDOW)]
    whole = ENTRANCES[entrance](stored)
    expected = [part(whole, *place) for place in places]
    assert len(places) == 2 * parts
    for position in range(len(places)):
        fresh = ENTRANCES[entrance](stored)
        for place, rows in zip(places[position:], expected[position:], strict=True):
            for ours, theirs in zip(part(fresh, *place), rows, strict=True):
                np.testing.assert_array_equal(ours, theirs)


@of_files
@pytest.mark.parametrize("change", ["written", "longer", "gone"])
def test_D12_a_file_that_changes_is_noticed(entrance, change, stored, tmp_path):
    folder = shutil.copytree(stored, tmp_path / "copy")
    stream, file = ENTRANCES[entrance](folder), folder / FILES[entrance]
    stream.load()
    if change == "written":
        os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))
    elif change == "longer":
        file.write_bytes(file.read_bytes() + b"0")
    else:
        file.unlink()
    with pytest.raises(FileError, match=rf"(?s){file.name} has changed since it was opened.*bytes"):
        stream.load()


def test_D12_training_stops_with_a_checkpoint_and_goes_on_with_the_file_as_it_was(stored, tmp_path):
    path = Path(shutil.copy(stored / "x.npy", tmp_path))
    before = path.stat().st_mtime_ns

    class Touch(pc.Callback):
        def pace(self):
            return EACH_STEP

        def on_epoch_end(self, record, control):
            if record.epoch == 2:
                os.utime(path, ns=(1, before + 1))

    def fit(model, **more):
        rows = pc.open_stream(path, Y, window=WINDOW)
        return model.fit(rows, batch_size=6, epochs=6, verbose=0, doctor="off", **more)

    whole, cut, again = network(), network(), network()
    expected = fit(whole)
    kept = pc.Checkpoints(str(tmp_path / "fit"), every=1e9)
    with pytest.raises(FileError, match=r"x\.npy has changed"):
        fit(cut, callbacks=[Touch()], resume=kept)
    assert 20 <= int(cut.train_state.step) < 60
    assert len(list((tmp_path / "fit").glob("step-*"))) == 1
    os.utime(path, ns=(1, before))
    found = fit(again, resume=kept)
    assert dict(found) == dict(expected)
    for name, array in whole.weights.items():
        np.testing.assert_array_equal(array, again.weights[name])
