"""A model and its files, in Keras's words: save, load_weights, to_json, and what they need."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from typing import Any

from pellucid.base.errors import ConfigError, explain
from pellucid.interop.door import refuse_too_many
from pellucid.keras import saving  # which loads h5py when a file is read or written
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.registered import custom_object_scope
from pellucid.keras.engine.models.exporting import export_model
from pellucid.keras.engine.models.graph_config import graph_from_config, layer_from
from pellucid.keras.engine.objects.serialization import deserialize, serialize, sharing


class Files:
    """What a model is as a file, and back."""

    _learner: Any
    _graph: Any
    is_graph: Any
    compiled: Any
    name: str

    def save(
        self,
        filepath: str | PathLike[str],
        overwrite: bool = True,
        zipped: bool | None = None,
        **kwargs: Any,
    ) -> None:
        """Write the whole model, its optimizer's memory included, to a `.keras` file.

        A path that ends in .h5 or .hdf5 gets Keras's old format.

        Raises:
            ConfigError: the path ends in anything else, or the model holds what no file can.
        """
        saving.save_model(self, filepath, overwrite, zipped, **kwargs)

    def save_weights(
        self, filepath: str | PathLike[str], overwrite: bool = True, **kwargs: Any
    ) -> None:
        """Write the arrays alone to a `.weights.h5` file."""
        saving.save_weights(self, filepath, overwrite, **kwargs)

    def load_weights(
        self, filepath: str | PathLike[str], skip_mismatch: bool = False, **kwargs: Any
    ) -> None:
        """Take the arrays of a `.weights.h5`, `.keras` or old `.h5` file, all or none.

        Raises:
            ShapeError: they are not the model's.
            FileError: the file is not there, or damaged.
        """
        saving.load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def to_json(self, **kwargs: Any) -> str:
        """Return the description of the model, its arrays left out, as JSON."""
        with sharing():
            return json.dumps(serialize(self), **kwargs)

    def to_yaml(self, **kwargs: Any) -> str:
        """Refuse: no Keras reads YAML any more."""
        del kwargs
        what = "Models are not written as YAML any more."
        tip = "model.to_json(), or model.save('model.keras')"
        raise ConfigError(explain(what, got="to_yaml()", expected="to_json()", hint=tip))

    def export(self, filepath: Any, format: str = "tf_saved_model", **kwargs: Any) -> None:
        """Write the model as it predicts: "onnx", or "numpy" and "stablehlo" beside Keras's own.

        A path that ends in .onnx, .py or .stablehlo says the format. Other frameworks' formats
        are refused.
        """
        del kwargs
        export_model(self, filepath, format)

    # Its description

    @property
    def keras_address(self) -> tuple[str, str] | None:
        """Return where files say this class is from, where that is not where it is."""
        plain = type(self).__name__ == "Model" and type(self).__module__.startswith("pellucid.")
        return ("keras.src.models.functional", "Functional") if plain and self.is_graph else None

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Any:
        """Return the model that `get_config` described, with fresh arrays."""
        if "layers" not in config:
            return cls(**config)
        with custom_object_scope(custom_objects or {}):
            if "input_layers" in config:
                inputs, outputs = graph_from_config(config)
                kind: Any = cls
                made = kind(inputs=inputs, outputs=outputs, name=config.get("name"))
                made._trainable = bool(config.get("trainable", True))
                return made
            return _stacked(cls, config)

    def get_build_config(self) -> dict[str, Any] | None:
        """Return the shapes of the inputs, for a model that is more than its graph."""
        if self._graph is None or self.is_graph:
            return None
        return {"input_shape": _shapes(self._graph.inputs)}

    def get_compile_config(self) -> dict[str, Any]:
        """Return what `compile` was given, as JSON values; nothing if it was not called."""
        settings = self._learner.settings
        if settings is None:
            return {}
        kept = (name for name in settings._fields if name != "watch")  # which is of a session
        given = {name: serialize(getattr(settings, name)) for name in kept}
        more = {"run_eagerly": False, "steps_per_execution": 1, "jit_compile": True}
        return {"optimizer": serialize(self._learner.optimizer), **given, **more}

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Compile as the model was when that was described."""
        if not type(self).compile.__module__.startswith("pellucid."):  # pyright: ignore
            hint("own compile", f"{self.name} has its own compile(): call it after loading")
            return
        self.compile(**deserialize(config))  # pyright: ignore[reportAttributeAccessIssue]


def stack_config(model: Any) -> dict[str, Any]:
    """Return the description of a model of layers one after another."""
    source = model._source
    first = [] if source is None else [source._keras_history.layer]
    base = {"name": model.name, "trainable": model.trainable, "dtype": model.dtype}
    described = {**base, "layers": [serialize(layer) for layer in [*first, *model._stack]]}
    return described if source is None else {**described, "build_input_shape": list(source.shape)}


def _stacked(cls: Any, config: Mapping[str, Any]) -> Any:
    made = cls(name=config.get("name"))
    refuse_too_many(config["layers"])
    for entry in config["layers"]:
        made.add(layer_from(entry))
    shape = config.get("build_input_shape")
    if shape and made._source is None:
        made.build(tuple(shape))
    made._trainable = bool(config.get("trainable", True))
    return made


def _shapes(structure: Any) -> Any:
    if isinstance(structure, dict):
        return {name: _shapes(part) for name, part in structure.items()}
    if isinstance(structure, list | tuple):
        return [_shapes(part) for part in structure]
    return list(structure.shape)
