"""Layers wired into a graph, run in order; every z and a comes out by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from pellucid.base.types import AnyArray, Key, Params, Shape, State
from pellucid.layers.layer import Layer, one_or_all


class Source(NamedTuple):
    """One input of a network."""

    name: str
    shape: Shape
    dtype: str


class Node(NamedTuple):
    """One use of a layer: its name, and the names of the nodes it reads."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    output_shape: Shape
    owner: str  # whose parameters it uses: itself, or an earlier use of the same layer


class Forward(NamedTuple):
    """Everything a forward pass computed. The compiler drops what nobody reads."""

    z: Mapping[str, Float[Array, "batch ..."]]
    a: Mapping[str, Shaped[Array, "batch ..."]]  # the inputs among them
    state: State


@dataclass(frozen=True)
class Network:
    """A graph of layers in an order in which they can run.

    It is a value: two networks of equal layers wired alike are equal, so what is compiled
    for one serves the other.
    """

    inputs: tuple[Source, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    _places: Mapping[str, Node] = field(init=False, repr=False, compare=False)
    _shapes: Mapping[str, Shape] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shapes = {source.name: source.shape for source in self.inputs}
        shapes |= {node.name: node.output_shape for node in self.nodes}
        object.__setattr__(self, "_places", {node.name: node for node in self.nodes})
        object.__setattr__(self, "_shapes", shapes)

    def __getitem__(self, name: str) -> Node:
        return self._places[name]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    @property
    def owners(self) -> tuple[str, ...]:
        """The names under which parameters are kept, in order."""
        return tuple(node.name for node in self.nodes if node.name == node.owner)

    def shape_of(self, name: str) -> Shape:
        """Return the shape of one example of an input or of a node's output."""
        return self._shapes[name]

    def init(self, key: Key) -> tuple[Params, State]:
        """Return fresh parameters and state, by owner."""
        params, state = {}, {}
        for index, node in enumerate(self.nodes):
            if node.owner == node.name:
                shapes = one_or_all([self.shape_of(name) for name in node.inputs])
                arrays = node.layer.init(jax.random.fold_in(key, index), shapes)
                params[node.owner], state[node.owner] = arrays
        return params, state

    def feed(
        self, columns: Mapping[str, Shaped[AnyArray, "batch ..."]], dtype: str
    ) -> dict[str, Shaped[AnyArray, "batch ..."]]:
        """Return stored columns as the types the layers compute with.

        What is kept small (bytes of an image) becomes `dtype` here, a batch at a time.
        """
        kinds = {source.name: source.dtype for source in self.inputs}
        return {
            name: column.astype(dtype if kinds[name].startswith("float") else kinds[name])
            for name, column in columns.items()
        }

    def nudges(self, rows: int, dtype: str) -> dict[str, Float[Array, "batch ..."]]:
        """Return a zero for every element of every z of a batch of `rows`.

        Added to z they change nothing, but the gradient with respect to them is delta:
        how much the loss moves when z is nudged.
        """
        return {node.name: jnp.zeros((rows, *node.output_shape), dtype) for node in self.nodes}

    def apply(
        self,
        params: Params,
        state: State,
        inputs: Mapping[str, Shaped[AnyArray, "batch ..."]],
        *,
        key: Key,
        training: bool,
        nudges: Mapping[str, Float[Array, "batch ..."]] | None = None,
        frozen: frozenset[str] = frozenset(),
    ) -> Forward:
        """Run the layers on a batch; add `nudges`, if any, to each z.

        A layer in `frozen` that has parameters runs as it does outside training.
        """
        zs, activations, state = {}, dict(inputs), dict(state)
        for index, node in enumerate(self.nodes):
            at_rest = node.owner in frozen and bool(params[node.owner])
            z, state[node.owner] = node.layer.apply(
                params[node.owner],
                state[node.owner],
                one_or_all([activations[name] for name in node.inputs]),
                key=jax.random.fold_in(key, index),
                training=training and not at_rest,
            )
            zs[node.name] = z if nudges is None else z + nudges[node.name].astype(z.dtype)
            activations[node.name] = node.layer.nonlinearity(zs[node.name])
        return Forward(zs, activations, state)

    def penalty(self, params: Params) -> Float[Array, ""]:
        """Return what the regularizers of all layers add to the loss."""
        owned = [self[name].layer.penalty(params[name]) for name in self.owners]
        return sum(owned, start=jnp.zeros(()))

    def up_to(self, name: str) -> "Network":
        """Return the part of this network that computes the node `name`."""
        needed, nodes = {name}, []
        for node in reversed(self.nodes):
            if node.name in needed:
                needed |= {*node.inputs, node.owner}
                nodes.append(node)
        inputs = tuple(source for source in self.inputs if source.name in needed)
        return Network(inputs, tuple(reversed(nodes)), (name,))
