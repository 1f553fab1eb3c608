"""Layers wired into a graph, run in order; every z and a comes out by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from pellucid.base.types import AnyArray, Key, Params, Shape, State
from pellucid.functions.draws import blank_key
from pellucid.layers.layer import Layer, has_parts, one_or_all


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
    output_shape: Any  # a shape, or a tuple of them from a layer with several outputs
    owner: str  # whose parameters it uses: itself, or an earlier use of the same layer


class Forward(NamedTuple):
    """Everything a forward pass computed. The compiler drops what nobody reads."""

    z: Mapping[str, Any]  # an array a node, or a tuple of them
    a: Mapping[str, Any]  # the inputs among them
    state: State
    masks: Mapping[str, Any]  # which steps of an output count, where not all do
    toll: Float[Array, ""]  # what activity adds to the loss


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
    _shapes: Mapping[str, Any] = field(init=False, repr=False, compare=False)

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

    def shape_of(self, name: str) -> Any:
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

    def forms(self) -> tuple[Params, State]:
        """Return the shapes and dtypes of parameters and state, with nothing drawn."""
        return jax.eval_shape(lambda: self.init(blank_key()))

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

    def nudges(self, rows: int, dtype: str) -> dict[str, Any]:
        """Return a zero for every element of every z of a batch of `rows`.

        Added to z they change nothing, but the gradient with respect to them is delta:
        how much the loss moves when z is nudged.
        """

        def zeros(shape: Any) -> Any:
            if has_parts(shape):
                return tuple(zeros(part) for part in shape)
            return jnp.zeros((rows, *shape), dtype)

        return {node.name: zeros(node.output_shape) for node in self.nodes}

    def apply(
        self,
        params: Params,
        state: State,
        inputs: Mapping[str, Shaped[AnyArray, "batch ..."]],
        *,
        key: Key,
        training: bool,
        nudges: Mapping[str, Any] | None = None,
        frozen: frozenset[str] = frozenset(),
    ) -> Forward:
        """Run the layers on a batch; add `nudges`, if any, to each z.

        A layer in `frozen` that has parameters runs as it does outside training.
        """
        zs, activations, masks, state = {}, dict(inputs), {}, dict(state)
        toll = jnp.zeros(())
        for index, node in enumerate(self.nodes):
            at_rest = node.owner in frozen and bool(params[node.owner])
            x = one_or_all([activations[name] for name in node.inputs])
            mask = _mask_of([masks.get(name) for name in node.inputs])
            z, state[node.owner] = node.layer.apply(
                params[node.owner],
                state[node.owner],
                x,
                key=jax.random.fold_in(key, index),
                training=training and not at_rest,
                **({"mask": mask} if node.layer.uses_mask else {}),
            )
            if nudges is not None:
                z = _nudged(z, nudges[node.name])
            a = _activated(node.layer, z)
            zs[node.name], activations[node.name] = z, a
            masks[node.name] = node.layer.mask_of(x, mask)
            toll += node.layer.toll(a, state[node.owner])
        masks = {name: mask for name, mask in masks.items() if mask is not None}
        return Forward(zs, activations, state, masks, toll)

    def penalty(self, params: Params) -> Float[Array, ""]:
        """Return what the regularizers of all layers add to the loss."""
        owned = [self[name].layer.penalty(params[name]) for name in self.owners]
        return sum(owned, start=jnp.zeros(()))

    def constrained(self, params: Params) -> dict[str, Params]:
        """Return parameters, of all owners or some, where their layers' constraints allow."""
        return {name: self[name].layer.constrained(group) for name, group in params.items()}

    def up_to(self, name: str) -> "Network":
        """Return the part of this network that computes the node `name`."""
        needed, nodes = {name}, []
        for node in reversed(self.nodes):
            if node.name in needed:
                needed |= {*node.inputs, node.owner}
                nodes.append(node)
        inputs = tuple(source for source in self.inputs if source.name in needed)
        return Network(inputs, tuple(reversed(nodes)), (name,))


def _mask_of(masks: list[Any]) -> Any:
    """Return what a layer is told of the masks of its inputs: None if there are none."""
    return None if all(mask is None for mask in masks) else one_or_all(masks)


def _nudged(z: Any, nudges: Any) -> Any:
    """Return an array, or a tuple of them, with its nudges added."""
    return jax.tree.map(lambda part, nudge: part + nudge.astype(part.dtype), z, nudges)


def _activated(layer: Layer, z: Any) -> Any:
    """Return a = f(z); whole numbers, and the parts of several outputs, pass as they are."""
    if isinstance(z, tuple) or not jnp.issubdtype(z.dtype, jnp.floating):
        return z
    return layer.nonlinearity(z)
