"""Keras's models: `keras.models`. What works on files is loaded when it is first used."""

import importlib
from typing import Any

from pellucid.keras.engine.models.inputs import Input as Input
from pellucid.keras.engine.models.model import Model as Model
from pellucid.keras.engine.models.sequential import Sequential as Sequential

Functional = Model

_SAVING = "pellucid.keras.saving"
_PLACES = {
    "clone_model": f"{_SAVING}.cloning",
    "load_model": f"{_SAVING}.reading_models",
    "model_from_config": f"{_SAVING}.reading_models",
    "model_from_json": f"{_SAVING}.reading_models",
    "model_from_yaml": f"{_SAVING}.reading_models",
    "save_model": f"{_SAVING}.writing_models",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'keras.models' has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_PLACES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
