"""A network in numbers: what `model.summary()` prints, as data."""

import functools
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax

from pellucid.base.tree import flatten
from pellucid.base.types import Shape
from pellucid.functions.draws import blank_key
from pellucid.network.network import Network


class Row(NamedTuple):
    """One use of a layer."""

    name: str
    kind: str  # the layer's class
    activation: str | None
    inputs: tuple[str, ...]
    output_shape: Shape
    parameters: int  # 0 for a further use of a shared layer
    trainable: bool
    shared_with: str | None  # the first use, whose parameters it has


class Summary(NamedTuple):
    """A network as rows, in the order in which it runs."""

    inputs: Mapping[str, Shape]
    rows: tuple[Row, ...]
    outputs: tuple[str, ...]
    trainable: int  # parameters that gradients change
    frozen: int  # parameters that stay

    @property
    def depth(self) -> int:
        """How many layers have weights: the input layer is not counted."""
        return sum(row.parameters > 0 for row in self.rows)


def summarize(network: Network, frozen: frozenset[str] = frozenset()) -> Summary:
    """Return the rows of `network`, with the parameters of `frozen` layers apart."""
    counts = {name: parameter_count(params) for name, params in parameter_shapes(network).items()}
    rows = tuple(
        Row(
            node.name,
            type(node.layer).__name__,
            _activation(node.layer),
            node.inputs,
            node.output_shape,
            counts[node.owner] if node.owner == node.name else 0,
            node.owner not in frozen,
            None if node.owner == node.name else node.owner,
        )
        for node in network.nodes
    )
    still = sum(counts[name] for name in counts if name in frozen)
    inputs = {source.name: source.shape for source in network.inputs}
    return Summary(inputs, rows, network.outputs, sum(counts.values()) - still, still)


def parameter_shapes(network: Network) -> dict[str, Any]:
    """Return the shape and dtype of every parameter, without computing one."""
    return dict(_shapes(network)[0])


def names_in_order(network: Network) -> tuple[str, ...]:
    """Return the path of every parameter and state, layer by layer, as layers list them."""
    return _shapes(network)[2]


@functools.lru_cache(maxsize=64)
def _shapes(network: Network) -> tuple[Any, Any, tuple[str, ...]]:
    paths: list[str] = []

    def trace() -> tuple[Any, Any]:
        # JAX sorts dictionaries on their way out; the layers' own order is seen here only.
        params, state = network.init(blank_key())
        for owner in network.owners:
            paths.extend(f"{owner}/{path}" for path in flatten(params[owner]))
            paths.extend(f"{owner}/{path}" for path in flatten(state[owner]))
        return params, state

    params, state = jax.eval_shape(trace)
    return params, state, tuple(paths)


def parameter_count(params: Mapping[str, Any]) -> int:
    """Return how many numbers a mapping of arrays holds."""
    return sum(math.prod(array.shape) for array in flatten(params).values())


def _activation(layer: Any) -> str | None:
    chosen = getattr(layer, "activation", None)
    return getattr(chosen, "__name__", chosen)
