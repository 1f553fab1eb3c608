"""Keras's own data sets, from files of their form put by hand into Keras's folder."""

import gzip
import io
import json
import pickle
import tarfile
import urllib.error
from pathlib import Path

import numpy as np
import pytest

from pellucid.base.errors import ConfigError, DataError, FileError
from pellucid.data import fetching
from pellucid.keras import datasets
from pellucid.keras.engine.base.hints import KerasHint, forget_hints
from pellucid.keras.engine.data.unpickling import read_npz, read_pickle
from pellucid.keras.engine.data.word_lists import ragged


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty Keras folder, no other caches, and no network."""

    def refuse(url, timeout):
        raise urllib.error.URLError("no network")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path / "pellucid"))
    monkeypatch.setattr(fetching.urllib.request, "urlopen", refuse)
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


def idx(array):
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return gzip.compress(head + array.astype(np.uint8).tobytes())


def put_idx(folder):
    folder.mkdir(parents=True)
    x, y = np.arange(3 * 784).reshape(3, 28, 28) % 256, np.array([3, 1, 4])
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(idx(x))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(idx(y))
    return x, y


def test_mnist(home):
    x, y = np.zeros((5, 28, 28), np.uint8), np.arange(5, dtype=np.uint8)
    np.savez(home / "mnist.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])
    (a, b), (c, d) = datasets.mnist.load_data()
    assert a.shape == (5, 28, 28) and b.tolist() == [0, 1, 2, 3, 4] and len(c) == len(d) == 2


def test_mnist_of_pellucid_is_found(home):
    x, y = put_idx(home.parent / "pellucid" / "mnist-full")
    (a, b), _ = datasets.mnist.load_data()
    assert (a == x).all() and (b == y).all() and a.flags.writeable


def test_fashion_mnist(home):
    x, y = put_idx(home / "fashion-mnist")
    (a, b), (c, d) = datasets.fashion_mnist.load_data()
    assert (a == x).all() and (d == y).all() and c.dtype == b.dtype == np.uint8


@pytest.mark.parametrize("load, file", [
    (datasets.mnist.load_data, "mnist.npz"),
    (datasets.fashion_mnist.load_data, "train-images-idx3-ubyte.gz"),
    (datasets.cifar10.load_data, "cifar-10-python.tar.gz"),
    (datasets.cifar100.load_data, "cifar-100-python.tar.gz"),
    (datasets.boston_housing.load_data, "boston_housing.npz"),
    (datasets.california_housing.load_data, "california_housing.npz"),
    (datasets.imdb.load_data, "imdb.npz"),
    (datasets.imdb.get_word_index, "imdb_word_index.json"),
    (datasets.reuters.load_data, "reuters.npz"),
    (datasets.reuters.get_word_index, "reuters_word_index.json"),
])  # fmt: skip
def test_without_network_the_error_says_what_to_do(home, load, file):
    system = Path("/usr/share/datasets/fashion-mnist")
    if file.startswith("train") and system.is_dir():  # then it is read from there
        assert len(load()[0][0]) == 60_000
        return
    with pytest.raises(FileError) as caught:
        load()
    told = str(caught.value)
    assert file in told and str(home) in told and "by hand" in told and "or " in told


def cifar(rows, **labels):
    data = np.arange(rows * 3072).reshape(rows, 3072) % 256
    return pickle.dumps(
        {b"data": data.astype(np.uint8)} | {k.encode(): v for k, v in labels.items()}
    )


def test_cifar10_in_both_of_keras_layouts(home):
    for top in ("cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py"):
        folder = home / top
        folder.mkdir(parents=True)
        for name in ("test_batch", *(f"data_batch_{n}" for n in range(1, 6))):
            (folder / name).write_bytes(cifar(2, labels=[7, 8]))
        (x, y), (_, y_test) = datasets.cifar10.load_data()
        assert x.shape == (10, 32, 32, 3) and y.shape == (10, 1) and y_test.tolist() == [[7], [8]]
        assert x.dtype == y.dtype == np.uint8 and x[0, 0, 1].tolist() == [1, 1, 1]
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def test_cifar100_from_its_archive(home):
    content = cifar(1, fine_labels=[42], coarse_labels=[7])
    with tarfile.open(home / "cifar-100-python.tar.gz", "w:gz") as archive:
        for name in ("train", "test"):
            info = tarfile.TarInfo(f"cifar-100-python/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert datasets.cifar100.load_data()[0][1].tolist() == [[42]]
    assert datasets.cifar100.load_data("coarse")[1][1].tolist() == [[7]]
    with pytest.raises(ConfigError):
        datasets.cifar100.load_data("middle")


def test_a_pickle_that_calls_something_is_refused(home, tmp_path):
    class Evil:
        def __reduce__(self):
            return print, ("called",)

    (tmp_path / "evil").write_bytes(pickle.dumps({b"data": Evil()}))
    with pytest.raises(FileError, match=r"builtins\.print"):
        read_pickle(tmp_path / "evil", "bytes")
    np.savez(tmp_path / "evil.npz", x=np.array([Evil()], object))
    with pytest.raises(FileError, match=r"builtins\.print"):
        read_npz(tmp_path / "evil.npz", "x")
    (tmp_path / "short.npz").write_bytes((tmp_path / "evil.npz").read_bytes()[:-30])
    for name, wanted in (("short.npz", "x"), ("evil.npz", "y")):
        with pytest.raises(FileError):
            read_npz(tmp_path / name, wanted)


def test_houses(home):
    x, y = np.arange(20.0).reshape(10, 2), np.arange(10.0)
    for name in ("boston", "california"):
        np.savez(home / f"{name}_housing.npz", x=x, y=y)
    order = np.arange(10)
    np.random.RandomState(113).shuffle(order)
    (a, b), (c, d) = datasets.boston_housing.load_data()
    assert b.tolist() == order[:8].tolist() and d.tolist() == order[8:].tolist()
    assert (a[:, 0] == 2 * b).all() and (c[:, 0] == 2 * d).all()
    assert len(datasets.california_housing.load_data("small", test_split=0)[0][0]) == 10
    for call in (lambda: datasets.boston_housing.load_data(test_split=1),
                 lambda: datasets.california_housing.load_data("tiny")):  # fmt: skip
        with pytest.raises(ConfigError):
            call()


TEXTS = [[1, 2, 3], [4, 5], [6], [1, 9, 9, 9]]


def put_imdb(home):
    labels = np.array([0, 1, 0, 1])
    np.savez(home / "imdb.npz", x_train=ragged(TEXTS), y_train=labels,
             x_test=ragged(TEXTS), y_test=labels)  # fmt: skip


def test_imdb_numbers(home):
    put_imdb(home)
    (x, y), (x_test, _) = datasets.imdb.load_data(num_words=8)
    found = {tuple(text): label for text, label in zip(x, y, strict=True)}
    # 9 + 3 and 5 + 3 are not below 8, and become 2
    assert found == {(1, 4, 5, 6): 0, (1, 7, 2): 1, (1, 2): 0, (1, 4, 2, 2, 2): 1}
    assert x.dtype == object and isinstance(x[0], list) and len(x_test) == 4
    (x, _), _ = datasets.imdb.load_data(oov_char=None, num_words=8, start_char=None)
    assert sorted(map(tuple, x)) == [(), (4,), (4, 5, 6), (7,)]
    (x, _), _ = datasets.imdb.load_data(maxlen=4)
    assert sorted(map(len, x)) == [2, 3]
    with pytest.raises(DataError, match="maxlen"):
        datasets.imdb.load_data(maxlen=1)
    forget_hints()
    with pytest.warns(KerasHint, match="num_words"):
        datasets.imdb.load_data(nb_words=8)
    with pytest.raises(ConfigError):
        datasets.imdb.load_data(words=8)


def test_word_index(home):
    (home / "imdb_word_index.json").write_text(json.dumps({"the": 1}))
    assert datasets.imdb.get_word_index() == {"the": 1}


def test_reuters(home):
    np.savez(home / "reuters.npz", x=ragged(TEXTS * 3), y=np.arange(12))
    (x, y), (x_test, y_test) = datasets.reuters.load_data(test_split=0.25)
    assert len(x) == len(y) == 9 and len(x_test) == 3
    assert sorted([*y, *y_test]) == list(range(12))
    assert all(text[0] == 1 for text in x)
    assert len(datasets.reuters.get_label_names()) == 46
