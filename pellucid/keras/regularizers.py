"""Regularizers as Keras spells them: `regularizer(weights)` gives a cost."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from pellucid.functions import regularizers as core
from pellucid.keras.engine.base.eager import compute
from pellucid.keras.engine.objects.rooms import Room
from pellucid.keras.engine.objects.settled import Settled
from pellucid.keras.engine.objects.spoken import spoken

ROOM = Room("regularizer", "regularizers")


class Regularizer(Settled):
    """What weights cost. One of your own needs `__call__(x)`."""

    @abstractmethod
    def __call__(self, x: Any) -> Any:
        """Return the cost of the weights x."""

    @property
    def core(self) -> Any:
        """The same as the core takes it: any function from an array to a number."""
        return self


class Translated(Regularizer):
    """A regularizer of Keras whose arithmetic is the core's."""

    def __call__(self, x: Any) -> Any:
        return compute(self._core(), x)

    @property
    def core(self) -> Any:
        return self if type(self).__call__ is not Translated.__call__ else self._core()


def _made(line: str, core_class: type, *names: str) -> Any:
    return ROOM.file(spoken(Translated, line, core_class), *names)


ROOM.file(Regularizer)
L1 = _made("L1(l1=0.01)", core.L1)
L2 = _made("L2(l2=0.01)", core.L2)
L1L2 = _made("L1L2(l1=0.0, l2=0.0)", core.L1L2, "l1l2", "l1_l2")
OrthogonalRegularizer = _made(
    "OrthogonalRegularizer(factor=0.01, mode='rows')", core.OrthogonalRegularizer
)

l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer
l1l2 = L1L2
activity_l1, activity_l2, activity_l1l2 = L1, L2, L1L2  # which Keras 1 had apart


def get(identifier: Any) -> Any:
    """Return the regularizer meant by a name, a class, a description, a function or itself."""
    return None if identifier is None else ROOM.get(identifier)


def serialize(regularizer: Any) -> Any:
    """Return the description that Keras's files hold."""
    return ROOM.serialize(regularizer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the regularizer that a description means."""
    return ROOM.deserialize(config, custom_objects)
