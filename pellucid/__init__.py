"""Pellucid: neural networks you can see into.

Names are looked up where they are first used, so that importing the package costs little;
`__init__.pyi` lists them for type checkers and editors.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_PLACES = {
    "pellucid.models.model": ("Model",),
    "pellucid.models.sequential": ("Sequential",),
    "pellucid.models.loading": ("load",),
    "pellucid.models.perceptron": ("perceptron", "truth_table"),
    "pellucid.layers.input": ("Input",),
    "pellucid.training.callbacks": ("Callback",),
    "pellucid.training.rules": ("EarlyStopping", "ReduceLROnPlateau", "TerminateOnNaN"),
    "pellucid.training.watch": ("Watch",),
    "pellucid.data.sources": ("open_data",),
    "pellucid.experiments.experiment": ("Experiment",),
    "pellucid.experiments.folder": ("open_run",),
    "pellucid.experiments.running": ("run",),
}
_ROOMS = ("layers", "optimizers", "functions", "data", "plots", "experiments", "keras")
_HOME = {name: place for place, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in _ROOMS:
        return importlib.import_module(f"pellucid.{name}")
    raise AttributeError(f"module 'pellucid' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_ROOMS])
