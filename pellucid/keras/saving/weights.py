"""A model's arrays in an HDF5 file, in the order and under the names of Keras."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from pellucid.base.errors import PellucidError, ShapeError, explain
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.materials import materialize
from pellucid.keras.saving.hdf5 import Store, group_at, sealed
from pellucid.keras.saving.hdf5_reading import Group
from pellucid.keras.saving.optimizer_state import optimizer_arrays, take_optimizer_arrays
from pellucid.keras.saving.places import Place, places_of


def weights_bytes(model: Any) -> bytes:
    """Return the content of a `.weights.h5` file."""
    materialize(model.weights)
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for place in places_of(model, optimizers=True):
            path = f"{place.path}/vars" if place.path else "vars"
            group = file.require_group(path.encode())  # bytes: names of any letters in old tables
            name = getattr(place.holder, "name", None)
            if isinstance(name, str):
                group.attrs["name"] = name
            for key, array in _arrays(place).items():
                _write(group, key, array)
    return sealed(content.getvalue())


def take_weights(model: Any, file: Group, *, skip_mismatch: bool = False) -> None:
    """Let a model have the arrays of such a file, all or none; an optimizer its memory.

    Raises:
        ShapeError: an array is missing, too many, or of another shape than the model's.
    """
    model._learner.end()
    found = [
        (place, Store(group_at(file, f"{place.path}/vars")))
        for place in places_of(model, optimizers=True)
    ]
    fitting = list(_fitting(found, skip_mismatch))
    for place, store in fitting:
        if place.model is None:
            place.holder.load_own_variables(store)
        elif len(store):
            take_optimizer_arrays(place.model, store)


def _arrays(place: Place) -> dict[str, np.ndarray]:
    if place.model is not None:
        return {str(i): array for i, array in enumerate(optimizer_arrays(place.model))}
    store: dict[str, Any] = {}
    place.holder.save_own_variables(store)
    return {name: np.asarray(array) for name, array in store.items()}


def _write(group: h5py.Group, name: str, array: np.ndarray) -> None:
    if array.dtype.name == "bfloat16":
        group.create_dataset(name.encode(), data=array.view("V2")).attrs["dtype"] = "bfloat16"
    else:
        group.create_dataset(name.encode(), data=array)


def _fitting(
    found: list[tuple[Place, Store]], skip_mismatch: bool
) -> Iterator[tuple[Place, Store]]:
    """Give what fits; refuse what does not before anything is read."""
    for place, store in found:
        try:
            _check(place, store)
        except PellucidError:
            if not skip_mismatch:
                raise
            hint(f"skipped {place.path}", f"{place.holder.name}: other arrays in the file, skipped")
            continue
        yield place, store


def _check(place: Place, store: Store) -> None:
    own = getattr(type(place.holder), "load_own_variables", None)
    if place.model is not None or own is None or not own.__module__.startswith("pellucid."):
        return  # it is looked at by whoever reads it
    expected = {str(i): v.shape for i, v in enumerate(place.holder.own_variables_in_files)}
    shapes = {name: store.shape_of(name) for name in store}
    if shapes != {name: tuple(shape) for name, shape in expected.items()}:
        what = (
            f"The file does not fit the model at {place.path or 'its top'}: {place.holder.name!r}."
        )
        got = ", ".join(map(str, shapes.values())) or "no arrays"
        wanted = ", ".join(str(tuple(shape)) for shape in expected.values()) or "no arrays"
        tip = "make the model as it was when it was saved, and build it; or skip_mismatch=True"
        raise ShapeError(explain(what, got=got, expected=wanted, hint=tip))
