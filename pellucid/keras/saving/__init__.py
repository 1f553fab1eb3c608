"""Keras's files: `keras.saving`. What is here is loaded when it is first used."""

import importlib
from typing import Any

_SAVING, _ENGINE = "pellucid.keras.saving", "pellucid.keras.engine"
_PLACES = {
    "CustomObjectScope": (f"{_ENGINE}.base.registered", "custom_object_scope"),
    "custom_object_scope": (f"{_ENGINE}.base.registered", "custom_object_scope"),
    "deserialize_keras_object": (f"{_SAVING}.objects", "deserialize_keras_object"),
    "get_custom_objects": (f"{_ENGINE}.base.registered", "get_custom_objects"),
    "get_registered_name": (f"{_ENGINE}.base.registered", "get_registered_name"),
    "get_registered_object": (f"{_ENGINE}.base.registered", "get_registered_object"),
    "load_model": (f"{_SAVING}.reading_models", "load_model"),
    "load_weights": (f"{_SAVING}.reading_weights", "load_weights"),
    "register_keras_serializable": (f"{_ENGINE}.base.registered", "register_keras_serializable"),
    "save_model": (f"{_SAVING}.writing_models", "save_model"),
    "save_weights": (f"{_SAVING}.writing_models", "save_weights"),
    "serialize_keras_object": (f"{_SAVING}.objects", "serialize_keras_object"),
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'keras.saving' has no attribute {name!r}")
    module, own = _PLACES[name]
    value = globals()[name] = getattr(importlib.import_module(module), own)
    return value


def __dir__() -> list[str]:
    return sorted(_PLACES)
