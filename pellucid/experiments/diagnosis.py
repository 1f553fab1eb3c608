"""What can be said of data, or of a run, without training anything that is kept."""

from typing import Any

from pellucid.doctor.finding import Finding
from pellucid.doctor.precedence import ordered
from pellucid.experiments import untrained
from pellucid.experiments.folder import FINDINGS, open_run


def of_data(data: Any, target: str | None = None, *, deep: bool = False) -> list[Finding]:
    """Return what the doctor finds in data and the network that would be trained on them.

    With `deep`, copies of the network are trained on the side, too.

    Raises:
        DataError, FileError: the data cannot be read.
    """
    network = untrained.for_data(data, target)
    made, held_out = network.made, network.ready.parts.validation
    return made.model.diagnose(
        *network.lesson,
        validation_data=(network.ready.x[held_out], network.y[held_out]),
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
    before = found.json(FINDINGS, lambda told: [*map(Finding.from_json, told)])
    if not deep:
        return before
    network = untrained.of_run(found)
    more = found.model.deep_findings(*network.lesson, network.made.batch_size)
    return ordered([*before, *more])
