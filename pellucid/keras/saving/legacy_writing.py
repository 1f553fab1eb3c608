"""Keras's old whole-model format: one HDF5 file, its JSON in attributes, arrays by layer."""

from __future__ import annotations

import io
import json
from typing import Any

import h5py
import numpy as np

from pellucid.keras import losses, metrics
from pellucid.keras.engine.base.materials import materialize
from pellucid.keras.engine.base.naming import snake_case
from pellucid.keras.engine.objects.serialization import serialize
from pellucid.keras.saving.archive import VERSION
from pellucid.keras.saving.hdf5 import sealed
from pellucid.keras.saving.optimizer_state import optimizer_arrays

LIMIT = 60_000  # bytes of an attribute, which HDF5 keeps in a header of 64 KB
SPECIAL = ("accuracy", "acc", "crossentropy", "ce")  # which function it is, the output says
TOP = "top_level_model_weights"


def legacy_model_bytes(model: Any, include_optimizer: bool) -> bytes:
    """Return the content of an `.h5` file with the whole model."""
    materialize(model.weights)
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        _write_text(file, "keras_version", VERSION)
        _write_text(file, "backend", "jax")
        whole = serialize(model)
        described = {"class_name": whole["class_name"], "config": whole["config"]}
        _write_text(file, "model_config", json.dumps(described))
        _write_weights(file.create_group("model_weights"), model)
        if include_optimizer and model.compiled:
            _write_text(file, "training_config", json.dumps(_training(whole["compile_config"])))
            _write_optimizer(file.create_group("optimizer_weights"), model)
    return sealed(content.getvalue())


def legacy_weights_bytes(model: Any) -> bytes:
    """Return the content of an `.h5` file with the arrays alone."""
    materialize(model.weights)
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        _write_weights(file, model)
    return sealed(content.getvalue())


def old_order(layer: Any) -> list[Any]:
    """Return a layer's variables in the order of the old format."""
    return [*layer.trainable_variables, *layer.non_trainable_variables]


def _training(config: dict[str, Any]) -> dict[str, Any]:
    optimizer = config["optimizer"]
    described = {"class_name": optimizer["class_name"], "config": optimizer["config"]}
    names = {"loss": losses.ROOM, "metrics": metrics.ROOM, "weighted_metrics": metrics.ROOM}
    given = {n: _full(config[n], room) for n, room in names.items()}
    return {**given, "loss_weights": config["loss_weights"], "optimizer_config": described}


def _full(value: Any, room: Any) -> Any:
    """Return names in full: Keras 3 does not read its own 'mse' back from this format."""
    if isinstance(value, str):
        name = getattr(room.things.get(value), "__name__", value)
        return value if value in SPECIAL else snake_case(name)
    if isinstance(value, list):
        return [_full(item, room) for item in value]
    if isinstance(value, dict) and "class_name" not in value:
        return {name: _full(item, room) for name, item in value.items()}
    return value


def _write_weights(group: h5py.Group, model: Any) -> None:
    layers = model.layers
    _write_words(group, "layer_names", [layer.name for layer in layers])
    _write_text(group, "backend", "jax")
    _write_text(group, "keras_version", VERSION)
    for layer in sorted(layers, key=lambda one: one.name):
        _write_arrays(group.create_group(layer.name.encode()), layer.name, old_order(layer))
    mine = {id(v) for layer in layers for v in layer.weights}
    _write_arrays(group.create_group(TOP), TOP, [v for v in old_order(model) if id(v) not in mine])


def _write_arrays(group: h5py.Group, prefix: str, variables: list[Any]) -> None:
    names: list[str] = []
    for variable in variables:
        path = variable.path if variable.path.startswith(prefix) else f"{prefix}/{variable.path}"
        name, count = path, 0
        while name in names:
            count += 1
            name = f"{path}_{count}"
        names.append(name)
        group.create_dataset(name.encode(), data=variable.numpy())
    _write_words(group, "weight_names", names)


def _write_optimizer(group: h5py.Group, model: Any) -> None:
    arrays = optimizer_arrays(model)
    names = [f"variable_{place}" for place in range(len(arrays))]
    for name, array in zip(names, arrays, strict=True):
        group.create_dataset(name, data=array)
    _write_words(group, "weight_names", names)


def _write_text(group: h5py.Group, name: str, text: str) -> None:
    group.attrs[name] = text


def _write_words(group: h5py.Group, name: str, words: list[str]) -> None:
    array = np.asarray([word.encode("utf-8") for word in words])
    pieces = max(1, -(-array.nbytes // LIMIT))
    for place, piece in enumerate(np.array_split(array, pieces)):
        group.attrs[name if pieces == 1 else f"{name}{place}"] = piece
