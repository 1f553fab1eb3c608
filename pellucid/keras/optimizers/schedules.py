"""Learning-rate schedules as Keras spells them: `schedule(step)` gives a rate."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from pellucid.functions import schedules as core
from pellucid.keras.engine.base.eager import compute
from pellucid.keras.engine.objects.own_schedule import OwnSchedule
from pellucid.keras.engine.objects.rooms import Room
from pellucid.keras.engine.objects.settled import Settled
from pellucid.keras.engine.objects.spoken import spoken

ROOM = Room("learning-rate schedule", "optimizers.schedules")
FALL = "initial_learning_rate, decay_steps"


class LearningRateSchedule(Settled):
    """A learning rate that depends on the step. One of your own needs `__call__(step)`."""

    @abstractmethod
    def __call__(self, step: Any) -> Any:
        """Return the rate at a step, counted from 0."""

    @property
    def core(self) -> core.Schedule:
        """The schedule of the core that does the same."""
        return OwnSchedule(self)


class Translated(LearningRateSchedule):
    """A schedule of Keras whose arithmetic is the core's."""

    def __call__(self, step: Any) -> Any:
        return compute(self._core(), step)

    @property
    def core(self) -> core.Schedule:
        own = type(self).__call__ is not Translated.__call__
        return OwnSchedule(self) if own else self._core()


def _made(line: str, core_class: type) -> Any:
    return ROOM.file(spoken(Translated, line, core_class))


ExponentialDecay = _made(
    f"ExponentialDecay({FALL}, decay_rate, staircase=False, name='ExponentialDecay')",
    core.ExponentialDecay,
)
InverseTimeDecay = _made(
    f"InverseTimeDecay({FALL}, decay_rate, staircase=False, name='InverseTimeDecay')",
    core.InverseTimeDecay,
)
PiecewiseConstantDecay = _made(
    "PiecewiseConstantDecay(boundaries, values, name='PiecewiseConstant')",
    core.PiecewiseConstantDecay,
)
PolynomialDecay = _made(
    f"PolynomialDecay({FALL}, end_learning_rate=0.0001, power=1.0, cycle=False, "
    "name='PolynomialDecay')",
    core.PolynomialDecay,
)
CosineDecay = _made(
    f"CosineDecay({FALL}, alpha=0.0, name='CosineDecay', warmup_target=None, warmup_steps=0)",
    core.CosineDecay,
)
CosineDecayRestarts = _made(
    "CosineDecayRestarts(initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, "
    "alpha=0.0, name='SGDRDecay')",
    core.CosineDecayRestarts,
)


def serialize(learning_rate_schedule: Any) -> Any:
    """Return the description that Keras's files hold."""
    return ROOM.serialize(learning_rate_schedule)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the schedule that a description means."""
    return ROOM.deserialize(config, custom_objects)
