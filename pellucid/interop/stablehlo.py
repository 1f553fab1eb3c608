"""A network at rest as a compiled function, for JAX and other runtimes of StableHLO.

The file holds code for a compiler: unlike every other file of Pellucid's, it does what its
writer wanted when it is run, so it is for those who trust where it comes from.
"""

from typing import Any

import jax
import jax.numpy as jnp
from jax import export
from jaxtyping import Array, Shaped

from pellucid.base.types import Params, State
from pellucid.layers.onednn import runs_anywhere
from pellucid.network.network import Network

PLATFORMS = ("cpu", "cuda")


def stablehlo_bytes(network: Network, params: Params, state: State) -> bytes:
    """Return the network as `jax.export` writes it; the number of rows is free.

    The function in it takes an array for each input and returns a tuple of the outputs.
    """

    def row(*inputs: Shaped[Array, "..."]) -> tuple[Array, ...]:
        """Answer for one row, as a batch of one: layers ask how long a batch is."""
        named = {s.name: x[None] for s, x in zip(network.inputs, inputs, strict=True)}
        found = network.apply(params, state, named, key=jax.random.key(0), training=False)
        return tuple(found.a[name][0] for name in network.outputs)

    (rows,) = export.symbolic_shape("rows")
    forms: list[Any] = [
        jax.ShapeDtypeStruct((rows, *s.shape), jnp.dtype(s.dtype)) for s in network.inputs
    ]
    with runs_anywhere():
        written = export.export(jax.jit(jax.vmap(row)), platforms=PLATFORMS)(*forms)
    return bytes(written.serialize())
