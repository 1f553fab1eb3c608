"""Models and their arrays, written to files: whole, or not at all."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from pellucid.base.errors import ConfigError, FileError, explain
from pellucid.interop.atomic import write_atomically
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.models.of_core import keras_model
from pellucid.keras.engine.objects.serialization import serialize, sharing
from pellucid.keras.saving.archive import write_archive
from pellucid.keras.saving.assets import assets_of
from pellucid.keras.saving.legacy_writing import legacy_model_bytes, legacy_weights_bytes
from pellucid.keras.saving.weights import weights_bytes
from pellucid.models.model import Model as CoreModel

OLD = (".h5", ".hdf5")
ENDINGS = {"keras": ".keras", "h5": ".h5", "hdf5": ".h5"}


def save_model(
    model: Any,
    filepath: str | PathLike[str],
    overwrite: bool = True,
    zipped: bool | None = None,
    *,
    include_optimizer: bool = True,
    save_format: str | None = None,
) -> None:
    """Write a model to a `.keras` file, or to an `.h5` file of the old format.

    Of a `pellucid.Model`, layers and arrays are written, and not what its optimizer remembers.

    Raises:
        ConfigError: the path ends in anything else, or the model holds what no file can, or
            Keras has no layer for one of its layers.
        FileError: the file is there and may not be overwritten.
    """
    path = Path(filepath)
    if isinstance(model, CoreModel):
        model = keras_model(model)
    if save_format is not None:
        hint("save_format", "save(save_format=...) is gone: the end of the path says the format")
        if not path.suffix and save_format in ENDINGS:
            path = path.with_suffix(ENDINGS[save_format])
    if zipped is False:
        what = "A model is saved as one file."
        raise ConfigError(explain(what, got="zipped=False", expected="zipped=True"))
    if path.suffix not in (".keras", *OLD):
        what = f"The path {str(path)!r} does not say in which format to save."
        tip = f"model.save({str(path.with_suffix('.keras'))!r})"
        got = path.suffix or "no ending"
        raise ConfigError(explain(what, got=got, expected=".keras (or .h5, the old one)", hint=tip))
    _may_write(path, overwrite)
    if path.suffix in OLD:
        hint("model .h5", ".h5 is Keras's old format: model.save('model.keras') keeps more")
        write_atomically(path, legacy_model_bytes(model, include_optimizer))
        return
    with sharing():
        config = serialize(model)
    if not include_optimizer:
        config = {**config, "compile_config": {}}
    write_archive(path, config, weights_bytes(model), assets_of(model))


def save_weights(
    model: Any,
    filepath: str | PathLike[str],
    overwrite: bool = True,
    save_format: str | None = None,
    max_shard_size: Any = None,
) -> None:
    """Write a model's arrays to a `.weights.h5` file, or to an `.h5` file of the old format.

    Raises:
        ConfigError: the path ends in anything else.
        FileError: the file is there and may not be overwritten.
    """
    path = Path(filepath)
    if max_shard_size is not None:
        what = "The arrays of a model are written to one file."
        expected = "no max_shard_size"
        raise ConfigError(explain(what, got=f"max_shard_size={max_shard_size}", expected=expected))
    if save_format is not None:
        hint("save_format", "save_weights(save_format=...) is gone: the path says the format")
    if path.suffix not in OLD:
        what = f"The path {str(path)!r} does not say in which format to save the weights."
        tip = f"model.save_weights({str(path.with_suffix('.weights.h5'))!r})"
        got = path.suffix or "no ending"
        raise ConfigError(explain(what, got=got, expected=".weights.h5", hint=tip))
    _may_write(path, overwrite)
    if path.name.endswith(".weights.h5"):
        write_atomically(path, weights_bytes(model))
        return
    hint("save_weights .h5", "Keras 3 calls a file of weights *.weights.h5")
    write_atomically(path, legacy_weights_bytes(model))


def _may_write(path: Path, overwrite: bool) -> None:
    if path.is_dir():
        what = f"There is a folder where the file should be: {str(path)!r}."
        raise FileError(explain(what, got="a folder", expected="a path of a file"))
    if path.exists() and not overwrite:
        what = f"{str(path)!r} is there already."
        raise FileError(
            explain(what, got="overwrite=False", expected="overwrite=True, or a new path")
        )
    path.parent.mkdir(parents=True, exist_ok=True)
