"""How Keras divides the arrays of its own layers: an LSTM keeps its in a cell, and so on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.keras.engine.base.variable import Variable
from pellucid.keras.engine.layers.saved import Saved
from pellucid.layers.delegation import Delegate
from pellucid.layers.layer import Layer as CoreLayer
from pellucid.layers.recurrence import Recurrent
from pellucid.layers.spectral import KERNELS, SpectralNormalization
from pellucid.layers.wrapping import Wrapper

RENAMED = {"gate_dense": "_gate_dense"}  # as Keras calls the attribute that holds it


class Part(Saved):
    """Some variables of a layer, and smaller parts by their names."""

    def __init__(self, name: str, own: list[Variable], inside: Mapping[Any, Part]) -> None:
        self.name, self.own_variables_in_files, self.inside = name, own, inside


def parts_of(core: CoreLayer | None, params: Any, state: Any, name: str) -> Part:
    """Return how Keras divides the variables of a layer of the core."""
    while isinstance(core, Delegate):
        core = core.layer
    own = [*_leaves(params), *_leaves(state)]
    if isinstance(core, Recurrent):  # what a stateful one carries is not kept in files
        return Part(name, [], {"cell": Part(f"{name}/cell", _leaves(params), {})})
    inner = core.inside if isinstance(core, Wrapper) else {}
    names = [key for key, tree in {**state, **params}.items() if isinstance(tree, dict)]
    inside = {
        RENAMED.get(key, key): parts_of(
            inner.get(key), params.get(key, {}), state.get(key, {}), f"{name}/{key}"
        )
        for key in names
    }
    if isinstance(core, SpectralNormalization):  # Keras keeps the kernel once more
        own = [v for key, v in params["layer"].items() if key in KERNELS] + own
    return Part(name, own, inside)


def _leaves(tree: Mapping[str, Any]) -> list[Variable]:
    return [v for v in tree.values() if isinstance(v, Variable) and not v.hidden]
