"""How fast the network of a run, or for some data, trains on this machine."""

from typing import Any

from pellucid.experiments import untrained
from pellucid.experiments.folder import open_run
from pellucid.experiments.untrained import Untrained
from pellucid.models.bench import Bench, bench


def of_data(data: Any, target: str | None = None, *, batch_size: int | None = None) -> Bench:
    """Measure the network that `pellucid train` would choose for data.

    Raises:
        DataError, FileError: the data cannot be read.
    """
    return _measured(untrained.for_data(data, target), batch_size)


def of_run(folder: str, *, batch_size: int | None = None) -> Bench:
    """Measure the network of a run from its start, on the rows that trained it.

    Raises:
        FileError: there is no such run, or its data are gone.
        DataError: its data have changed since.
    """
    return _measured(untrained.of_run(open_run(folder)), batch_size)


def _measured(found: Untrained, batch_size: int | None) -> Bench:
    return bench(found.made.model, *found.lesson, batch_size=batch_size or found.made.batch_size)
