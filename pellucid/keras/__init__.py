"""Keras's names on Pellucid's core: `from pellucid.keras import layers, Sequential`.

Everything is loaded when it is first used.
"""

import importlib
from typing import Any

__version__ = "3.15.1"  # of the Keras whose names, defaults and files these are

_ENGINE = "pellucid.keras.engine"
_PLACES = {
    "DTypePolicy": "pellucid.keras.dtype_policies",
    "Function": f"{_ENGINE}.models.model",
    "Initializer": "pellucid.keras.initializers",
    "Input": f"{_ENGINE}.models.inputs",
    "InputSpec": f"{_ENGINE}.models.inputs",
    "KerasTensor": f"{_ENGINE}.base.tensor",
    "Layer": f"{_ENGINE}.layers.layer",
    "Loss": "pellucid.keras.losses",
    "Metric": "pellucid.keras.metrics",
    "Model": f"{_ENGINE}.models.model",
    "Optimizer": "pellucid.keras.optimizers",
    "Regularizer": "pellucid.keras.regularizers",
    "Sequential": f"{_ENGINE}.models.sequential",
    "Variable": f"{_ENGINE}.base.variable",
}
_MODULES = (
    *("activations", "backend", "callbacks", "config", "constraints", "datasets"),
    *("dtype_policies", "initializers", "layers", "losses", "metrics", "models", "ops"),
    *("optimizers", "preprocessing", "random", "regularizers", "saving", "utils", "wrappers"),
)


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        value = getattr(importlib.import_module(_PLACES[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"pellucid.keras.{name}")
    else:
        raise AttributeError(f"module 'keras' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_PLACES, *_MODULES, "__version__"])
