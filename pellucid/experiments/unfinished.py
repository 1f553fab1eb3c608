"""A run in the making: `NAME.training`, beside where the run `NAME` will be.

It holds what was asked for and the checkpoints of the fit, so that a run that was killed, or
stopped by Ctrl-C, can be gone on with. It goes when the run is complete.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from os import PathLike
from pathlib import Path

from pellucid.base.errors import ConfigError, FileError, PellucidError, explain
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import EXPERIMENT, is_run, new_folder, training_folder
from pellucid.interop.atomic import write_atomically
from pellucid.interop.checkpoint_folder import PATTERN, CheckpointFolder
from pellucid.models.identity import described, differences


class CompleteError(PellucidError, RuntimeError):
    """There is nothing left to do for a run."""


@contextmanager
def unfinished(wanted: str | PathLike[str] | None, experiment: Experiment) -> Iterator[Path]:
    """Claim a place for a new run, and give its path; nothing stays where nothing was trained.

    Raises:
        FileError: there is a run at that place, or one in the making.
    """
    path, made = _claimed(wanted, experiment)
    try:
        with _cleared(path):
            yield path
    finally:
        if made:
            with suppress(OSError):  # there is a run in it
                path.parent.rmdir()


@contextmanager
def taken_up(wanted: str | PathLike[str], experiment: Experiment) -> Iterator[Path]:
    """Give the path of a run in the making that is to be gone on with, as it was asked for.

    Raises:
        ConfigError, FileError: there is none, or it was another experiment.
        CompleteError: it is complete.
        StateError: another process trains it.
    """
    path, then = Path(wanted).expanduser(), asked_for(wanted)
    others = list(differences(described(then), described(replace(experiment, epochs=then.epochs))))
    if others:
        what = f"The run in {path} was asked for otherwise."
        hint = "leave these settings out, or begin anew without --resume"
        got, expected = "; ".join(others), "the same settings, but for epochs"
        raise ConfigError(explain(what, got=got, expected=expected, hint=hint))
    with CheckpointFolder(training_folder(path)):
        _note(path, experiment)
    with _cleared(path):
        yield path


def asked_for(wanted: str | PathLike[str]) -> Experiment:
    """Return the experiment of a run in the making.

    Raises:
        FileError: there is no such run.
        CompleteError: it is complete.
    """
    path = Path(wanted).expanduser()
    file = training_folder(path) / EXPERIMENT
    if file.is_file():
        return Experiment.read(file)
    if is_run(path):
        what = f"The run in {path} is complete already."
        raise CompleteError(explain(what, got=path, expected="a run that was interrupted"))
    what = f"There is no run in {path} to go on with."
    hint = "without --resume, a new one begins"
    raise FileError(explain(what, got="no such folder", expected="an interrupted run", hint=hint))


def can_go_on(path: Path) -> bool:
    """Tell whether there are checkpoints of a run in the making."""
    return any(training_folder(path).glob(PATTERN))


def complete(path: Path) -> None:
    """Let go of the checkpoints of a run that has been written."""
    shutil.rmtree(training_folder(path))


def _claimed(wanted: str | PathLike[str] | None, experiment: Experiment) -> tuple[Path, bool]:
    """Make the folder of a run in the making; return its path, and whether its place is new, too.

    Of two processes only one can.
    """
    while True:
        path = new_folder(wanted, experiment.data)
        folder, made = training_folder(path), not path.parent.exists()
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
        except FileExistsError:
            continue  # another process was faster, and new_folder sees it now
        except OSError as error:
            what = f"No run can be made at {path}."
            raise FileError(explain(what, got=error.strerror, expected="a new folder")) from error
        _note(path, experiment)
        return path, made


def _note(path: Path, experiment: Experiment) -> None:
    write_atomically(training_folder(path) / EXPERIMENT, experiment.to_toml().encode())


@contextmanager
def _cleared(path: Path) -> Iterator[None]:
    """Leave nothing where nothing was trained; else let whoever interrupts know how to go on."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as error:
        if can_go_on(path):
            error.add_note(f"go on: pellucid train --resume {path}")
        raise
    finally:
        if training_folder(path).exists() and not can_go_on(path):
            complete(path)
