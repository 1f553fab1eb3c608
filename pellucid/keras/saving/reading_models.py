"""Whole models, read from files of any of Keras's formats."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from pellucid.base.errors import ConfigError, FileError, ShapeError, explain
from pellucid.interop.door import guarded, parsed, warn_of_nonfinite
from pellucid.keras import layers as _layers
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.registered import custom_object_scope
from pellucid.keras.engine.models.sequential import Sequential
from pellucid.keras.engine.objects.serialization import deserialize, sharing
from pellucid.keras.saving.archive import read_archive
from pellucid.keras.saving.assets import take_assets
from pellucid.keras.saving.hdf5 import opened, text_of
from pellucid.keras.saving.legacy_config import compile_arguments, modern_model
from pellucid.keras.saving.legacy_reading import take_legacy_optimizer, take_legacy_weights
from pellucid.keras.saving.weights import take_weights

FILLED = (_layers, Sequential)  # importing them fills the tables of names

READ_BY = {".onnx": "pellucid.load_onnx(path)", ".safetensors": "pellucid.load(path)"}


def load_model(
    filepath: str | PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Return the model that a `.keras` or an old `.h5` file holds, ready to go on training.

    Names of classes and functions are looked up in Keras's own tables, among what was
    registered, and in `custom_objects`; nothing is imported, and no code is run. So
    `safe_mode` makes no difference.

    Raises:
        FileError: the file is not there, is damaged, or names what is not known.
        ShapeError: its arrays are not those of the model it describes.
    """
    if not safe_mode:
        hint(
            "safe_mode", "load_model(safe_mode=False) makes no difference: no code in files is run"
        )
    path = Path(filepath)
    if path.is_dir():
        what = f"{str(path)!r} is a folder."
        tip = "open it with TensorFlow, and save it as .keras or .h5"
        expected = "a .keras or .h5 file"
        raise FileError(
            explain(what, got="a SavedModel of TensorFlow?", expected=expected, hint=tip)
        )
    if not path.is_file():
        what = f"There is no file {str(path)!r}."
        raise FileError(explain(what, got="nothing there", expected="a .keras or .h5 file"))
    if path.suffix.lower() in READ_BY and not zipfile.is_zipfile(path):
        what = f"{str(path)!r} is no file of Keras."
        expected, tip = "a .keras or .h5 file", READ_BY[path.suffix.lower()]
        raise FileError(explain(what, got=path.suffix, expected=expected, hint=tip))
    read = _from_archive if path.suffix == ".keras" or zipfile.is_zipfile(path) else _from_old
    with guarded(path, "saved model", ShapeError):
        model = read(path, custom_objects or {}, compile)
    warn_of_nonfinite(path, {v.path: v.numpy() for v in model.weights})
    return model


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the model that a JSON text describes, with fresh arrays.

    It is compiled if the text says how, in names that are known.
    """
    config = parsed(json_string)
    try:
        return model_from_config(config, custom_objects)
    except FileError:
        if not config.get("compile_config"):
            raise
    model = model_from_config({**config, "compile_config": {}}, custom_objects)
    hint("json", "the JSON's loss or metrics are not known here: say compile(...) before fit")
    return model


def model_from_config(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the model that a description means, with fresh arrays."""
    if isinstance(config, list) or not isinstance(config, Mapping) or "config" not in config:
        what = "This is no description of a model."
        got, tip = type(config).__name__, "for get_config(): Sequential.from_config(config)"
        expected = "class_name and config"
        raise ConfigError(explain(what, got=got, expected=expected, hint=tip))
    with custom_object_scope(custom_objects or {}), sharing():
        return deserialize(modern_model(config), custom_objects)


def model_from_yaml(yaml_string: str, custom_objects: Any = None) -> Any:
    """Refuse: no Keras reads YAML any more."""
    del yaml_string, custom_objects
    what = "Models are not read from YAML any more."
    raise ConfigError(explain(what, got="YAML", expected="JSON", hint="model_from_json(...)"))


def _from_archive(path: Path, custom_objects: Mapping[str, Any], compile: bool) -> Any:
    archive = read_archive(path)
    config = dict(archive.config)
    if not compile:
        config["compile_config"] = {}
    with custom_object_scope(custom_objects), sharing():
        model = deserialize(config, custom_objects)
        if not hasattr(model, "load_weights"):
            what = f"{str(path)!r} describes something else than a model."
            got = config.get("class_name")
            raise FileError(explain(what, got=got, expected="Sequential, Functional, or your own"))
        take_assets(model, archive.assets)
        take_weights(model, opened(archive.weights))
    return model


def _from_old(path: Path, custom_objects: Mapping[str, Any], compile: bool) -> Any:
    hint("model .h5", ".h5 is Keras's old format: model.save('model.keras') keeps more")
    file = opened(path.read_bytes())
    described = text_of(file, "model_config")
    if described is None:
        what = f"{str(path)!r} holds no model."
        tip = "make the model, then model.load_weights(...)"
        got = "arrays without a model_config"
        raise FileError(explain(what, got=got, expected="a saved model", hint=tip))
    model = model_from_config(parsed(described), custom_objects)
    take_legacy_weights(model, file)
    training = text_of(file, "training_config")
    if compile and training is not None:
        with custom_object_scope(custom_objects):
            given = deserialize(compile_arguments(parsed(training)), custom_objects)
            model.compile(**given)
        take_legacy_optimizer(model, file)
    return model
