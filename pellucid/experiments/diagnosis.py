"""What can be said of data, or of a run, without training anything that is kept."""

from typing import Any

import numpy as np

from pellucid.data.reading import Reading
from pellucid.doctor.finding import Finding
from pellucid.doctor.precedence import ordered
from pellucid.experiments.answers import targets
from pellucid.experiments.design import design
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import FINDINGS, open_run
from pellucid.experiments.preparing import prepare
from pellucid.experiments.reviewing import split_of


def of_data(data: Any, target: str | None = None, *, deep: bool = False) -> list[Finding]:
    """Return what the doctor finds in data and the network that would be trained on them.

    With `deep`, copies of the network are trained on the side, too.

    Raises:
        DataError, FileError: the data cannot be read.
    """
    experiment = Experiment(str(data), reading=Reading(target=target) if target else Reading())
    ready = prepare(experiment)
    train, held_out, _ = ready.parts
    made = design(experiment, ready.encoding, ready.x[train], ready.y[train])
    y = targets(ready.encoding, ready.y, made.loss)
    return made.model.diagnose(
        ready.x[train],
        y[train],
        validation_data=(ready.x[held_out], y[held_out]),
        batch_size=made.batch_size,
        epochs=made.epochs,
        deep=deep,
    )


def of_run(folder: str, *, deep: bool = False) -> list[Finding]:
    """Return what the doctor found when a run was made; with `deep`, by small trainings, too.

    Those are of its network from the start, on the rows that trained it.

    Raises:
        FileError: there is no such run, or its data are gone.
        DataError: its data have changed since.
    """
    found = open_run(folder)
    before = [Finding.from_json(one) for one in found.json(FINDINGS)]
    if not deep:
        return before
    ready = prepare(found.experiment)
    train = np.array(split_of(found, ready)["train"], int)
    made = design(found.experiment, ready.encoding, ready.x[train], ready.y[train])
    y = targets(ready.encoding, ready.y, made.loss)
    more = found.model.deep_findings(ready.x[train], y[train], made.batch_size)
    return ordered([*before, *more])
