"""Objects as the JSON values of Keras's files, and back, through a closed table of names."""

from typing import Any

import numpy as np

PLAIN = (bool, int, float, str, type(None))


def serialize(value: Any) -> Any:
    """Return a value as Keras's files have it."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, list | tuple):
        return [serialize(item) for item in value]
    if isinstance(value, dict):
        return {name: serialize(item) for name, item in value.items()}
    raise NotImplementedError(repr(value))
