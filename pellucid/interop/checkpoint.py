"""A model and its whole training state in one file, bit for bit.

The file is safetensors: a table of named arrays, with a JSON description in its header.
Arrays are data and names are looked up in registries, so reading a file runs no code.
"""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from pellucid.base.errors import ConfigError, FileError, explain
from pellucid.functions.losses import LOSSES
from pellucid.functions.metrics import METRICS
from pellucid.interop.door import guarded
from pellucid.interop.network_json import network_from_json, network_to_json
from pellucid.interop.sealed import Sealed, read_sealed, write_sealed
from pellucid.network.network import Network
from pellucid.optimizers.optimizer import OPTIMIZERS
from pellucid.training.programs import compile_start
from pellucid.training.state import Goal, Measure, Recipe, TrainState

FORMAT = "pellucid checkpoint 1"
OF_KERAS = "pellucid.keras.saving.save_model(model, path)"
OTHERS = {".keras": OF_KERAS, ".h5": OF_KERAS, ".hdf5": OF_KERAS, ".onnx": "model.export(path)"}


class Checkpoint(NamedTuple):
    """What is kept of a model: how it is built and trained, and where it stands."""

    network: Network
    recipe: Recipe | None  # None for a model that was not compiled
    train: TrainState


def write_checkpoint(path: str | PathLike[str], checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all.

    Raises:
        ConfigError: it holds a function of one's own, which a file cannot name; or the path
            ends as files of another form do.
    """
    ending = Path(path).suffix.lower()
    if ending in OTHERS:
        what = f"{path} would not be what its name says: a model is saved as safetensors."
        hint = OTHERS[ending]
        raise ConfigError(explain(what, got=ending, expected=".safetensors", hint=hint))
    arrays = {f"{i:05d}": np.asarray(leaf) for i, leaf in enumerate(_leaves(checkpoint.train))}
    described = {
        "format": FORMAT,
        "network": network_to_json(checkpoint.network),
        "recipe": None if checkpoint.recipe is None else _recipe_to_json(checkpoint.recipe),
    }
    write_sealed(path, Sealed(described, arrays))


def read_checkpoint(path: str | PathLike[str]) -> Checkpoint:
    """Return the checkpoint in a file.

    Raises:
        FileError: there is no such file, or it is damaged, or not a checkpoint.
    """
    described, arrays = read_sealed(path, FORMAT, "saved model")
    with guarded(path, "saved model"):
        return _checkpoint(described, arrays)


def _checkpoint(described: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Checkpoint:
    network = network_from_json(described["network"])
    recipe = None
    if described["recipe"] is not None:
        recipe = _recipe_from_json(network, described["recipe"])
    like = _state_like(network, recipe)
    leaves, tree = jax.tree.flatten(like)
    wanted = [(leaf.shape, leaf.dtype) for leaf in leaves]
    held = [arrays[name] for name in sorted(arrays)]
    if [(array.shape, array.dtype) for array in held] != wanted:
        what = "The arrays do not fit the network that is described."
        raise FileError(explain(what, got=f"{len(held)} arrays", expected=f"{len(wanted)}"))
    return Checkpoint(network, recipe, jax.tree.unflatten(tree, held))


def _state_like(network: Network, recipe: Recipe | None) -> TrainState:
    seed = jax.ShapeDtypeStruct((2,), np.uint32)
    params, state = network.forms()
    if recipe is not None:
        return jax.eval_shape(compile_start(recipe), seed, params, state)
    count = jax.ShapeDtypeStruct((), np.int32)
    rate = jax.ShapeDtypeStruct((), np.float32)
    return TrainState(params, state, {}, rate, count, count, seed)  # pyright: ignore[reportArgumentType]


def _recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    return {
        "goals": [[g.output, _named(g.loss), g.weight] for g in recipe.goals],
        "measures": [[m.name, m.output, _named(m.metric), m.weighted] for m in recipe.measures],
        "optimizer": _named(recipe.optimizer),
        "frozen": sorted(recipe.frozen),
        "dtype": recipe.dtype,
    }


def _recipe_from_json(network: Network, value: Mapping[str, Any]) -> Recipe:
    return Recipe(
        network,
        tuple(Goal(output, LOSSES.resolve(loss), w) for output, loss, w in value["goals"]),
        tuple(Measure(n, o, METRICS.resolve(m), w) for n, o, m, w in value["measures"]),
        OPTIMIZERS.resolve(value["optimizer"]),
        frozen=frozenset(value["frozen"]),
        dtype=value["dtype"],
    )


def _named(thing: Any) -> dict[str, Any]:
    return {"class_name": type(thing).__name__, "config": thing.to_config()}


def _leaves(train: TrainState) -> list[Any]:
    return jax.tree.leaves(jax.device_get(train))
