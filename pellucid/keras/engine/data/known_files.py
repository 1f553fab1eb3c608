"""Keras's own data sets: where their files lie, what they are called, where they come from."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pellucid.base.errors import ConfigError, FileError, explain
from pellucid.keras.engine.base.settings import image_data_format, keras_home
from pellucid.keras.engine.data.downloads import bring, unpack
from pellucid.keras.engine.data.unpickling import read_npz, read_pickle

ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

Halves = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def data_folder() -> Path:
    """Return Keras's folder of data sets."""
    return keras_home() / "datasets"


def known_file(
    path: str, name: str, checksum: str, instead: str, origins: Sequence[str] = ()
) -> Path:
    """Return a data set's file: the one that lies in Keras's folder, or a fetched one.

    What lies there is taken as it is, so that files can be put there by hand; what is
    fetched must have the checksum.

    Raises:
        FileError: it is not to be had; the message names the place and an alternative.
    """
    place = data_folder() / path
    if place.is_file():
        return place
    try:
        return bring(place, origins or (ADDRESS + name,), checksum)
    except FileError as error:
        what = f"The data set's file {place.name} is not on this machine and cannot be fetched."
        lines = str(error).splitlines()
        got = next((x.partition("got:")[2].strip() for x in lines if "got:" in x), lines[0])
        hint = f"put {name} at {place} by hand; {instead}"
        raise FileError(explain(what, got=got, expected=str(place), hint=hint)) from error


def parted(path: Path, test_split: float, seed: int, rows: int | None = None) -> Halves:
    """Return the rows of an .npz file with x and y, mixed by `seed` and cut in two.

    Raises:
        ConfigError: `test_split` is no fraction below 1.
    """
    if not 0 <= test_split < 1:
        what = "load_data(test_split=...) is out of range."
        raise ConfigError(explain(what, got=test_split, expected="0 up to, but not 1"))
    x, y = (array[:rows] for array in read_npz(path, "x", "y"))
    order = mixed(len(x), np.random.RandomState(seed))
    cut = int(len(x) * (1 - test_split))
    return (x[order[:cut]], y[order[:cut]]), (x[order[cut:]], y[order[cut:]])


def mixed(count: int, rng: np.random.RandomState) -> np.ndarray:
    """Return row numbers in random order; Keras's order, because its generator draws it."""
    order = np.arange(count)
    rng.shuffle(order)
    return order


def cifar_folder(folder: str, archive: str, checksum: str, inside: str) -> Path:
    """Return the folder with CIFAR's files, unpacked if only the archive is there.

    Keras 3 keeps it in `folder`, older ones beside it, and by hand it may be anywhere there.
    """
    data = data_folder()
    for place in (data / folder / inside, data / inside):
        if place.is_dir():
            return place
    names = (f"{folder}_archive", archive, f"{inside}.tar.gz")
    file = next((data / name for name in names if (data / name).is_file()), None)
    if file is None:
        address = f"https://www.cs.toronto.edu/~kriz/{archive}"
        instead = "or use pellucid.keras.datasets.mnist, or a folder of pictures of your own"
        file = known_file(names[0], archive, checksum, instead, (address,))
    unpack(file, data / folder, "tar")
    return data / folder / inside


def cifar_part(path: Path, labels: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the pictures and labels (rows, 1) of one of CIFAR's files.

    Raises:
        FileError: it is not such a file.
    """
    if not path.is_file():
        what, hint = f"{path.name} is missing.", "delete the folder and fetch the set again"
        raise FileError(explain(what, got="no such file", expected=str(path), hint=hint))
    parts = {name.decode(): part for name, part in read_pickle(path, "bytes").items()}
    pictures = np.asarray(parts["data"], np.uint8).reshape(-1, 3, 32, 32)
    if image_data_format() == "channels_last":
        pictures = np.ascontiguousarray(pictures.transpose(0, 2, 3, 1))
    return pictures, np.asarray(parts[labels]).reshape(-1, 1)
