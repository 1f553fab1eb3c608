"""One step run again in float64, so that a difference means a mistake and not a rounding."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.types import Params
from pellucid.inspection.byhand.rule import Back, Use
from pellucid.inspection.settled import compile_dice, settled
from pellucid.layers.layer import one_or_all
from pellucid.network.network import Network, Node
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.state import NOISE, Examples, Recipe, TrainState, key_for, split_params
from pellucid.training.step import objective


class Replay(NamedTuple):
    """A step in float64: what was run, and what came out. All arrays are on the host."""

    recipe: Recipe  # in float64, of a network whose noise is settled
    train: TrainState
    batch: Examples
    loss: float
    z: Mapping[str, Any]
    a: Mapping[str, Any]  # the inputs among them
    state: Mapping[str, Any]  # after the step
    masks: Mapping[str, Any]
    gradient: Mapping[str, Any]  # dJ/dparameter, by automatic differentiation
    slope: Mapping[str, Any]  # dJ/dz, likewise

    @property
    def network(self) -> Network:
        """The layers, noise settled."""
        return self.recipe.network

    @property
    def rows(self) -> int:
        """How many rows the batch has."""
        return len(self.batch)

    def use(self, node: Node) -> Use:
        """Return one use of a layer: what it read, and what it has."""
        params = self.train.params[node.owner]
        masks = [self.masks.get(name) for name in node.inputs]
        return Use(
            node.layer,
            params,
            self.train.state[node.owner],
            tuple(self.a[name] for name in node.inputs),
            None if all(mask is None for mask in masks) else one_or_all(masks),
            not (node.owner in self.recipe.frozen and bool(params)),
        )

    def loss_at(self, params: Params) -> float:
        """Return the loss of the same step with other parameters."""
        with jax.enable_x64(True):
            train = self.train._replace(params=params)
            return float(_compile_loss(self.recipe)(train, self.batch))

    def vjp(self, node: Node, dz: Any) -> Back:
        """Return what goes back through a layer, by automatic differentiation of it alone."""
        with jax.enable_x64(True):
            found = _compile_vjp(self.recipe, node.name)(self.train, self.use(node), dz)
            to_x, to_params = jax.device_get(found)
        return Back(tuple(to_x), to_params)


def replay(recipe: Recipe, train: TrainState, batch: Examples) -> Replay:
    """Return the step of a batch in float64, with the noise that it had."""
    dice = compile_dice(recipe.network, len(batch), recipe.dtype)(train.seed, train.step)
    inputs = {**batch.inputs, **jax.device_get(dice)}
    wide = recipe._replace(network=settled(recipe.network), dtype="float64")
    train = train._replace(
        params=_double(train.params), state=_double(train.state), memory={}, learning_rate=_ZERO
    )
    batch = Examples(_double(inputs), _double(dict(batch.targets)), _double(dict(batch.weights)))
    with jax.enable_x64(True):
        found = jax.device_get(_compile_replay(wide)(train, batch))
    loss, forward, gradient, slope = found
    return Replay(
        wide,
        train,
        batch,
        float(loss),
        forward.z,
        forward.a,
        forward.state,
        forward.masks,
        gradient,
        slope,
    )


_ZERO = np.zeros((), np.float64)


def _double(tree: Any) -> Any:
    """Return host arrays in float64; whole numbers as they are."""

    def double(leaf: Any) -> np.ndarray:
        leaf = np.asarray(leaf)
        return leaf.astype(np.float64) if jnp.issubdtype(leaf.dtype, jnp.floating) else leaf

    return jax.tree.map(double, tree)


@keep_latest
def _compile_replay(recipe: Recipe) -> Callable[[TrainState, Examples], tuple[Any, ...]]:
    def run(train: TrainState, batch: Examples) -> tuple[Any, ...]:
        moving, still = split_params(train.params, recipe.frozen)
        nudges = recipe.network.nudges(len(batch), recipe.dtype)
        slopes = jax.value_and_grad(objective, argnums=(0, 1), has_aux=True)
        (loss, forward), found = slopes(moving, nudges, still, recipe, train, batch)
        return loss, forward, *found

    return compiled(run)


@keep_latest
def _compile_loss(recipe: Recipe) -> Callable[[TrainState, Examples], Float[Array, ""]]:
    def run(train: TrainState, batch: Examples) -> Float[Array, ""]:
        moving, still = split_params(train.params, recipe.frozen)
        nudges = recipe.network.nudges(len(batch), recipe.dtype)
        return objective(moving, nudges, still, recipe, train, batch)[0]

    return compiled(run)


def applied(
    recipe: Recipe, name: str, train: TrainState, use: Use, params: Params, inputs: Any
) -> Any:
    """Return z of one node for other parameters or inputs; inside a compiled program."""
    network, node = recipe.network, recipe.network[name]
    index = network.nodes.index(node)
    z, _ = node.layer.apply(
        params,
        use.state,
        one_or_all(list(inputs)),
        key=jax.random.fold_in(key_for(train.seed, NOISE, train.step), index),
        training=_trains(recipe, node, params),
        **({"mask": use.mask} if node.layer.uses_mask else {}),
    )
    return z


def _trains(recipe: Recipe, node: Node, params: Params) -> bool:
    return not (node.owner in recipe.frozen and bool(params))


@functools.lru_cache(maxsize=256)
def _compile_vjp(recipe: Recipe, name: str) -> Callable[..., Any]:
    def run(train: TrainState, params: Params, arrays: tuple[Any, Any, Any], dz: Any) -> Any:
        inputs, state, mask = arrays
        use = Use(recipe.network[name].layer, params, state, inputs, mask, True)
        whole = [not jnp.issubdtype(x.dtype, jnp.floating) for x in jax.tree.leaves(inputs)]

        def f(params: Params, inputs: Any) -> Any:
            return applied(recipe, name, train, use, params, inputs)

        if any(whole):  # ids have no slope
            _, back = jax.vjp(lambda params: f(params, inputs), params)
            zeros = jax.tree.map(lambda x: jnp.zeros(x.shape), inputs)
            return zeros, back(dz)[0]
        _, back = jax.vjp(f, params, inputs)
        to_params, to_inputs = back(dz)
        return to_inputs, to_params

    program = compiled(run)
    return lambda train, use, dz: program(train, use.params, (use.inputs, use.state, use.mask), dz)
