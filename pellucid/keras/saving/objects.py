"""Single objects as descriptions, and back: Keras's functions for both."""

from collections.abc import Mapping
from typing import Any

from pellucid.keras import layers as _layers
from pellucid.keras.engine.models.sequential import Sequential
from pellucid.keras.engine.objects.serialization import deserialize, serialize

FILLED = (_layers, Sequential)  # importing them fills the tables of names


def serialize_keras_object(obj: Any) -> Any:
    """Return the description of an object that Keras's files hold."""
    return serialize(obj)


def deserialize_keras_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    **kwargs: Any,
) -> Any:
    """Return the object that a description means."""
    del safe_mode, kwargs
    return deserialize(config, custom_objects)
