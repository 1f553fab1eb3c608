"""Folders of pictures: a sub-folder a class. The one place that imports pillow."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int32, UInt8

from pellucid.base.errors import DataError, FileError, explain
from pellucid.data.column import Column
from pellucid.data.dataset import Dataset, Pictures
from pellucid.data.reading import Reading, as_size

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
GREY_MODES = ("1", "L")
WIDE_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
ORIENTATION, SIDEWAYS = 0x0112, range(5, 9)


class Listing(NamedTuple):
    """The pictures of a folder, before they are read."""

    paths: tuple[Path, ...]
    words: tuple[str, ...]  # the classes
    labels: Int32[np.ndarray, " rows"]
    size: tuple[int, ...]  # height and width they are brought to
    channels: int
    notes: tuple[str, ...]


def list_pictures(folder: Path, reading: Reading) -> Listing:
    """Return what pictures there are in a folder with one sub-folder for each class.

    They have one channel if all are grey, else three; `channels` decides otherwise. The
    rows are in the order of the classes' and the files' names.

    Raises:
        FileError: a file is no picture.
        DataError: fewer than two classes, or pictures of several sizes without `size`.
    """
    classes = [f for f in sorted(folder.iterdir()) if f.is_dir() and _pictures_in(f)]
    if len(classes) < 2:
        what = f"{folder.resolve().name} is no set of pictures."
        got = f"{len(classes)} sub-folders with pictures"
        hint = "put the pictures of each class into a folder named after it"
        raise DataError(explain(what, got=got, expected="two or more", hint=hint))
    found = [(path, label) for label, f in enumerate(classes) for path in _pictures_in(f)]
    paths = tuple(path for path, _ in found)
    labels = np.array([label for _, label in found], np.int32)
    size = None if reading.size is None else as_size(reading.size)
    words = tuple(f.name for f in classes)
    counts = np.bincount(labels)
    single = [word for word, count in zip(words, counts, strict=True) if count == 1]
    notes = [f"only one picture of the class {', '.join(single[:5])}"] if single else []
    others = sum(1 for f in classes for path in f.rglob("*") if path.is_file()) - len(paths)
    notes += [f"ignored {others} files that are no pictures"] if others else []
    shape = _common_shape(paths, size, reading.channels)
    return Listing(paths, words, labels, *shape, tuple(notes))


def read_images(folder: Path, reading: Reading) -> Dataset:
    """Return the pictures of a folder, as `list_pictures` finds them.

    Raises:
        FileError: a file is no whole picture, or has more than 8 bits a channel.
        DataError: fewer than two classes, or pictures of several sizes without `size`.
    """
    listed = list_pictures(folder, reading)
    x = _decode(listed.paths, listed.size, listed.channels)
    target = Column("class", "category", listed.labels, listed.words)
    files = tuple(path.relative_to(folder).as_posix() for path in listed.paths)
    name = folder.resolve().name
    return Dataset(name, x, target, reading=reading, files=files, notes=listed.notes)


def read_new_pictures(
    source: Any, shape: tuple[int, ...], target: str, labels: bool = True
) -> Dataset:
    """Return pictures that came later, brought to the shape of those in training.

    `source` is a picture, a folder of them, a folder of one folder a class, or an array
    of bytes (rows, height, width, channels).

    Raises:
        FileError: there is no picture, or a broken one.
        DataError: an array has another shape.
    """
    if isinstance(source, np.ndarray):
        return Dataset("the array", _as_pictures(source, shape), None)
    place = Path(source)
    paths = [place] if place.is_file() else _pictures_in(place)
    if not paths:
        what, expected = f"There are no pictures in {str(place)!r}.", ", ".join(ENDINGS)
        raise FileError(explain(what, got=str(place), expected=expected))
    x = _decode(paths, shape[:2], shape[2])
    top = place if place.is_dir() else place.parent
    files = tuple(path.relative_to(top).as_posix() for path in paths)
    known = labels and place.is_dir() and all(path.parent != place for path in paths)
    if not known:
        return Dataset(place.name, x, None, files=files)
    words, codes = np.unique([path.parent.name for path in paths], return_inverse=True)
    column = Column(target, "category", codes.astype(np.int32), tuple(words.tolist()))
    return Dataset(place.name, x, column, files=files)


def _as_pictures(array: np.ndarray, shape: tuple[int, ...]) -> Pictures:
    pictures = array[..., None] if array.shape[1:] == shape[:-1] and shape[-1] == 1 else array
    if array.dtype != np.uint8 or pictures.shape[1:] != shape:
        what, got = "This array is no set of such pictures.", f"{array.dtype} {array.shape}"
        expected = f"uint8 (rows, {', '.join(map(str, shape))})"
        raise DataError(explain(what, got=got, expected=expected))
    return pictures


def _pictures_in(folder: Path) -> list[Path]:
    found = (p for p in folder.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file())
    return sorted(p for p in found if not p.name.startswith("."))


def pillow() -> ModuleType:
    """Return pillow, imported when it is first needed."""
    import PIL.Image
    import PIL.ImageOps

    return PIL


def _decode(paths: Sequence[Path], size: tuple[int, ...], channels: int) -> Pictures:
    pictures = np.empty((len(paths), *size, channels), np.uint8)
    for place, path in enumerate(paths):
        pictures[place] = decode_one(path, size, channels)
    return pictures


def _common_shape(
    paths: Sequence[Path], size: tuple[int, ...] | None, channels: int | None
) -> tuple[tuple[int, ...], int]:
    if size and channels:
        return size, channels
    heads = [_head(path) for path in paths]
    sizes = [found for found, _ in heads]
    other = next((place for place, found in enumerate(sizes) if found != sizes[0]), None)
    if size is None and other is not None:
        what = f"{paths[other].name} has another size than {paths[0].name}."
        got = f"{sizes[other]} and {sizes[0]} (height, width)"
        hint = f"say size={sizes[0]}"
        raise DataError(explain(what, got=got, expected="one size for all", hint=hint))
    return size or sizes[0], channels or (1 if all(grey for _, grey in heads) else 3)


def _head(path: Path) -> tuple[tuple[int, int], bool]:
    with _opened(path) as picture, _whole(path):
        width, height = picture.size
        turned = picture.getexif().get(ORIENTATION) in SIDEWAYS
        return ((width, height) if turned else (height, width)), picture.mode in GREY_MODES


def decode_one(
    path: Path, size: tuple[int, ...], channels: int
) -> UInt8[np.ndarray, "height width channels"]:
    """Return a picture upright, in the size and with the channels wanted.

    Raises:
        FileError: it is no whole picture, or has more than 8 bits a channel.
    """
    pil, (height, width) = pillow(), size
    with _opened(path) as picture, _whole(path):
        upright = pil.ImageOps.exif_transpose(picture).convert(MODES[channels])
    if upright.size != (width, height):
        upright = upright.resize((width, height), pil.Image.Resampling.BILINEAR)
    return np.asarray(upright).reshape(height, width, channels)


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise _broken(path, error) from error
    except pillow().Image.DecompressionBombError as error:
        raise _broken(path, error) from error


def _opened(path: Path) -> Any:
    with _whole(path):
        picture = pillow().Image.open(path)
    if picture.mode in WIDE_MODES:
        picture.close()
        what = f"{path.name} has more than 8 bits a channel."
        hint = "save it with 8 bits, scaled to 0-255"
        raise FileError(explain(what, got=picture.mode, expected="8 bits", hint=hint))
    return picture


def _broken(path: Path, error: Exception) -> FileError:
    what = f"{path.parent.name}/{path.name} is no whole picture."
    return FileError(explain(what, got=str(error)[:120], expected="a picture", hint="remove it"))
