"""Handwritten digits: 60,000 to learn from and 10,000 to test with."""

from pathlib import Path

from pellucid.data.fetching import cache_folder
from pellucid.data.known import FILES, MNIST, load_idx_set
from pellucid.keras.engine.data.known_files import Halves, data_folder, known_file
from pellucid.keras.engine.data.unpickling import read_npz

CHECKSUM = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
INSTEAD = "or use the 10,000 digits that come with pellucid: pellucid.open_data('mnist')"


def load_data(path: str = "mnist.npz") -> Halves:
    """Return ((x_train, y_train), (x_test, y_test)): pictures (rows, 28, 28) and labels, uint8.

    They are read from Keras's folder; else from where a system package or pellucid keeps
    the set; else they are fetched.

    Raises:
        FileError: the file is not to be had, or is not what it should be.
    """
    if not (data_folder() / path).is_file():
        for folder in (Path(MNIST.system_folder), cache_folder() / MNIST.name):
            if all((folder / name).is_file() for name in FILES):
                (x, y), (x_test, y_test) = load_idx_set(MNIST.name, str(folder))
                return (x.copy(), y.copy()), (x_test.copy(), y_test.copy())
    file = known_file(path, "mnist.npz", CHECKSUM, INSTEAD)
    x, y, x_test, y_test = read_npz(file, "x_train", "y_train", "x_test", "y_test")
    return (x, y), (x_test, y_test)
