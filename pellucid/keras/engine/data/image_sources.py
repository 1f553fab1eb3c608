"""Where the pictures of a flow come from: arrays, a folder of classes, or a table of files."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.keras.engine.base.settings import say
from pellucid.keras.engine.data.folders import Choice, list_files
from pellucid.keras.engine.data.image_batches import Pictures
from pellucid.keras.engine.data.pictures import CHANNELS, img_to_array, load_img

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff")
CLASS_MODES = ("categorical", "binary", "sparse", "input", "raw", "multi_output", None)


class Part(NamedTuple):
    """Which part of the rows is wanted: the first share is for validation."""

    share: float
    subset: str | None

    def of(self, count: int) -> slice:
        """Return the rows of this part."""
        if self.subset not in ("training", "validation", None):
            what = "subset=... has a value it cannot have."
            raise ConfigError(explain(what, got=self.subset, expected="training, validation"))
        cut = int(count * self.share)
        return {"training": slice(cut, None), "validation": slice(cut)}.get(
            self.subset or "", slice(None)
        )


class Look(NamedTuple):
    """How files of pictures are to be read."""

    target_size: Any
    color_mode: str
    interpolation: str
    keep_aspect_ratio: bool
    data_format: str
    dtype: Any

    def read(self, path: str) -> np.ndarray:
        """Return a file's picture as an array."""
        image = load_img(
            path, self.color_mode, self.target_size, self.interpolation, self.keep_aspect_ratio
        )
        return img_to_array(image, self.data_format, self.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of every picture."""
        channels = CHANNELS[self.color_mode]
        size = tuple(self.target_size)
        return (channels, *size) if self.data_format == "channels_first" else (*size, channels)


def from_arrays(
    x: Any, y: Any, sample_weight: Any, part: Part, any_classes: bool, dtype: Any
) -> Pictures:
    """Return pictures (rows, height, width, channels) and what belongs to each.

    Raises:
        DataError: the arrays do not belong together, or a subset lacks a class.
    """
    first, *others = x if isinstance(x, tuple | list) else (x,)
    others = others[0] if others and isinstance(others[0], list) else others
    pictures = np.asarray(first, dtype)
    extra = [np.asarray(column) for column in (y, sample_weight) if column is not None]
    further = [np.asarray(column) for column in others]
    if pictures.ndim != 4 or any(len(c) != len(pictures) for c in (*extra, *further)):
        what = "flow(...) needs a batch of pictures, and a target for each."
        got = ", ".join(str(c.shape) for c in (pictures, *extra, *further))
        expected = "(rows, height, width, channels), and arrays with as many rows"
        raise DataError(explain(what, got=got, expected=expected))
    rows = part.of(len(pictures))
    if part.subset and y is not None and not any_classes:
        _check_classes(extra[0], part)
    pictures = pictures[rows]
    extra, further = [c[rows] for c in extra], [c[rows] for c in further]
    return Pictures(
        len(pictures),
        lambda row: pictures[row],
        lambda chosen: tuple(column[chosen] for column in extra),
        further,
        facts={"image_shape": pictures.shape[1:]},
    )


def from_folder(
    directory: Any,
    classes: Sequence[str] | None,
    class_mode: str | None,
    follow_links: bool,
    part: Part,
    look: Look,
) -> Pictures:
    """Return the pictures of a folder; each sub-folder is a class, and is split by itself."""
    choice = Choice("inferred", "int", classes, None, False, None, None, None, follow_links,
                    "tf", False)  # fmt: skip
    listing = list_files(directory, ENDINGS, choice)
    names, numbers = listing.class_names or [], np.asarray(listing.labels)
    kept: list[int] = []
    for number in range(len(names)):
        own = np.flatnonzero(numbers == number)
        kept += own[part.of(len(own))].tolist()
    paths, labels = [listing.paths[place] for place in kept], numbers[kept]
    say(f"Found {len(paths)} images belonging to {len(names)} classes.")
    facts = _class_facts(labels, names)
    facts["filenames"] = [os.path.relpath(path, directory) for path in paths]
    return _from_files(paths, labels, len(names), class_mode, look, facts)


def from_dataframe(
    frame: Any,
    directory: Any,
    columns: tuple[str, Any, str | None],
    classes: Sequence[str] | None,
    class_mode: str | None,
    part: Part,
    look: Look,
) -> Pictures:
    """Return the pictures that a data frame names; rows without a file are left out and counted.

    `columns` are those of the name, of the target, and of the weight.
    """
    x_col, y_col, weight_col = columns
    folder = Path(os.fspath(directory)) if directory else Path()
    places = [folder / str(name) for name in frame[x_col]]
    rows = [n for n, p in enumerate(places) if p.suffix.lower() in ENDINGS and p.is_file()]
    say(f"Found {len(rows)} images; {len(places) - len(rows)} rows name none.")
    rows = rows[part.of(len(rows))]
    paths = [str(places[row]) for row in rows]
    labels, names, facts = None, [], {}
    if class_mode in ("raw", "multi_output"):
        labels = np.asarray(frame[list(y_col) if isinstance(y_col, list | tuple) else y_col])[rows]
    elif class_mode not in ("input", None):
        words = np.asarray(frame[y_col], str)
        names = list(classes or np.unique(words).tolist())
        labels = np.array([names.index(words[row]) for row in rows], np.int32)
        facts = _class_facts(labels, names)
    facts["filenames"] = [str(frame[x_col].iloc[row]) for row in rows]
    pictures = _from_files(paths, labels, len(names), class_mode, look, facts)
    if weight_col is not None:
        weights, targets = np.asarray(frame[weight_col])[rows], pictures.targets
        pictures.targets = lambda chosen: (*targets(chosen), weights[chosen])
    return pictures


def _class_facts(labels: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    numbers = {name: number for number, name in enumerate(names)}
    return {"classes": labels, "num_classes": len(names), "class_indices": numbers}


def _from_files(
    paths: list[str],
    labels: Any,
    classes: int,
    class_mode: str | None,
    look: Look,
    facts: dict[str, Any],
) -> Pictures:
    if class_mode not in CLASS_MODES or look.color_mode not in CHANNELS:
        what = "class_mode=... or color_mode=... has a value it cannot have."
        got = f"{class_mode!r}, {look.color_mode!r}"
        expected = f"{', '.join(map(repr, CLASS_MODES))}; {', '.join(CHANNELS)}"
        raise ConfigError(explain(what, got=got, expected=expected))
    facts |= {"filepaths": paths, "image_shape": look.shape}
    targets = _targets(labels, classes, class_mode, look.dtype)
    echo = class_mode == "input"
    read: Callable[[int], np.ndarray] = lambda row: look.read(paths[row])  # noqa: E731
    return Pictures(len(paths), read, targets, echo=echo, facts=facts)


def _targets(
    labels: Any, classes: int, class_mode: str | None, dtype: Any
) -> Callable[[np.ndarray], tuple[Any, ...]]:
    if class_mode in ("input", None):
        return lambda rows: ()
    if class_mode == "categorical":
        ones = np.eye(classes, dtype=dtype)
        return lambda rows: (ones[labels[rows]],)
    if class_mode == "multi_output":
        return lambda rows: ([column[rows] for column in labels.T],)
    if class_mode == "raw":
        return lambda rows: (labels[rows],)
    return lambda rows: (labels[rows].astype(dtype),)


def _check_classes(labels: np.ndarray, part: Part) -> None:
    cut = int(len(labels) * part.share)
    if not np.array_equal(np.unique(labels[:cut]), np.unique(labels[cut:])):
        what = "Training and validation rows do not have the same classes."
        got = f"{len(np.unique(labels[:cut]))} and {len(np.unique(labels[cut:]))} classes"
        hint = "mix the rows before; validation takes the first ones"
        raise DataError(explain(what, got=got, expected="the same in both", hint=hint))
