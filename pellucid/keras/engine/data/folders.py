"""Files in folders, a folder a class, as data sets of pictures or of texts."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import ConfigError, DataError, FileError, explain
from pellucid.keras.engine.base.seeds import next_seed
from pellucid.keras.engine.base.settings import say, standardize_data_format
from pellucid.keras.engine.data.dataset import Dataset
from pellucid.keras.engine.data.pictures import CHANNELS, img_to_array, load_img
from pellucid.keras.engine.layers.resizing import INTERPOLATIONS, fitted

PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
TEXTS = (".txt",)
LABEL_MODES = ("int", "categorical", "binary", None)
SUBSETS = ("training", "validation", "both", None)
UNBATCHED_BUFFER, BATCHES_IN_BUFFER = 1024, 8


class Listing(NamedTuple):
    """Files in order, with their labels and the names of the classes, if they have any."""

    paths: list[str]
    labels: np.ndarray | None
    class_names: list[str] | None


class Choice(NamedTuple):
    """What a user said about a folder, for pictures and texts alike."""

    labels: Any
    label_mode: str | None
    class_names: Sequence[str] | None
    batch_size: int | None
    shuffle: bool
    seed: int | None
    validation_split: float | None
    subset: str | None
    follow_links: bool
    format: str
    verbose: bool


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Return the pictures of a folder as batches (rows, height, width, channels), 0 to 255.

    The sub-folders are the classes. With `subset="both"` it is a list of two data sets. The
    data set has the attributes `class_names` and `file_paths`. Files are in Keras's order
    for the same seed; in an epoch they are mixed in an order of our own.

    Raises:
        ConfigError: a setting has a value it cannot have.
        DataError: there are no pictures.
        FileError: a file is no whole picture.
    """
    size = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
    way = str(interpolation).lower()
    _check("color_mode", color_mode, tuple(CHANNELS))
    _check("interpolation", way, INTERPOLATIONS)
    if len(size) != 2 or (crop_to_aspect_ratio and pad_to_aspect_ratio):
        what = "A picture's new size is (height, width), and it is cut or framed, not both."
        raise ConfigError(explain(what, got=image_size, expected="(height, width)"))
    first = standardize_data_format(data_format) == "channels_first"

    def read(path: str) -> np.ndarray:
        x = img_to_array(load_img(path, color_mode), "channels_last", "float32")
        x = fitted(x, size, way, crop_to_aspect_ratio, pad_to_aspect_ratio)
        return x.transpose(2, 0, 1) if first else x

    choice = Choice(
        labels, label_mode, class_names, batch_size, shuffle, seed, validation_split, subset,
        follow_links, format, verbose,
    )  # fmt: skip
    return _datasets(directory, PICTURES, choice, read)


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Return the texts (.txt) of a folder as batches of words, cut at `max_length` letters.

    The rest is as in `image_dataset_from_directory`.

    Raises:
        ConfigError: a setting has a value it cannot have.
        DataError: there are no texts.
    """

    def read(path: str) -> np.ndarray:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
        return np.asarray(text if max_length is None else text[:max_length])

    choice = Choice(
        labels, label_mode, class_names, batch_size, shuffle, seed, validation_split, subset,
        follow_links, format, verbose,
    )  # fmt: skip
    return _datasets(directory, TEXTS, choice, read)


def list_files(directory: Any, endings: tuple[str, ...], choice: Choice) -> Listing:
    """Return the files of a folder with these endings, mixed as Keras does by the seed.

    Raises:
        ConfigError: labels or names of classes do not fit the folder.
        FileError: there is no such folder.
    """
    top = os.fspath(directory)
    if not Path(top).is_dir():
        what = f"There is no folder called {top!r}."
        raise FileError(explain(what, got=top, expected="a folder"))
    inferred = isinstance(choice.labels, str)
    folders = _class_folders(top, choice.class_names) if inferred else [""]
    found = [_files(Path(top, name), endings, choice.follow_links) for name in folders]
    paths = [path for part in found for path in part]
    labels, names = None, None
    if inferred:
        counts = [len(part) for part in found]
        labels, names = np.repeat(np.arange(len(folders), dtype=np.int32), counts), list(folders)
    elif choice.labels is not None:
        labels = np.asarray(choice.labels)
        names = [str(label) for label in sorted(set(labels.tolist()))]
        if len(labels) != len(paths):
            what = "There are not as many labels as files."
            got, expected = f"{len(labels)} labels", f"{len(paths)}, one for each file"
            raise ConfigError(explain(what, got=got, expected=expected))
    if choice.verbose:
        told = "." if names is None else f" belonging to {len(names)} classes."
        say(f"Found {len(paths)} files{told}")
    if choice.shuffle:
        seed = next_seed() % 2**32 if choice.seed is None else choice.seed
        order = np.arange(len(paths))
        np.random.RandomState(seed).shuffle(order)
        paths = [paths[place] for place in order]
        labels = None if labels is None else labels[order]
    return Listing(paths, labels, names)


def _datasets(
    directory: Any, endings: tuple[str, ...], choice: Choice, read: Callable[[str], np.ndarray]
) -> Any:
    _check_choice(choice)
    if choice.labels is None or choice.label_mode is None:
        choice = choice._replace(labels=None, label_mode=None)
    listing = list_files(directory, endings, choice)
    if choice.label_mode == "binary" and len(listing.class_names or ()) != 2:
        what, names = "label_mode='binary' needs two classes.", listing.class_names
        raise ConfigError(explain(what, got=names, expected="two", hint="say 'categorical'"))
    wanted = ("training", "validation") if choice.subset == "both" else (choice.subset,)
    made = []
    for subset in wanted:
        part = _part(listing, choice.validation_split or 0.0, subset)
        if not part.paths:
            what = f"There are no {subset or ''} files in {os.fspath(directory)!r}."
            raise DataError(explain(what, got="no files", expected=", ".join(endings)))
        still = choice.subset == "both" and subset == "validation"
        made.append(_dataset(part, choice, choice.shuffle and not still, read))
    return made if choice.subset == "both" else made[0]


def _dataset(
    part: Listing, choice: Choice, shuffle: bool, read: Callable[[str], np.ndarray]
) -> Dataset:
    columns: Any = np.asarray(part.paths)
    if part.labels is not None:
        columns = (columns, _encoded(part.labels, choice.label_mode, len(part.class_names or ())))
    data = Dataset.from_tensor_slices(columns)
    if shuffle:
        size = choice.batch_size
        buffer = UNBATCHED_BUFFER if size is None else size * BATCHES_IN_BUFFER
        data = data.shuffle(buffer, choice.seed)
    if part.labels is None:
        data = data.map(lambda path: read(str(path)))
    else:
        data = data.map(lambda path, label: (read(str(path)), label))
    if choice.batch_size is not None:
        data = data.batch(choice.batch_size)
    data.class_names, data.file_paths = part.class_names, part.paths
    return data


def _encoded(labels: np.ndarray, mode: str | None, classes: int) -> np.ndarray:
    if mode == "binary":
        return labels.astype(np.float32)[:, None]
    if mode == "categorical":
        return np.eye(classes, dtype=np.float32)[labels]
    return labels.astype(np.int32)


def _part(listing: Listing, share: float, subset: str | None) -> Listing:
    if subset is None:
        return listing
    paths, labels, names = listing
    cut = len(paths) - int(share * len(paths))
    rows = slice(cut) if subset == "training" else slice(cut, None)
    chosen = Listing(paths[rows], None if labels is None else labels[rows], names)
    say(f"Using {len(chosen.paths)} files for {subset}.")
    return chosen


def _class_folders(top: str, names: Sequence[str] | None) -> list[str]:
    folders = sorted(p.name for p in Path(top).iterdir() if p.is_dir() and p.name[0] != ".")
    if names is None:
        return folders
    missing = [name for name in names if name not in folders]
    if missing:
        what = f"{top!r} has no folder for the class {missing[0]!r}."
        raise ConfigError(explain(what, got=list(names), expected=", ".join(folders)))
    return list(names)


def _files(folder: Path, endings: tuple[str, ...], follow_links: bool) -> list[str]:
    walked = sorted(os.walk(folder, followlinks=follow_links), key=lambda place: place[0])
    return [
        str(Path(root) / name)
        for root, _, names in walked
        for name in sorted(names)
        if name.lower().endswith(endings)
    ]


def _check_choice(choice: Choice) -> None:
    _check("label_mode", choice.label_mode, LABEL_MODES)
    _check("subset", choice.subset, SUBSETS)
    _check("format", choice.format, ("tf", "grain"))
    labels, share = choice.labels, choice.validation_split
    if labels is not None and labels != "inferred" and not isinstance(labels, list | tuple):
        what = "labels=... has a value it cannot have."
        expected = "'inferred', None, or a list with a number for each file"
        raise ConfigError(explain(what, got=repr(labels), expected=expected))
    if choice.class_names and labels != "inferred":
        what = "class_names=... is for labels='inferred'."
        raise ConfigError(explain(what, got=repr(labels), expected="'inferred'"))
    if bool(share) != bool(choice.subset) or (share and not 0 < share < 1):
        what = "validation_split and subset belong together."
        got = f"validation_split={share}, subset={choice.subset!r}"
        expected = "a fraction below 1, and 'training', 'validation' or 'both'"
        raise ConfigError(explain(what, got=got, expected=expected))
    if share and choice.shuffle and choice.seed is None and choice.subset != "both":
        what = "Without a seed the training and the validation files would overlap."
        hint = "say the same seed= in both calls"
        raise ConfigError(explain(what, got="seed=None", expected="a number", hint=hint))


def _check(name: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if value not in allowed:
        what = f"{name}=... has a value it cannot have."
        raise ConfigError(explain(what, got=repr(value), expected=", ".join(map(repr, allowed))))
