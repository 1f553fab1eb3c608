"""Pieces of clothing: 60,000 pictures to learn from and 10,000 to test with."""

from pathlib import Path

from pellucid.data.fetching import cache_folder
from pellucid.data.known import FASHION_MNIST, FILES, load_idx_set
from pellucid.keras.engine.data.known_files import ADDRESS, Halves, data_folder, known_file

INSTEAD = "or install your system's package of it, or use pellucid.open_data('mnist')"


def load_data() -> Halves:
    """Return ((x_train, y_train), (x_test, y_test)): pictures (rows, 28, 28) and labels, uint8.

    The classes are T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag
    and ankle boot. The four files are read from Keras's folder; else from where a system
    package or pellucid keeps them; else they are fetched.

    Raises:
        FileError: a file is not to be had, or is not what it should be.
    """
    folder = data_folder() / "fashion-mnist"
    places = (folder, Path(FASHION_MNIST.system_folder), cache_folder() / FASHION_MNIST.name)
    found = next((place for place in places if _is_whole(place)), None)
    if found is None:
        for name, checksum in zip(FILES, FASHION_MNIST.sha256, strict=True):
            origins = [base + name for base in (ADDRESS, *FASHION_MNIST.mirrors)]
            known_file(f"fashion-mnist/{name}", name, checksum, INSTEAD, origins)
    (x, y), (x_test, y_test) = load_idx_set(FASHION_MNIST.name, str(found or folder))
    return (x.copy(), y.copy()), (x_test.copy(), y_test.copy())


def _is_whole(folder: Path) -> bool:
    return all(
        (folder / name).is_file() or (folder / name.removesuffix(".gz")).is_file() for name in FILES
    )
