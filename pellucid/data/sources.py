"""Any source of rows by one name: a set, a file, a folder of pictures, a data frame."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from pellucid.base.errors import ConfigError, FileError, explain, nearest
from pellucid.data.dataset import Dataset
from pellucid.data.images import read_images
from pellucid.data.known import open_digits, open_idx_set, open_iris
from pellucid.data.reading import Reading
from pellucid.data.tables import read_table
from pellucid.data.toys import GATES, TOYS, open_gate, open_toy

TABLE_SETTINGS = frozenset(f.name for f in fields(Reading)) - {
    *("size", "channels", "rows", "noise", "seed", "folder"),
}
PICTURE_SETTINGS = frozenset(("size", "channels"))
TOY_SETTINGS = frozenset(("rows", "noise", "seed"))


@dataclass(frozen=True)
class Entry:
    """A set that opens by its name: what it is, how large, whose it is.

    Attributes:
        kind: "table", "pictures", "gate", "points" or "curve".
        rows: How many; of a generated set, unless `rows` says otherwise.
        shape: Of one row.
        classes: How many; 0 in regression.
        settings: Which settings of `Reading` it takes.
    """

    name: str
    kind: str
    rows: int
    shape: tuple[int, ...]
    classes: int
    about: str
    source: str
    licence: str
    settings: frozenset[str]
    open: Callable[[Reading], Dataset]


MNIST = ("MNIST, by Y. LeCun, C. Cortes and C. J. C. Burges", "CC BY-SA 3.0")
FASHION = ("Fashion-MNIST, by Zalando Research", "MIT")
FISHER = (
    "R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936",
    "BSD-3-Clause, with scikit-learn",
)
OWN = ("made by pellucid", "Apache-2.0")


def _pictures(name: str, about: str, origin: tuple[str, str]) -> Entry:
    shape, folder, opener = (28, 28, 1), frozenset(("folder",)), partial(open_idx_set, name)
    return Entry(name, "pictures", 70_000, shape, 10, about, *origin, folder, opener)


def _gate(name: str) -> Entry:
    rows, inputs = len(GATES[name]), 1 if name == "not" else 2
    about = f"the truth table of {name.upper()}"
    none: frozenset[str] = frozenset()
    return Entry(name, "gate", rows, (inputs,), 2, about, *OWN, none, lambda _: open_gate(name))


def _toy(name: str) -> Entry:
    toy = TOYS[name]
    about = (toy.make.__doc__ or "").partition("\n")[0].rstrip(".")
    kind = "points" if toy.classes else "curve"
    return Entry(
        name, kind, toy.rows, (toy.features,), toy.classes, about, *OWN, TOY_SETTINGS,
        partial(open_toy, name),
    )  # fmt: skip


def _entries() -> list[Entry]:
    iris = "four lengths of a flower in cm, and its species"
    digits = "the first 10,000 handwritten digits; nothing to fetch"
    none: frozenset[str] = frozenset()
    return [
        Entry("iris", "table", 150, (4,), 3, iris, *FISHER, TABLE_SETTINGS, open_iris),
        Entry("mnist", "pictures", 10_000, (28, 28, 1), 10, digits, *MNIST, none,
              lambda _: open_digits()),
        _pictures("mnist-full", "all 70,000 handwritten digits; 11 MB to fetch once", MNIST),
        _pictures("fashion-mnist", "70,000 pieces of clothing; 31 MB to fetch once", FASHION),
        *map(_gate, GATES),
        *map(_toy, TOYS),
    ]  # fmt: skip


SETS: Mapping[str, Entry] = {entry.name: entry for entry in _entries()}


def set_name(source: str) -> str | None:
    """Return the name of the set that `source` means, however it is spelt, or None."""
    name = source.lower().replace("_", "-")
    return name if name in SETS else None


def open_data(source: Any, **settings: Any) -> Dataset:
    """Return the rows of a set, file, folder or data frame, read once.

    A name of a set means the set: a file of that name is opened as "./iris". The settings
    are those of `Reading`.

    Raises:
        ConfigError: a setting is unknown, or does not belong to such a source.
        FileError: there is no such set, file or folder, or it is not what it seems.
        DataError: the rows cannot be learnt from as they are.
    """
    reading = Reading.from_config(settings)
    name = set_name(source) if isinstance(source, str) else None
    if name is not None:
        _check_settings(name, reading, SETS[name].settings)
        return SETS[name].open(reading)
    if isinstance(source, str | Path):
        path = Path(source).expanduser()
        if path.is_dir():
            _check_settings(str(source), reading, PICTURE_SETTINGS)
            return read_images(path, reading)
        if not path.exists():
            what = f"There is no data called {str(source)!r}."
            near = nearest(path.name, [*SETS, *(p.name for p in path.parent.glob("*"))])
            expected = f"a file, a folder, or one of {', '.join(SETS)}"
            raise FileError(explain(what, got=str(source), expected=expected, hint=near))
        source = path
    _check_settings("a table", reading, TABLE_SETTINGS)
    return read_table(source, reading)


def _check_settings(source: str, reading: Reading, allowed: frozenset[str]) -> None:
    strange = [
        f.name
        for f in fields(reading)
        if f.name not in allowed and getattr(reading, f.name) != f.default
    ]
    if strange:
        what = f"{', '.join(strange)} cannot be set for {source}."
        expected = ", ".join(sorted(allowed)) or "no settings"
        raise ConfigError(explain(what, got=strange[0], expected=expected, hint="leave it out"))
