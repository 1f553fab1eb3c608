"""Keras 2's module of old optimizers: the same classes as above it."""

from typing import Any

from pellucid.keras.engine.objects.optimizer import ROOM
from pellucid.keras.engine.objects.optimizer import Optimizer as Optimizer


def __getattr__(name: str) -> Any:
    """Give the optimizer of that name."""
    found = ROOM.things.get(name)
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found
