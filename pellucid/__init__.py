"""Pellucid: neural networks you can see into.

Names are looked up where they are first used, so that importing the package costs little;
`__init__.pyi` lists them for type checkers and editors.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_PLACES = {
    "pellucid.inspection.inspection": ("Inspection",),
    "pellucid.models.bench": ("bench",),
    "pellucid.models.activation_functions": ("plot_activation_functions",),
    "pellucid.models.boltzmann": ("RBM",),
    "pellucid.models.ensemble": ("ensemble",),
    "pellucid.models.logic": ("logic",),
    "pellucid.models.model": ("Model",),
    "pellucid.models.pretraining": ("Stack", "pretrain"),
    "pellucid.models.sequential": ("Sequential",),
    "pellucid.models.gradient_cloud": ("gradient_cloud",),
    "pellucid.models.label_noise": ("find_label_noise",),
    "pellucid.models.importing": ("load_onnx",),
    "pellucid.models.loading": ("load",),
    "pellucid.models.one_batch": ("overfit_batch",),
    "pellucid.models.rate_range": ("learning_rate_range",),
    "pellucid.models.resuming": ("Checkpoints",),
    "pellucid.models.surface": ("loss_surface",),
    "pellucid.models.threshold": ("choose_threshold",),
    "pellucid.models.perceptron": ("perceptron", "truth_table"),
    "pellucid.models.perceptron_rule": ("perceptron_rule",),
    "pellucid.models.separability": ("separability",),
    "pellucid.models.trackers.lines": ("CSVLogger", "JSONLogger"),
    "pellucid.models.trackers.services": ("MlflowCallback", "TrackioLogger", "WandbMetricsLogger"),
    "pellucid.models.trackers.tensorboard": ("TensorBoard",),
    "pellucid.layers.input": ("Input",),
    "pellucid.training.callbacks": ("Callback",),
    "pellucid.training.rules": ("EarlyStopping", "ReduceLROnPlateau", "TerminateOnNaN"),
    "pellucid.training.signals": ("signal_history",),
    "pellucid.training.watch": ("Watch",),
    "pellucid.data.open_stream": ("open_stream",),
    "pellucid.data.sources": ("open_data",),
    "pellucid.experiments.approximation": ("approximate",),
    "pellucid.experiments.action": ("training_in_action",),
    "pellucid.experiments.comparing": ("compare", "compare_runs"),
    "pellucid.experiments.fading": ("fading",),
    "pellucid.experiments.regimes": ("compare_regimes",),
    "pellucid.experiments.experiment": ("Experiment",),
    "pellucid.experiments.folder": ("open_run",),
    "pellucid.experiments.running": ("run",),
    "pellucid.lab.opening": ("OpenLab", "open_lab"),
}
_ROOMS = (
    *("layers", "optimizers", "functions", "data", "plots", "experiments", "estimators", "keras"),
)
_HOME = {name: place for place, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in _ROOMS:
        return importlib.import_module(f"pellucid.{name}")
    raise AttributeError(f"module 'pellucid' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_ROOMS])
