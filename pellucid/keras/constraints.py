"""Constraints as Keras spells them: `constraint(weights)` gives weights that are allowed."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from pellucid.functions import constraints as core
from pellucid.keras.engine.base.eager import compute
from pellucid.keras.engine.objects.rooms import Room
from pellucid.keras.engine.objects.settled import Settled
from pellucid.keras.engine.objects.spoken import spoken

ROOM = Room("constraint", "constraints")


class Constraint(Settled):
    """Where weights may lie. One of your own needs `__call__(w)`."""

    @abstractmethod
    def __call__(self, w: Any) -> Any:
        """Return the allowed weights nearest to w, or near."""

    @property
    def core(self) -> Any:
        """The same as the core takes it: any function from an array to an array."""
        return self


class Translated(Constraint):
    """A constraint of Keras whose arithmetic is the core's."""

    def __call__(self, w: Any) -> Any:
        return compute(self._core(), w)

    @property
    def core(self) -> Any:
        return self if type(self).__call__ is not Translated.__call__ else self._core()


def _made(line: str, core_class: type, *names: str) -> Any:
    return ROOM.file(spoken(Translated, line, core_class), *names)


ROOM.file(Constraint)
MaxNorm = _made("MaxNorm(max_value=2, axis=0)", core.MaxNorm)
NonNeg = _made("NonNeg()", core.NonNeg)
UnitNorm = _made("UnitNorm(axis=0)", core.UnitNorm)
MinMaxNorm = _made("MinMaxNorm(min_value=0.0, max_value=1.0, rate=1.0, axis=0)", core.MinMaxNorm)
ROOM.rename({"maxnorm": "max_norm", "nonneg": "non_neg", "unitnorm": "unit_norm"})

max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm


def get(identifier: Any) -> Any:
    """Return the constraint meant by a name, a class, a description, a function or itself."""
    return None if identifier is None else ROOM.get(identifier)


def serialize(constraint: Any) -> Any:
    """Return the description that Keras's files hold."""
    return ROOM.serialize(constraint)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the constraint that a description means."""
    return ROOM.deserialize(config, custom_objects)


def __getattr__(name: str) -> Any:
    """Give Keras 1's and 2's names of the classes, with a hint."""
    if name in ROOM.old:
        return ROOM.named(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
