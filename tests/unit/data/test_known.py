"""The full sets, from folders as small as the test needs."""

import gzip
import struct

import numpy as np
import pytest

from pellucid.base.errors import FileError
from pellucid.data.fetching import cache_folder
from pellucid.data.known import FILES, IDX_SETS, load_idx_set
from pellucid.data.sources import open_data


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    for place, rows in ((0, 30), (2, 10)):
        pictures = random.integers(0, 256, (rows, 28, 28), np.uint8)
        labels = (np.arange(rows) % 10).astype(np.uint8)
        (tmp_path / FILES[place]).write_bytes(gzip.compress(idx(pictures)))
        (tmp_path / FILES[place + 1]).write_bytes(gzip.compress(idx(labels)))
    return tmp_path


@pytest.mark.parametrize("name", IDX_SETS)
def test_a_full_set_is_read_from_a_folder_with_its_test_rows_held_out(folder, name):
    data = open_data(name, folder=str(folder))
    assert data.x.shape == (40, 28, 28, 1)
    assert data.held_out.tolist() == list(range(30, 40))
    assert len(data.class_names) == 10
    (x, y), (x_test, y_test) = load_idx_set(name, str(folder))
    assert (x.shape, y.shape, x_test.shape, y_test.shape) == (
        (30, 28, 28),
        (30,),
        (10, 28, 28),
        (10,),
    )
    np.testing.assert_array_equal(data.x[30:, ..., 0], x_test)


def test_files_may_be_unpacked(folder):
    packed = folder / FILES[0]
    (folder / FILES[0].removesuffix(".gz")).write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    assert open_data("mnist-full", folder=str(folder)).rows == 40


def test_the_cache_is_where_the_environment_says(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path / "cache"))
    place = tmp_path / "cache" / "mnist-full"
    place.mkdir(parents=True)
    for name in FILES:
        (folder / name).rename(place / name)
    assert open_data("mnist-full").rows == 40
    monkeypatch.delenv("PELLUCID_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "pellucid"


def test_a_folder_without_a_file_is_refused_by_name(folder):
    (folder / FILES[3]).unlink()
    with pytest.raises(FileError, match=FILES[3]):
        open_data("mnist-full", folder=str(folder))


def test_labels_that_do_not_belong_are_refused(folder):
    (folder / FILES[1]).write_bytes(idx(np.zeros(29, np.uint8)))
    with pytest.raises(FileError, match=r"train-labels.*does not belong"):
        open_data("mnist-full", folder=str(folder))
