"""Operations as Keras spells them, on arrays, inside layers, and on the symbols of models.

They are functions of JAX under Keras's names and argument names: `keras.ops.mean(x, axis=1)`.
"""

import sys
from typing import Any

from pellucid.keras.engine.operations import core as _core
from pellucid.keras.engine.operations import nn as _nn
from pellucid.keras.engine.operations import numpy as _numpy
from pellucid.keras.engine.operations import pictures as _pictures
from pellucid.keras.engine.operations.table import TABLE

_FILLED = (_core, _nn, _numpy, _pictures)  # importing them fills the table
_PARTS = ("numpy", "nn", "linalg", "core", "math")


def __getattr__(name: str) -> Any:
    """Give an operation, or one of Keras's modules of them: this module has them all."""
    if name in _PARTS:
        return sys.modules[__name__]
    if name in TABLE:
        return TABLE[name]
    raise AttributeError(f"module 'keras.ops' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*TABLE, *_PARTS])
