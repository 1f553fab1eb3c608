"""From what an experiment names to the arrays a network takes: read, split, encoded."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import DataError
from pellucid.base.memory import allowed_bytes
from pellucid.data.dataset import Dataset
from pellucid.data.encoding import Encoding, learn
from pellucid.data.open_stream import open_stream
from pellucid.data.reading import Reading
from pellucid.data.sources import SETS, open_data, set_name
from pellucid.data.splits import Split, divide
from pellucid.data.stream import Stream
from pellucid.data.stream_sources import PictureSource
from pellucid.data.table_stream import TableSource
from pellucid.experiments.experiment import Experiment

COPIES = 8  # of a table's file that are in memory while it is read
MOST_HELD_OUT = 50_000  # rows of a stream to stop by, and to be judged on


class Prepared(NamedTuple):
    """Data as a network takes them, and where they came from."""

    data: Dataset
    parts: Split
    encoding: Encoding
    x: np.ndarray
    y: np.ndarray
    held_out: bool  # whether the rows to be judged on are others than those that teach
    notes: tuple[str, ...]
    stream: Stream | None = None  # all rows that teach, where the data are an excerpt

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return self.data.rows - len(self.parts.train) + self.taught_rows

    @property
    def taught_rows(self) -> int:
        """How many rows teach."""
        return len(self.parts.train) if self.stream is None else len(self.stream)


def prepare(experiment: Experiment, data: Dataset | None = None) -> Prepared:
    """Return the data of an experiment, split, and encoded by its training rows.

    Raises:
        DataError, FileError, ConfigError: the data cannot be learnt from as they are.
    """
    if data is None and _is_streamed(experiment):
        return _excerpt(experiment)
    raw = open_data(experiment.data, **said_of(experiment.reading)) if data is None else data
    name = set_name(experiment.data)
    whole = name is not None and SETS[name].kind == "gate"  # a truth table is all there is
    if whole:
        every = np.arange(raw.rows)
        parts = Split(every, every, every)
    else:
        rest = 1 - experiment.validation - experiment.test
        parts = divide(raw, (rest, experiment.validation, experiment.test), experiment.seed)
    encoding = learn(raw, parts.train)
    x, y, unseen = _encode(encoding, raw)
    return Prepared(raw, parts, encoding, x, y, not whole, (*raw.notes, *unseen))


def _is_streamed(experiment: Experiment) -> bool:
    """Tell whether data are read while a network trains: as one wants it, or by their size."""
    if experiment.stream != "auto":
        return experiment.stream == "always"
    path = Path(experiment.data).expanduser()
    if set_name(experiment.data) is not None or not path.is_file():
        return False
    return path.stat().st_size * COPIES > allowed_bytes()


def _excerpt(experiment: Experiment) -> Prepared:
    """Return data to be streamed: of the rows that teach some, and all that are held out."""
    stream = open_stream(experiment.data, **said_of(experiment.reading))
    rows, seed = len(stream), experiment.seed
    shares = (experiment.validation, experiment.test)
    aside = (min(MOST_HELD_OUT, round(share * rows)) for share in shares)
    left, *held_out = stream.split(*aside, seed=seed)
    several = (left.excerpt(MOST_HELD_OUT, seed), *held_out)
    source = left.source
    assert isinstance(source, TableSource | PictureSource)  # all that can be named by a path
    raw = source.dataset(np.concatenate([part.pieces for part in several]).tolist())
    ends = np.cumsum([len(part) for part in several])
    parts = Split(*np.split(np.arange(ends[-1]), ends[:-1]))
    x, y, unseen = _encode(source.encoding, raw)
    told = (
        f"{rows:,} rows are read from disk while training; what is said of those that teach "
        f"is said of {len(parts.train):,} of them",
    )
    return Prepared(raw, parts, source.encoding, x, y, True, (*stream.notes, *told, *unseen), left)


def _encode(encoding: Encoding, raw: Dataset) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Return x and y; a category that only held-out rows have counts as none, and is noted."""
    try:
        return *encoding.encode(raw), ()
    except DataError as error:
        if encoding.reading.unknown != "refuse" or not encoding.features:
            raise
        lenient = replace(encoding, reading=replace(encoding.reading, unknown="ignore"))
        x, y = lenient.encode(raw)
        return x, y, (f"{str(error).splitlines()[0]} It counts as no category there.",)


def said_of(reading: Reading) -> dict[str, Any]:
    """Return the settings that differ from their defaults."""
    settings = ((f.name, getattr(reading, f.name), f.default) for f in fields(reading))
    return {name: value for name, value, default in settings if value != default}
