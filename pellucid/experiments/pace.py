"""How fast the network of a run, or for some data, trains on this machine."""

from typing import Any

import numpy as np

from pellucid.data.reading import Reading
from pellucid.experiments.answers import targets
from pellucid.experiments.design import design
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import open_run
from pellucid.experiments.preparing import Prepared, prepare
from pellucid.experiments.reviewing import split_of
from pellucid.models.bench import Bench, bench


def of_data(data: Any, target: str | None = None, *, batch_size: int | None = None) -> Bench:
    """Measure the network that `pellucid train` would choose for data.

    Raises:
        DataError, FileError: the data cannot be read.
    """
    experiment = Experiment(str(data), reading=Reading(target=target) if target else Reading())
    ready = prepare(experiment)
    return _measured(experiment, ready, ready.parts.train, batch_size)


def of_run(folder: str, *, batch_size: int | None = None) -> Bench:
    """Measure the network of a run from its start, on the rows that trained it.

    Raises:
        FileError: there is no such run, or its data are gone.
        DataError: its data have changed since.
    """
    found = open_run(folder)
    ready = prepare(found.experiment)
    train = np.array(split_of(found, ready)["train"], int)
    return _measured(found.experiment, ready, train, batch_size)


def _measured(
    experiment: Experiment, ready: Prepared, rows: np.ndarray, batch_size: int | None
) -> Bench:
    made = design(experiment, ready.encoding, ready.x[rows], ready.y[rows])
    y = targets(ready.encoding, ready.y, made.loss)
    return bench(made.model, ready.x[rows], y[rows], batch_size=batch_size or made.batch_size)
