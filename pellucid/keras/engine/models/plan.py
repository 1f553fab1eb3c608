"""From a model of Keras layers to a network of the core, and whose variables it runs on.

Models inside the model are opened up, so that every layer is a node of its own. A layer
nobody has named is counted anew in each network: models built alike are equal networks
then, and share their programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp

from pellucid.base.config import config
from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import Key, Params, Shape, State
from pellucid.keras.engine.base.naming import snake_case
from pellucid.keras.engine.base.tensor import KerasTensor
from pellucid.keras.engine.layers.custom import Custom, variables_of
from pellucid.keras.engine.layers.node import Node, in_order
from pellucid.keras.engine.layers.translated import TAKES_IDS
from pellucid.layers.activation import Identity
from pellucid.layers.delegation import InMode, Part
from pellucid.layers.layer import Layer as CoreLayer
from pellucid.layers.layer import has_parts, one_or_all
from pellucid.network.graph import Names
from pellucid.network.network import Network, Source
from pellucid.network.network import Node as CoreNode


class Plan(NamedTuple):
    """A network, and the Keras layer behind each owner of parameters in it."""

    network: Network
    layers: dict[str, Any]

    def variables(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the variables behind the network's params and state, as trees."""
        params, state = {}, {}
        for owner in self.network.owners:
            core = self.network[owner].layer
            params[owner], state[owner] = _variables(core, self.layers.get(owner))
        return params, state

    def say_before_use(self) -> None:
        """Let layers say what is to be said before numbers pass through them."""
        for layer in self.layers.values():
            layer.before_use()

    def frozen(self) -> frozenset[str]:
        """Return the owners that training does not change."""
        return frozenset(
            owner
            for owner, layer in self.layers.items()
            if not isinstance(self.network[owner].layer, Custom) and not layer.trainable
        )


@config
class AsIds(CoreLayer):
    """Numbers that arrive as floats, as the ids they are."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def apply(self, params: Params, state: State, x: Any, *, key: Key, training: bool) -> Any:
        return jnp.round(x).astype("int32"), state


def plan(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor], shapes: Any = None) -> Plan:
    """Return the network from `inputs` to `outputs`, for examples of `shapes` if given.

    Raises:
        ConfigError: an output needs an input that is not listed.
    """
    builder = _Builder()
    names = {}
    for place, symbol in enumerate(inputs):
        shape = tuple(symbol.shape[1:]) if shapes is None else tuple(shapes[place])
        names[id(symbol)] = builder.source(symbol, shape)
    builder.expand(outputs, names, None)
    ends = []
    for symbol in outputs:
        name = names[id(symbol)]
        taken = name in ends or name in builder.sources
        ends.append(builder.add(Identity(), [name], name) if taken else name)
    sources = tuple(builder.sources.values())
    return Plan(Network(sources, tuple(builder.nodes), tuple(ends)), builder.layers)


class _Builder:
    """Collects the nodes of a network, inputs first."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}
        self.nodes: list[CoreNode] = []
        self.layers: dict[str, Any] = {}
        self._names, self._owners = Names(), {}
        self._shapes: dict[str, Any] = {}

    def source(self, symbol: KerasTensor, shape: Shape) -> str:
        """Add an input; return its name."""
        history = symbol._keras_history
        named = history is not None and history.layer.is_named
        name = self._names.free(symbol.name if named else "x")
        kind = (
            "int32" if symbol.dtype.startswith(("int", "uint32", "uint16", "bool")) else "float32"
        )
        self.sources[name], self._shapes[name] = Source(name, shape, kind), shape
        return name

    def add(self, core: CoreLayer, reads: list[str], name: str, owner: str | None = None) -> str:
        """Add a node; return its name."""
        free = self._names.free(name)
        shape = core.output_shape(one_or_all([self._shapes[read] for read in reads]))
        self._shapes[free] = shape
        self.nodes.append(CoreNode(free, core, tuple(reads), shape, owner or free))
        return free

    def expand(
        self, outputs: Sequence[KerasTensor], names: dict[int, str], mode: bool | None
    ) -> None:
        """Add what `outputs` need, below the symbols named already; name the rest."""
        for node in in_order(list(outputs), set(names)):
            if not node.inputs:
                what = f"An output needs the input {node.layer.name!r}, which is not listed."
                hint = "list every Input the outputs depend on"
                raise ConfigError(explain(what, got="not listed", expected="listed", hint=hint))
            asked = node.kwargs.get("training", mode)
            asked = mode if asked is None else asked
            if getattr(node.layer, "is_graph", False):
                self._open(node, names, asked)
            else:
                self._call(node, names, asked)

    def _open(self, node: Node, names: dict[int, str], mode: bool | None) -> None:
        """Add the nodes of a model that was called as a layer."""
        model = node.layer
        inside = {
            id(symbol): names[id(given)]
            for symbol, given in zip(model.inputs, node.inputs, strict=True)
        }
        self.expand(model.outputs, inside, mode)
        for symbol, given in zip(model.outputs, node.output_symbols, strict=True):
            names[id(given)] = inside[id(symbol)]

    def _call(self, node: Node, names: dict[int, str], mode: bool | None) -> None:
        core, inputs = _core_of(node)
        reads = [names[id(symbol)] for symbol in inputs]
        if type(core).__name__ in TAKES_IDS:
            reads = [self._ids(read) for read in reads]
        if mode is not None and not isinstance(core, InMode):
            core = InMode(core, training=bool(mode))
        owner = self._owners.get(id(node.layer))
        base = node.layer.name if node.layer.is_named else snake_case(type(node.layer).__name__)
        name = self.add(core, reads, base, owner)
        if owner is None:
            self._owners[id(node.layer)], self.layers[name] = name, node.layer
        symbols = node.output_symbols
        if not has_parts(self._shapes[name]):
            names[id(symbols[0])] = name
            return
        for place, symbol in enumerate(symbols):
            names[id(symbol)] = self.add(Part(place), [name], f"{base}_{place}")

    def _ids(self, read: str) -> str:
        """Return where the ids come from: the input itself, made whole, or a node after it."""
        if read in self.sources:
            self.sources[read] = self.sources[read]._replace(dtype="int32")
            return read
        return self.add(AsIds(), [read], f"{read}_ids")


def _core_of(node: Node) -> tuple[CoreLayer, list[Any]]:
    """Return the core layer of a call: the same as before while the layer's settings stay."""
    core, inputs = node.layer.core_call(node.args, node.kwargs)
    if isinstance(core, Custom):
        if node.custom is not None and node.custom.settings == core.settings:
            core = node.custom
        node.custom = core
    return core, inputs


def _variables(core: CoreLayer, layer: Any) -> tuple[Any, Any]:
    inner = core.layer if isinstance(core, InMode) else core
    if isinstance(inner, Custom):
        moving, still = variables_of(layer)
        return moving, {**still, "toll": 0.0}
    return getattr(layer, "_params", {}), getattr(layer, "_state", {})
