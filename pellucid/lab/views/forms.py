"""The layers that the page offers, as forms: drawn from the declarations of their settings."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from pellucid.base.config import Config, kinds_of
from pellucid.base.registry import Registry
from pellucid.layers.layer import LAYERS

# What is offered, with the settings that one changes, and what they are at first.
FOR_TABLES: Mapping[str, Mapping[str, Any]] = {
    "Dense": {"units": 16, "activation": "relu", "kernel_initializer": None, "use_bias": None},
    "Dropout": {"rate": 0.2},
    "BatchNormalization": {"momentum": None},
    "LayerNormalization": {},
    "Activation": {"activation": "relu"},
    "GaussianNoise": {"stddev": 0.1},
    "Normalization": {},
    "MinMaxScaling": {"low": None, "high": None},
    "Rescaling": {"scale": 1.0, "offset": None},
}
FOR_PICTURES: Mapping[str, Mapping[str, Any]] = {
    "Conv2D": {"filters": 8, "kernel_size": 3, "strides": None, "padding": None,
               "activation": "relu", "kernel_initializer": None},
    "MaxPooling2D": {"pool_size": None},
    "AveragePooling2D": {"pool_size": None},
    "GlobalAveragePooling2D": {},
    "Flatten": {},
    "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1},
}  # fmt: skip


def kinds(shape: tuple[int, ...]) -> dict[str, Any]:
    """Return the layers that may stand in a network on rows of this shape, as forms."""
    offered = {**FOR_TABLES, **(FOR_PICTURES if len(shape) == 3 else {})}
    return {name: _form(LAYERS[name], given) for name, given in offered.items()}


def _form(layer: type[Config], given: Mapping[str, Any]) -> list[dict[str, Any]]:
    hints = get_type_hints(layer)
    declared = {one.name: one for one in fields(layer)}
    form = []
    for name, first in given.items():
        rules, default = declared[name].metadata, declared[name].default
        choices = rules.get("choices")
        start = first if first is not None else None if default is MISSING else default
        form.append(
            {
                "name": name,
                "kind": _kind(hints[name], choices),
                "first": start,
                "choices": list(choices) if isinstance(choices, Registry | tuple) else [],
                "about": rules.get("about", ""),
            }
        )
    return form


def _kind(hint: Any, choices: Any) -> str:
    """Return how a setting is asked for: a choice, a tick, or a number."""
    if choices is not None:
        return "choice"
    allowed = kinds_of(hint)
    return "tick" if bool in allowed else "whole" if int in allowed else "number"
