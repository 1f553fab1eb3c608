"""The network for some data, or of a run, before any training, with the rows to train it on."""

from typing import Any, NamedTuple

import numpy as np

from pellucid.data.reading import Reading
from pellucid.experiments.answers import targets
from pellucid.experiments.design import Design, design
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import Run
from pellucid.experiments.preparing import Prepared, prepare
from pellucid.experiments.reviewing import split_of


class Untrained(NamedTuple):
    """A network as it was designed, its data, and all targets in the form its loss wants."""

    made: Design
    ready: Prepared
    y: np.ndarray
    train: np.ndarray  # places of the rows to train on

    @property
    def lesson(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows to train on, with their targets."""
        return self.ready.x[self.train], self.y[self.train]


def for_data(data: Any, target: str | None) -> Untrained:
    """Return the network that `pellucid train` would choose for data.

    Raises:
        DataError, FileError: the data cannot be read.
    """
    experiment = Experiment(str(data), reading=Reading(target=target) if target else Reading())
    ready = prepare(experiment)
    return _designed(experiment, ready, ready.parts.train)


def of_run(found: Run) -> Untrained:
    """Return the network of a run from its start, with the rows that trained it.

    Raises:
        FileError: its data are gone.
        DataError: its data have changed since.
    """
    ready = prepare(found.experiment)
    return _designed(found.experiment, ready, np.array(split_of(found, ready)["train"], int))


def _designed(experiment: Experiment, ready: Prepared, train: np.ndarray) -> Untrained:
    made = design(experiment, ready.encoding, ready.x[train], ready.y[train])
    return Untrained(made, ready, targets(ready.encoding, ready.y, made.loss), train)
