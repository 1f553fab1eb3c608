"""How one number moves the next: dz/da and dz/dw inside one layer, exact and in float64."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from pellucid.base.tree import flatten, refill
from pellucid.inspection.asking import Weight
from pellucid.inspection.byhand.rule import Use
from pellucid.inspection.replay import Replay, applied
from pellucid.network.network import Node
from pellucid.training.compilation import compiled
from pellucid.training.state import Recipe

AT_ONCE = 64  # columns of a Jacobian that are computed together


def by_input(
    step: Replay, node: Node, place: int, elements: Int[np.ndarray, " some"]
) -> Float[np.ndarray, "some values"]:
    """Return dz/dx for some elements of the input at `place`, each row like z, flat.

    Elements count through the whole batch, as do the values of z.
    """
    size = step.z[node.name].size
    use, found = step.use(node), [np.zeros((0, size))]
    with jax.enable_x64(True):
        program = _compile_by_input(step.recipe, node.name, place)
        for first in range(0, len(elements), AT_ONCE):
            some = np.resize(elements[first : first + AT_ONCE], AT_ONCE)  # one shape, one program
            found.append(np.asarray(program(step.train, use.params, _arrays(use), some)))
    return np.concatenate(found)[: len(elements)]


def by_weight(step: Replay, node: Node, weight: Weight) -> Float[np.ndarray, "..."]:
    """Return dz/dw of one use of a layer, in the shape of z."""
    use = step.use(node)
    leaves = flatten(use.params)
    tangents = {path: np.zeros(np.shape(leaf)) for path, leaf in leaves.items()}
    tangents[weight.name][weight.place] = 1.0
    tangent = refill(dict(use.params), tangents)
    with jax.enable_x64(True):
        program = _compile_by_weight(step.recipe, node.name)
        return np.asarray(program(step.train, use.params, _arrays(use), tangent))


def through_activation(
    step: Replay, node: Node, elements: Int[np.ndarray, " some"]
) -> Float[np.ndarray, "some values"]:
    """Return da/dz for some elements of z, each row like a, flat."""
    z = step.z[node.name]
    with jax.enable_x64(True):
        return np.asarray(_compile_activation(step.recipe, node.name)(z, elements))


def _arrays(use: Use) -> tuple[Any, Any, Any]:
    return use.inputs, use.state, use.mask


def _forward(function: Callable[[Any], Any], at: Any) -> Callable[[Any], Any]:
    """Return the map from a small move of the argument to that of the value.

    It is the way back, turned round: a function may have a backward pass of its own, as
    max-pooling has, and then it has no forward one.
    """
    value, back = jax.vjp(function, at)
    _, push = jax.vjp(lambda pull: back(pull)[0], jax.tree.map(jnp.zeros_like, value))
    return lambda move: push(move)[0]


@functools.lru_cache(maxsize=256)
def _compile_by_input(recipe: Recipe, name: str, place: int) -> Callable[..., Any]:
    def run(train: Any, params: Any, arrays: Any, elements: Any) -> Any:
        inputs, state, mask = arrays
        use = Use(recipe.network[name].layer, params, state, inputs, mask, True)
        x = inputs[place]

        def z_of(x: Any) -> Any:
            moved = (*inputs[:place], x, *inputs[place + 1 :])
            return applied(recipe, name, train, use, params, moved)

        push = _forward(z_of, x)

        def column(element: Any) -> Any:
            tangent = jnp.zeros(x.size, x.dtype).at[element].set(1.0)
            return push(tangent.reshape(x.shape)).ravel()

        return jax.vmap(column)(elements)

    return compiled(run)


@functools.lru_cache(maxsize=256)
def _compile_by_weight(recipe: Recipe, name: str) -> Callable[..., Any]:
    def run(train: Any, params: Any, arrays: Any, tangent: Any) -> Any:
        inputs, state, mask = arrays
        use = Use(recipe.network[name].layer, params, state, inputs, mask, True)

        def z_of(params: Any) -> Any:
            return applied(recipe, name, train, use, params, inputs)

        return _forward(z_of, params)(tangent)

    return compiled(run)


@functools.lru_cache(maxsize=256)
def _compile_activation(recipe: Recipe, name: str) -> Callable[..., Any]:
    nonlinearity = recipe.network[name].layer.nonlinearity

    def run(z: Any, elements: Any) -> Any:
        push = _forward(nonlinearity, z)

        def column(element: Any) -> Any:
            return push(jnp.zeros(z.size, z.dtype).at[element].set(1.0).reshape(z.shape)).ravel()

        return jax.vmap(column)(elements)

    return compiled(run)
