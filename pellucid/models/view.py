"""A network with its parameters and some rows: all that a look inside needs, of any face."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Shaped

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.base.types import AnyArray, Params, Seed, State
from pellucid.layers.augmentation import Augmentation
from pellucid.layers.delegation import Delegate, InMode
from pellucid.layers.noise import (
    Dropout,
    Noise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from pellucid.layers.wrapping import Wrapper
from pellucid.network.network import Network
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.evaluation import predict
from pellucid.training.examples import as_inputs
from pellucid.training.state import NOISE, TrainState, key_for

DROPPING = (Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D)


class View(NamedTuple):
    """A network as it stands, and the rows it is looked at with."""

    network: Network
    dtype: str
    params: Params
    state: State
    inputs: Mapping[str, Shaped[np.ndarray, "rows ..."]]
    seed: Seed
    step: Int[AnyArray, ""]  # steps finished
    names: Mapping[str, str]  # what a layer is called, to its name in the network

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.inputs.values())))

    def node(self, layer: Any) -> str:
        """Return the name in the network of a layer given by name, or as itself.

        Raises:
            ConfigError: the network has no such layer.
        """
        name = str(getattr(layer, "name", None) or layer)
        if name in self.names:
            return self.names[name]
        what = f"This model has no layer called {name!r}."
        hint = nearest(name, self.names)
        raise ConfigError(explain(what, got=name, expected=", ".join(self.names), hint=hint))

    def called(self, node: str) -> str:
        """Return what the layer of that name in the network is called."""
        return next((name for name, own in self.names.items() if own == node), node)

    def outputs(self, *layers: str) -> tuple[np.ndarray, ...]:
        """Return what the layers of these names (the network's outputs, if none) answer."""
        wanted = tuple(layers) or self.network.outputs
        return predict(self.network, self.dtype, self.params, self.state, self.inputs, wanted)

    def samples(self, layers: tuple[str, ...], count: int, seed: Seed) -> tuple[np.ndarray, ...]:
        """Return what they answer with the noise on: an array (count, rows, ...) a layer.

        Layers with a state, such as batch normalisation, run as they do outside training.
        """
        program = compile_samples(_noisy(self.network, self.state), self.dtype, layers)
        inputs = dict(self.inputs)
        found = program(self.params, self.state, inputs, seed, np.arange(count, dtype=np.int32))
        return tuple(np.asarray(out) for out in found)

    def masks(self, step: int | None = None) -> dict[str, np.ndarray]:
        """Return which elements each dropout layer keeps of these rows in a training step."""
        at = np.int32(np.asarray(self.step) if step is None else step)
        program = compile_masks(self.network, self.rows)
        found = program(self.params, self.state, self.seed, at)
        return {name: np.asarray(mask) for name, mask in found.items()}


def as_view(network: Network, dtype: str, train: TrainState, x: Any) -> View:
    """Return a network where training has brought it, with the rows `x`, or with none."""
    inputs = {} if x is None else as_inputs(network, x)
    names = {node.name: node.name for node in network.nodes}
    return View(network, dtype, train.params, train.state, inputs, train.seed, train.step, names)


@keep_latest
def compile_samples(network: Network, dtype: str, layers: tuple[str, ...]) -> Callable[..., Any]:
    """Return the compiled function to the answers of `layers`, sample after sample.

    A sample is one thinned network: it drops the same units for every row. Sample i draws
    with key_for(seed, NOISE, i): the same seed and number, the same noise.
    """

    def many(
        params: Params,
        state: State,
        inputs: Mapping[str, Array],
        seed: Seed,
        samples: Int[Array, " samples"],
    ) -> tuple[Float[Array, "samples rows ..."], ...]:
        cast = jax.tree.map(lambda p: p.astype(dtype), params)
        fed = network.feed(inputs, dtype)

        def one(sample: Int[Array, ""]) -> tuple[Float[Array, "rows ..."], ...]:
            key = key_for(seed, NOISE, sample)

            def answer(row: Mapping[str, Array]) -> tuple[Float[Array, "..."], ...]:
                alone = {name: column[None] for name, column in row.items()}
                forward = network.apply(cast, state, alone, key=key, training=True)
                return tuple(forward.a[name][0].astype("float32") for name in layers)

            return jax.vmap(answer)(fed)  # with the same key: one thinned network for all rows

        return jax.lax.map(one, samples)

    return compiled(many)


@keep_latest
def compile_masks(network: Network, rows: int) -> Callable[..., dict[str, Array]]:
    """Return the compiled function to what dropout keeps of `rows` rows in a step.

    The layer is run on ones with the key it has in that step: what it drops is 0.
    """

    def masks(params: Params, state: State, seed: Seed, step: Int[Array, ""]) -> dict[str, Array]:
        key = key_for(seed, NOISE, step)
        found = {}
        for index, node in enumerate(network.nodes):
            if _drops(node.layer):
                ones = jnp.ones((rows, *node.output_shape))
                own = params[node.owner], state[node.owner]
                drawn = jax.random.fold_in(key, index)
                found[node.name] = node.layer.apply(*own, ones, key=drawn, training=True)[0] != 0
        return found

    return compiled(masks)


def drops(network: Network) -> tuple[str, ...]:
    """Return the names of the dropout layers of a network."""
    return tuple(node.name for node in network.nodes if _drops(node.layer))


def draws(network: Network) -> bool:
    """Tell whether a network answers otherwise each time while training."""
    return any(_draws(node.layer) for node in network.nodes)


def _draws(layer: Any) -> bool:
    if isinstance(layer, InMode) and not layer.training:
        return False
    if isinstance(layer, Delegate):
        return _draws(layer.layer)
    if isinstance(layer, Wrapper):
        return any(map(_draws, layer.inside.values()))
    own = (getattr(layer, name, 0) for name in ("dropout", "recurrent_dropout"))
    return isinstance(layer, Noise | Augmentation) or any(own)


@keep_latest
def _at_rest(network: Network, still: frozenset[str]) -> Network:
    """A network whose `still` layers never run as in training."""
    nodes = tuple(
        node._replace(layer=InMode(node.layer, training=False)) if node.owner in still else node
        for node in network.nodes
    )
    return Network(network.inputs, nodes, network.outputs)


def _noisy(network: Network, state: State) -> Network:
    return _at_rest(network, frozenset(name for name in network.owners if state[name]))


def _drops(layer: Any) -> bool:
    return isinstance(_inner(layer), DROPPING)


def _inner(layer: Any) -> Any:
    return layer.layer if isinstance(layer, InMode) else layer
