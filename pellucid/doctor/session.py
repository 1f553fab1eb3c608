"""The doctor beside one fit: asks the checks in their time, and orders what they find."""

import functools
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from pellucid.base.errors import ConfigError, PellucidError, explain, nearest
from pellucid.doctor import checks as checks
from pellucid.doctor.chart import Chart, Epoch
from pellucid.doctor.check import ALL_ROWS, CHECKS, STAGES, Check
from pellucid.doctor.examination import begin_look, rows_to_examine
from pellucid.doctor.finding import Finding, raise_if_serious
from pellucid.doctor.precedence import ordered
from pellucid.doctor.vocabulary import MEANINGS
from pellucid.training.breaking import Break
from pellucid.training.record import EpochRecord
from pellucid.training.state import Examples, TrainState

MODES = ("report", "strict", "off")


class Doctor:
    """Follows one fit. It reads; it changes nothing.

    With "strict" an error is raised where something cannot work; `silenced` are ids of
    findings nobody wants to hear of.
    """

    def __init__(self, chart: Chart, mode: str = "report", silenced: Iterable[str] = ()) -> None:
        self.chart, self.mode = chart, mode
        self.silenced = frozenset(silenced)
        self._found: dict[str, list[Finding]] = {stage: [] for stage in STAGES}
        self._rows: Examples | None = None
        self._first = True  # whether no look was taken
        self._waiting: deque[Callable[[], object]] = deque()  # what can be done at any time

    @property
    def findings(self) -> list[Finding]:
        """What was found so far: causes, the gravest first, consequences with them."""
        self.meanwhile(lambda: True)
        every = (found for stage in STAGES for found in self._found[stage])
        return ordered(found for found in every if found.check not in self.silenced)

    def before(self) -> None:
        """Check what can be checked before anything is trained.

        Raises:
            ConfigError: "strict", and something cannot work.
        """
        self._ask("program")
        self._found["data"] = []
        self._waiting.extend(partial(self._ask_one, "data", ask) for ask in self._checks("data"))
        if self.mode == "strict":
            raise_if_serious(self.findings)

    def meanwhile(self, busy: Callable[[], bool]) -> None:
        """Do what waits to be done, for as long as the machine is `busy` training anyway."""
        with _one_thread():
            while self._waiting and busy():
                self._waiting.popleft()()

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Let errors raised inside carry the findings there are."""
        try:
            yield
        except PellucidError as error:
            error.findings = tuple(self.findings)
            raise

    def watch(self, examples: Examples) -> None:
        """Take note of the rows to look at."""
        self._rows = rows_to_examine(self.chart.network, examples)

    def look(self, train: TrainState) -> None:
        """Look inside: at the first time before any training, then in its course.

        Raises:
            ConfigError: "strict", and something cannot work.
        """
        if self._rows is None:
            return
        read = begin_look(self.chart.recipe, train, self._rows)
        self._waiting.append(lambda: self.chart.examinations.append(read()))
        if self._first:
            self._waiting.append(lambda: self._ask("start"))
            if self.mode == "strict":
                raise_if_serious(self.findings)
        self._first = False

    def read(self, record: EpochRecord) -> None:
        """Take note of an epoch."""
        epoch = Epoch(record.values, record.step_losses, record.learning_rate)
        self.chart.epochs.append(epoch)

    def after(self, train: TrainState, stopped_by: str = "", broken: Break | None = None) -> None:
        """Check what can be checked when training has ended, if need be where it broke."""
        self.chart.stopped_by, self.chart.broken = stopped_by, broken
        self.look(train)
        self.meanwhile(lambda: True)
        self._ask("start", "course", "end")  # what was seen at first, too, in the light of the end

    def so_far(self, train: TrainState) -> list[Finding]:
        """Look again in the midst of a fit, and return what is found by now."""
        self.look(train)
        self.meanwhile(lambda: True)
        self._ask("start", "course")
        return self.findings

    def judged(self, *, on_training_rows: bool) -> None:
        """Take note that the network was evaluated, and on what."""
        self.chart.judged_on_training_rows = on_training_rows
        self._ask("data")

    def untrained(self) -> None:
        """Take note that the network was judged before anything trained it."""
        self._found["program"].append(
            Finding(
                "not_trained",
                "warning",
                "all weights are as they were drawn at random: fit was never called",
                "call fit before evaluate or predict, or load weights",
            )
        )

    def told(self, findings: Iterable[Finding]) -> None:
        """Take note of what was found by other means, as by trainings on the side."""
        self._found["end"] += findings

    def _ask(self, *stages: str) -> None:
        with _one_thread():
            for stage in stages:
                self._found[stage] = []
                for ask in self._checks(stage):
                    self._ask_one(stage, ask)

    def _checks(self, stage: str) -> list[Check]:
        """Return what is to be asked at a stage."""
        if self.mode == "off":
            return []
        return [a for a in CHECKS[stage] if not (self.chart.sampled and a in ALL_ROWS)]

    def _ask_one(self, stage: str, ask: Check) -> None:
        self._found[stage] += self._asked(ask)

    def _asked(self, ask: Check) -> list[Finding]:
        """Return what one check finds. A check that fails must not end somebody's training."""
        try:
            with np.errstate(all="ignore"):  # numbers that overflow are what it may find
                return list(ask(self.chart))
        except Exception as error:
            name = f"{ask.__module__}.{ask.__name__}"
            told = f"the doctor's check {name} failed, and training goes on: {error!r}"
            warnings.warn(told, RuntimeWarning, stacklevel=2)
            return []


@functools.cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def _one_thread() -> AbstractContextManager[Any]:
    """Keep NumPy's products to one thread: the cores are busy, and threads would wait."""
    return _threads().limit(limits=1, user_api="blas")


def settled_mode(mode: Any) -> str:
    """Return how loud the doctor is to be.

    Raises:
        ConfigError: it is none of MODES.
    """
    if mode not in MODES:
        what = "The doctor can report, be strict, or be off."
        raise ConfigError(explain(what, got=repr(mode), expected=", ".join(MODES)))
    return mode


def settled_silence(silenced: Sequence[str] | str) -> frozenset[str]:
    """Return ids of findings not to be heard of.

    Raises:
        ConfigError: there is no such finding.
    """
    wanted = [silenced] if isinstance(silenced, str) else list(silenced)
    for name in wanted:
        if name not in MEANINGS:
            what = f"The doctor finds nothing called {name!r}."
            hint = nearest(str(name), MEANINGS)
            raise ConfigError(explain(what, got=name, expected="an id of a finding", hint=hint))
    return frozenset(wanted)
