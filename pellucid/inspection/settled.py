"""Noise whose dice are cast: the mask of one step's dropout, as numbers.

Every noise layer is z = gain x + shift with numbers that depend on the key alone. What they
were in one step is found by asking the layer about ones and zeros. A network in which they
are inputs is the same step without chance, and can be run again, in float64 too.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from pellucid.base.config import config
from pellucid.base.types import AnyArray, Key, Params, Seed, State
from pellucid.layers.layer import Layer
from pellucid.layers.noise import Noise
from pellucid.network.network import Network, Node, Source
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.state import NOISE, key_for

Dice: TypeAlias = Mapping[str, Float[AnyArray, "rows ..."]]  # "dropout.gain", "dropout.shift"


@config
class Settled(Layer):
    """z = gain x + shift, of three inputs."""

    merges = True

    def output_shape(self, input_shape: Any) -> Any:
        return input_shape[0]

    def apply(
        self, params: Params, state: State, x: Any, *, key: Key, training: bool
    ) -> tuple[Any, State]:
        x, gain, shift = x
        return gain * x + shift, state

    def mask_of(self, x: Any, mask: Any) -> Any:
        return None if mask is None else mask[0]


def settled(network: Network) -> Network:
    """Return the network with noise layers that read their numbers from further inputs."""
    sources, nodes = list(network.inputs), []
    for node in network.nodes:
        if not isinstance(node.layer, Noise):
            nodes.append(node)
            continue
        names = [f"{node.name}.gain", f"{node.name}.shift"]
        sources += [Source(name, node.output_shape, "float32") for name in names]
        layer = Settled(
            name=node.layer.name,
            trainable=node.layer.trainable,
            activity_regularizer=node.layer.activity_regularizer,
        )
        nodes.append(Node(node.name, layer, (*node.inputs, *names), *node[3:]))
    return Network(tuple(sources), tuple(nodes), network.outputs)


@keep_latest
def compile_dice(
    network: Network, rows: int, dtype: str
) -> Callable[[Seed, Int[AnyArray, ""]], dict[str, Array]]:
    """Return the compiled function to what a step's noise was, from its seed and number."""

    def dice(seed: Seed, step: Int[Array, ""]) -> dict[str, Array]:
        found = {}
        for index, node in enumerate(network.nodes):
            if isinstance(node.layer, Noise):
                key = jax.random.fold_in(key_for(seed, NOISE, step), index)
                zeros = jnp.zeros((rows, *node.output_shape), dtype)
                shift = node.layer.disturb(zeros, key)
                found[f"{node.name}.shift"] = shift
                found[f"{node.name}.gain"] = node.layer.disturb(zeros + 1, key) - shift
        return found

    return compiled(dice)
