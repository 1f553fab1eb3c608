"""Keeps where a fit stands in a folder, and goes on from there when it is called again."""

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from typing import Any, TypeAlias

import jax

from pellucid.base.config import Config, config, option
from pellucid.base.errors import ConfigError, explain
from pellucid.doctor.chart import Settings
from pellucid.interop.checkpoint_folder import CheckpointFolder
from pellucid.interop.sealed import Sealed
from pellucid.interop.tree_arrays import named_arrays, tree_of
from pellucid.models.history import History
from pellucid.models.history_columns import as_columns, as_records, form_of
from pellucid.models.identity import differences, identity, surroundings
from pellucid.training.rules import Rule
from pellucid.training.standing import Standing
from pellucid.training.state import Examples, Recipe
from pellucid.training.streaming import Streamed

FORMAT = "pellucid fit 1"
MOST_TOLD = 3  # differences in a message


@config
class Checkpoints(Config):
    """Where a fit keeps its state, and how often.

    A checkpoint is written between two blocks of steps when `every` seconds have passed since
    the last one, and when the fit ends or is interrupted: so about that much work can be lost.
    """

    folder: str = option(convert=fspath, about="the folder, one for each fit")
    every: float = option(default=60.0, at_least=0, about="seconds from one to the next")


Resume: TypeAlias = str | PathLike[str] | Checkpoints | None


@contextmanager
def kept(
    resume: Resume,
    history: History,
    recipe: Recipe,
    examples: Examples | Streamed,
    held_out: Examples | None,
    rules: Sequence[Rule],
    seed: int,
    settings: Settings,
) -> Iterator["Backup | None"]:
    """Hold the folder that a fit is to be resumed from, and give what keeps it; or nothing.

    Raises:
        StateError: another process trains there.
        FileError: the folder cannot be made.
    """
    if resume is None:
        yield None
        return
    wanted = resume if isinstance(resume, Checkpoints) else Checkpoints(fspath(resume))
    what = identity(recipe, examples, held_out, rules, seed, settings)
    if jax.process_index():  # of several processes the first one writes
        yield Backup(CheckpointFolder(wanted.folder), what, history, None)
        return
    with CheckpointFolder(wanted.folder) as folder:
        yield Backup(folder, what, history, wanted.every)


class Backup:
    """Keeps one fit, with its history, in a folder. It is a `Keeper`.

    `every` is how many seconds pass between two checkpoints; None if another process writes.
    """

    def __init__(
        self,
        folder: CheckpointFolder,
        fit: Mapping[str, Any],
        history: History,
        every: float | None,
    ) -> None:
        self._folder, self._fit, self._history = folder, fit, history
        self._every, self._looked = every, time.monotonic()
        self._step = -1  # of the last checkpoint

    def found(self, beginning: Standing) -> Standing | None:
        """Return where the fit in the folder stands; its epochs so far go to the history.

        Raises:
            ConfigError: it was another network, other rows or other settings.
            FileError: no checkpoint there is whole, or the arrays are not those of such a fit.
        """
        content = self._folder.newest(FORMAT)
        if content is None:
            return None
        described, where = content.described, str(self._folder.path)
        self._compare(described)
        names, signals = described.get("values", []), beginning.page.signals
        columns = form_of(names, signals) if names else None
        tree = tree_of({"fit": beginning, "history": columns}, content.arrays, where)
        fit, columns = tree["fit"], tree["history"]
        self._history.records[:] = as_records(columns, names) if columns else []
        self._step = int(fit.train.step)
        return fit._replace(began=int(fit.began), done=int(fit.done), step=int(fit.step))

    def keep(self, standing: Standing, *, last: bool) -> None:
        """Write a checkpoint where it is time to, or this is the last one.

        One that cannot be written is no reason to end training: a warning tells of it.
        """
        if self._every is None or (not last and time.monotonic() - self._looked < self._every):
            return
        step = int(standing.train.step)
        if step == self._step:
            return
        try:
            self._folder.write(step, self._content(standing))
            self._step = step
        except OSError as error:
            told = f"No checkpoint could be written to {self._folder.path}: {error.strerror}"
            warnings.warn(f"{told}; training goes on", RuntimeWarning, stacklevel=2)
        self._looked = time.monotonic()

    def _content(self, standing: Standing) -> Sealed:
        records = self._history.records
        columns = as_columns(records) if records else None
        described = {
            "format": FORMAT,
            "fit": self._fit,
            "values": list(records[0].values) if records else [],
            "surroundings": surroundings(),
        }
        return Sealed(described, named_arrays({"fit": standing, "history": columns}))

    def _compare(self, described: Mapping[str, Any]) -> None:
        """Refuse another fit; say where the last bits may come out otherwise."""
        where = self._folder.path
        found = list(differences(described.get("fit"), self._fit))
        if found:
            what = f"The fit in {where} was another one."
            got = "; ".join(found[:MOST_TOLD]) + (" ..." if len(found) > MOST_TOLD else "")
            expected, hint = "the same network, rows and settings", "another folder begins anew"
            raise ConfigError(explain(what, got=got, expected=expected, hint=hint))
        others = "; ".join(differences(described.get("surroundings"), surroundings()))
        if others:
            told = f"{where} was written elsewhere, so the last digits may differ ({others})"
            warnings.warn(told, RuntimeWarning, stacklevel=2)
