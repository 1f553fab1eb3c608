"""Arrays from Keras's old HDF5 format, layer by layer: in order, or by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.base.errors import ShapeError, explain
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.saving.hdf5 import array_at, group_at, strings_of, text_of
from pellucid.keras.saving.hdf5_reading import Array, Group
from pellucid.keras.saving.legacy_writing import TOP, old_order
from pellucid.keras.saving.optimizer_state import take_optimizer_arrays


def is_legacy(file: Group) -> bool:
    """Tell whether a file is of the old format."""
    return bool(strings_of(file, "layer_names")) or "model_weights" in file.members


def take_legacy_weights(
    model: Any, file: Group, *, by_name: bool = False, skip_mismatch: bool = False
) -> None:
    """Let a model have the arrays of such a file, all or none.

    Raises:
        ShapeError: they are not the model's.
    """
    model._learner.end()
    group = file if strings_of(file, "layer_names") else group_at(file, "model_weights")
    assert group is not None
    names = strings_of(group, "layer_names")
    held = {name: _arrays(group, name) for name in names}
    pairs = _by_name(model, held) if by_name else _in_order(model, held)
    top = _arrays(group, TOP) if TOP in group.members else []
    mine = {id(v) for layer in model.layers for v in layer.weights}
    own = [v for v in old_order(model) if id(v) not in mine]
    if top and len(top) == len(own):
        pairs.append((model.name, own, top))
    matched: list[tuple[Any, Any]] = []
    for name, variables, arrays in pairs:
        matched += _matched(name, variables, arrays, skip_mismatch)
    for variable, array in [(v, held.value()) for v, held in matched]:
        variable.assign(array)


def take_legacy_optimizer(model: Any, file: Group) -> None:
    """Let a model's optimizer go on from what an old file holds; Keras 2's files do not fit."""
    group = group_at(file, "optimizer_weights")
    if group is None:
        return
    if not (text_of(file, "keras_version") or "").startswith("3"):
        hint(
            "old optimizer", "what Keras 2's optimizer remembered is not taken over: it begins anew"
        )
        return
    take_optimizer_arrays(model, _Listed(group))


class _Listed(Mapping[str, Any]):
    """The arrays of an old group by their numbers."""

    def __init__(self, group: Group) -> None:
        self._arrays = [array_at(group, name) for name in strings_of(group, "weight_names")]

    def __getitem__(self, name: str) -> np.ndarray:
        return self._arrays[int(name)].value()

    def __iter__(self) -> Any:
        return iter(map(str, range(len(self._arrays))))

    def __len__(self) -> int:
        return len(self._arrays)

    def shape_of(self, name: str) -> tuple[int, ...]:
        """Return the shape an array is said to have."""
        return self._arrays[int(name)].shape


def _arrays(group: Group, name: str) -> list[Array]:
    layer = group_at(group, name)
    return [] if layer is None else [array_at(layer, n) for n in strings_of(layer, "weight_names")]


def _in_order(model: Any, held: dict[str, list[Any]]) -> list[tuple[str, list[Any], list[Any]]]:
    layers = [layer for layer in model.layers if layer.weights]
    saved = {name: arrays for name, arrays in held.items() if arrays}
    if len(saved) != len(layers):
        what = "The file has arrays for another number of layers than the model."
        got, expected = ", ".join(saved) or "none", ", ".join(layer.name for layer in layers)
        tip = "by_name=True takes those whose names are equal"
        raise ShapeError(explain(what, got=got, expected=expected or "none", hint=tip))
    pairs = zip(layers, saved.values(), strict=True)
    return [(layer.name, old_order(layer), arrays) for layer, arrays in pairs]


def _by_name(model: Any, held: dict[str, list[Any]]) -> list[tuple[str, list[Any], list[Any]]]:
    found = [layer for layer in model.layers if held.get(layer.name)]
    return [(layer.name, old_order(layer), held[layer.name]) for layer in found]


def _matched(
    name: str, variables: list[Any], arrays: list[Any], skip_mismatch: bool
) -> list[tuple[Any, Any]]:
    got, expected = [tuple(a.shape) for a in arrays], [tuple(v.shape) for v in variables]
    if got == expected:
        return list(zip(variables, arrays, strict=True))
    if skip_mismatch:
        hint(f"skipped {name}", f"{name}: the file has arrays {got}, not {expected}; skipped")
        return []
    what = f"The file does not fit the layer {name!r}."
    raise ShapeError(explain(what, got=got, expected=expected, hint="skip_mismatch=True"))
