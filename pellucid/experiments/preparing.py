"""From what an experiment names to the arrays a network takes: read, split, encoded."""

from dataclasses import fields, replace
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import DataError
from pellucid.data.dataset import Dataset
from pellucid.data.encoding import Encoding, learn
from pellucid.data.reading import Reading
from pellucid.data.sources import SETS, open_data, set_name
from pellucid.data.splits import Split, divide
from pellucid.experiments.experiment import Experiment


class Prepared(NamedTuple):
    """Data as a network takes them, and where they came from."""

    data: Dataset
    parts: Split
    encoding: Encoding
    x: np.ndarray
    y: np.ndarray
    held_out: bool  # whether the rows to be judged on are others than those that teach
    notes: tuple[str, ...]


def prepare(experiment: Experiment, data: Dataset | None = None) -> Prepared:
    """Return the data of an experiment, split, and encoded by its training rows.

    Raises:
        DataError, FileError, ConfigError: the data cannot be learnt from as they are.
    """
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
