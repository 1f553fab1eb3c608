"""Small colour pictures of ten kinds of things: 50,000 to learn from, 10,000 to test with."""

import numpy as np

from pellucid.keras.engine.data.known_files import Halves, cifar_folder, cifar_part

CHECKSUM = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"


def load_data() -> Halves:
    """Return ((x_train, y_train), (x_test, y_test)): pictures (rows, 32, 32, 3), labels (rows, 1).

    The classes are airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck.

    Raises:
        FileError: the files are not to be had, or are not what they should be.
    """
    folder = cifar_folder(
        "cifar-10-batches-py-target", "cifar-10-python.tar.gz", CHECKSUM, "cifar-10-batches-py"
    )
    parts = [cifar_part(folder / f"data_batch_{number}", "labels") for number in range(1, 6)]
    x, y = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    x_test, y_test = cifar_part(folder / "test_batch", "labels")
    return (x, y.astype(np.uint8)), (x_test, y_test.astype(np.uint8))
