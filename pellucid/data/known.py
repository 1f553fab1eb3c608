"""Sets everybody knows: iris and digits in the package, MNIST and Fashion-MNIST in full."""

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from pellucid.base.errors import FileError, explain
from pellucid.data.column import Column
from pellucid.data.dataset import Dataset
from pellucid.data.fetching import cache_folder, fetch
from pellucid.data.idx import read_idx
from pellucid.data.reading import PLAIN, Reading
from pellucid.data.tables import read_table

EMBEDDED = files("pellucid.data") / "files"


@dataclass(frozen=True)
class IdxSet:
    """Where the four files of a set may be, and what they must be.

    `sha256` are in the order of FILES. Source of the checksums: TensorFlow Datasets,
    url_checksums/mnist.txt and fashion_mnist.txt; of the second address of MNIST:
    torchvision, datasets/mnist.py.
    """

    name: str
    classes: tuple[str, ...]
    mirrors: tuple[str, ...]
    sha256: tuple[str, str, str, str]
    system_folder: str


FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
DIGITS = tuple(str(digit) for digit in range(10))
MNIST = IdxSet(
    "mnist-full",
    DIGITS,
    (
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
    "/usr/share/datasets/mnist",
)
FASHION_MNIST = IdxSet(
    "fashion-mnist",
    (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
    (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
    "/usr/share/datasets/fashion-mnist",
)
IDX_SETS = {known.name: known for known in (MNIST, FASHION_MNIST)}

Digits = UInt8[np.ndarray, "rows height width"]
Labels = UInt8[np.ndarray, " rows"]
HeldDigits = UInt8[np.ndarray, "held height width"]
HeldLabels = UInt8[np.ndarray, " held"]


def open_iris(reading: Reading) -> Dataset:
    """Return Fisher's 150 irises: four lengths in centimetres, and the species."""
    with as_file(EMBEDDED / "iris.csv") as path:
        return _named("iris", read_table(path, reading))


def open_digits() -> Dataset:
    """Return the 10,000 MNIST digits that come with the package."""
    with (EMBEDDED / "mnist_10k.npz").open("rb") as file, np.load(file) as archive:
        return _pictures("mnist", archive["x"], archive["y"], DIGITS, PLAIN)


def open_idx_set(name: str, reading: Reading) -> Dataset:
    """Return all 70,000 pictures; the last 10,000 are held out, as their makers did.

    Raises:
        FileError: a file is not to be had, or is not what it should be.
    """
    (x, y), (x_test, y_test) = load_idx_set(name, reading.folder)
    pictures = np.concatenate([x, x_test])
    labels = np.concatenate([y, y_test])
    held_out = np.arange(len(x), len(pictures))
    return _pictures(name, pictures, labels, IDX_SETS[name].classes, reading, held_out)


def load_idx_set(
    name: str, folder: str | None = None
) -> tuple[tuple[Digits, Labels], tuple[HeldDigits, HeldLabels]]:
    """Return ((x, y), (x_test, y_test)) of "mnist-full" or "fashion-mnist", as bytes.

    The files are taken from `folder`; else from where a system package puts them; else
    from the cache; else they are fetched into it.

    Raises:
        FileError: a file is not to be had, or is not what it should be.
    """
    paths = [_find(IDX_SETS[name], place, folder) for place in range(len(FILES))]
    axes = (3, 1, 3, 1)
    x, y, x_test, y_test = (read_idx(*pair) for pair in zip(paths, axes, strict=True))
    for pictures, labels, path in ((x, y, paths[1]), (x_test, y_test, paths[3])):
        if len(pictures) != len(labels) or (len(labels) and labels.max() > 9):
            what, expected = f"{path.name} does not belong to the pictures.", "a label 0-9 for each"
            got = f"{len(pictures)} pictures, {len(labels)} labels"
            raise FileError(explain(what, got=got, expected=expected))
    return (x, y), (x_test, y_test)


def _find(known: IdxSet, place: int, folder: str | None) -> Path:
    name = FILES[place]
    cached = cache_folder() / known.name / name
    folders = [Path(folder)] if folder else [Path(known.system_folder), cached.parent]
    for path in (f / n for f in folders for n in (name, name.removesuffix(".gz"))):
        if path.is_file():
            return path
    if folder:
        what, got = f"{folder} lacks {name}.", "no such file"
        raise FileError(explain(what, got=got, expected=", ".join(FILES)))
    return fetch([mirror + name for mirror in known.mirrors], known.sha256[place], cached)


def _pictures(
    name: str,
    pictures: Digits,
    labels: Labels,
    classes: tuple[str, ...],
    reading: Reading,
    held_out: np.ndarray | None = None,
) -> Dataset:
    stands_for = "integer" if classes == DIGITS else "text"
    target = Column("class", "category", labels.astype(np.int32), classes, stands_for)
    return Dataset(name, pictures[..., None], target, reading=reading, held_out=held_out)


def _named(name: str, data: Dataset) -> Dataset:
    return Dataset(name, data.x, data.target, data.task, data.reading, lines=data.lines)
