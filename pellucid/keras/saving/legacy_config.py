"""Descriptions of models as Keras 1 and 2 wrote them, in the words of Keras 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.keras import losses, metrics
from pellucid.keras.engine.base.kinds import LAYERS
from pellucid.keras.saving.legacy_writing import SPECIAL

# What Keras 2 wrote about how to run a layer, which is no setting of it any more.
GONE = {
    *("implementation", "time_major", "fused", "virtual_batch_size", "adjustment", "input_dtype"),
    *("renorm", "renorm_clipping", "renorm_momentum", "ragged", "sparse", "batch_input_shape"),
    *("input_length", "is_legacy_optimizer", "jit_compile"),
}
FOLLOWED = {"InputLayer": {"ragged", "sparse"}}  # where such a name is a setting still
WRAPPERS = {"MeanMetricWrapper", "LossFunctionWrapper", "SumOverBatchSizeMetricWrapper"}


def modern_model(config: Any) -> Any:
    """Return a model's description in the form of Keras 3."""
    if isinstance(config, list):  # Keras 1's Sequential
        config = {"class_name": "Sequential", "config": {"layers": config}}
    entry = modern_layer(config)
    if entry.get("class_name") == "Model":
        entry["class_name"] = "Functional"
    return entry


def modern_layer(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a layer, or of a model in a model, in the form of Keras 3."""
    entry: dict[str, Any] = dict(described)
    name = entry.get("class_name", "")
    given: Any = entry.get("config", {})
    given = {"layers": given} if isinstance(given, list) else given
    config: dict[str, Any] = {key: _untupled(value) for key, value in given.items()}
    if "layers" in config:
        config["layers"] = [modern_layer(layer) for layer in config["layers"]]
        config.setdefault("name", None)
        named = {"Model": "Functional"}.get(name, name)
        entry = {**entry, "class_name": named, "module": entry.get("module", "keras")}
    elif "module" not in entry:
        entry["module"] = "keras.layers" if name in LAYERS.things else None
    shape = config.get("batch_input_shape")
    if "module" in entry and entry["module"] == "keras.layers":
        config = {n: v for n, v in config.items() if n not in GONE - FOLLOWED.get(name, set())}
        if shape is not None:
            config["batch_shape" if name == "InputLayer" else "batch_input_shape"] = shape
        axis = config.get("axis")
        if name == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
            config["axis"] = axis[0]
    for inner in ("layer", "backward_layer", "forward_layer"):
        if isinstance(config.get(inner), Mapping):
            config[inner] = modern_layer(config[inner])
    dtype = config.get("dtype")
    if isinstance(dtype, Mapping):
        config["dtype"] = dtype.get("config", {}).get("name", "float32")
    return {**entry, "config": config}


def compile_arguments(training: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `compile` is to be given, from a file's training_config."""
    found: Any = training.get("optimizer_config") or {"class_name": "RMSprop", "config": {}}
    optimizer: dict[str, Any] = dict(found)
    settings = {n: v for n, v in dict(optimizer.get("config", {})).items() if n not in GONE}
    described = {**optimizer, "module": "keras.optimizers", "config": settings}
    return {
        "optimizer": described,
        "loss": _named(training.get("loss"), "keras.losses"),
        "loss_weights": training.get("loss_weights"),
        "metrics": _metrics(training.get("metrics")),
        "weighted_metrics": _metrics(training.get("weighted_metrics")),
    }


def _metrics(value: Any) -> Any:
    found = _named(value, "keras.metrics")
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
        return found[0]  # Keras 2 has a list for each output
    return found


def _named(value: Any, module: str) -> Any:
    """Return losses or metrics with the module that they are from; wrapped functions by name."""
    if isinstance(value, list):
        return [_named(item, module) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "class_name" not in value:
        return {name: _named(item, module) for name, item in value.items()}
    config = dict(value.get("config") or {}) if value["class_name"] != "function" else {}
    if value["class_name"] in WRAPPERS:
        name, function = config.get("name"), config.get("fn")
        return name if name in SPECIAL or not isinstance(function, str) else function
    known = losses.ROOM.things if module == "keras.losses" else metrics.ROOM.things
    if value["class_name"] in known and "module" not in value:
        return {**value, "module": module, "registered_name": None}
    return dict(value)


def _untupled(value: Any) -> Any:
    """Return a value with Keras 2's written tuples as lists."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__tuple__":
            return [_untupled(item) for item in value["items"]]
        return {name: _untupled(item) for name, item in value.items()}
    return [_untupled(item) for item in value] if isinstance(value, list) else value
