"""A Keras model's fit as the lab follows it: its trainer is the core's, and so are its records."""

from collections.abc import Callable, Iterator
from typing import Any

from pellucid.doctor.session import Doctor
from pellucid.lab.bench import Bench
from pellucid.lab.guest import guest_of
from pellucid.lab.runner import Runner
from pellucid.models.model import Model
from pellucid.training.callbacks import Callback, Control, pace_of
from pellucid.training.record import EpochRecord
from pellucid.training.state import Examples
from pellucid.training.trainer import Pace, Record, Trainer


class Beside(Model):
    """A model of the core that stands where a Keras model's trainer stands, and goes with it."""

    def __init__(self, trainer: Trainer, doctor: Doctor) -> None:
        recipe, seed = trainer.recipe, trainer.train.seed
        self.seed = int(seed[0]) << 32 | int(seed[1])
        self._begin(recipe.network)
        self._recipe, self._frozen, self._trainer = recipe, recipe.frozen, trainer
        self._doctor = doctor


class Steady(Callback):
    """A callback that only asks for a pace."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def pace(self) -> Pace:
        return self._pace


class Onlooker:
    """What a Keras model calls as it begins to fit on arrays; `begun` puts the bench in place."""

    def __init__(self, runner: Runner, begun: Callable[[Callable[[], Bench]], bool]) -> None:
        self._runner, self._begun = runner, begun
        self.asked = self._follows = False

    def __call__(
        self,
        trainer: Trainer,
        doctor: Doctor,
        examples: Examples,
        validation: Examples | None,
        *course: Any,
    ) -> "Onlooker":
        """Begin to follow, if the lab can show this fit."""
        self.asked, self._control = True, Control(trainer)

        def bench() -> Bench:
            return guest_of(Beside(trainer, doctor), examples, validation, *course)

        self._follows = self._begun(bench)
        return self

    def pace_beside(self, pace: Pace) -> Pace | Callable[[], Pace]:
        """Return how far a block may go: as far as Keras's callbacks and the page allow."""
        return pace_of([self._runner, Steady(pace)]) if self._follows else pace

    def heard(self, records: Iterator[Record]) -> Iterator[Record]:
        """Give each record, once the page has had it."""
        return self._heard(records) if self._follows else records

    def _heard(self, records: Iterator[Record]) -> Iterator[Record]:
        for record in records:
            if isinstance(record, EpochRecord):
                self._runner.on_epoch_end(record, self._control)
            else:
                self._runner.on_steps_end(record, self._control)
            yield record
