"""A layer of ours beside the Keras layer of the same name, with the same numbers in both."""

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from pellucid.layers import LAYERS
from pellucid.layers.layer import one_or_all

KEY = jax.random.key(0)
Row = tuple[str, dict[str, Any], tuple[tuple[int, ...], ...]]  # name, settings, shapes of inputs


def label(row: Row) -> str:
    return f"{row[0]}({', '.join(f'{k}={v}' for k, v in row[1].items())})"


def batches(shapes: tuple[tuple[int, ...], ...]) -> Any:
    random = np.random.default_rng(3)
    return one_or_all([random.normal(size=(3, *shape)).astype(np.float32) for shape in shapes])


def twins(name: str, settings: dict[str, Any], shapes: Any) -> tuple[Any, Any, Any, Any]:
    """Return our layer with its arrays, and Keras's with the same numbers in it."""
    ours, theirs = LAYERS[name](**settings), getattr(keras.layers, name)(**settings)
    params, state = ours.init(KEY, one_or_all(list(shapes)))
    random = np.random.default_rng(4)
    params = {
        name: jnp.asarray(random.normal(1, 0.5, array.shape), jnp.float32)
        for name, array in params.items()
    }
    built = [(None, *shape) for shape in shapes]
    theirs.build(built[0] if len(built) == 1 else built)
    for variable in theirs.weights:
        variable.assign({**params, **state}[variable.path.split("/")[-1]])
    return ours, params, state, theirs


def assert_equals_keras(row: Row, training: bool) -> None:
    """Check output, state after, and gradients with respect to parameters and inputs."""
    name, settings, shapes = row
    ours, params, state, theirs = twins(name, settings, shapes)
    x = jax.tree.map(jnp.asarray, batches(shapes))
    fixed = [variable.value for variable in theirs.non_trainable_variables]
    names = [variable.path.split("/")[-1] for variable in theirs.trainable_variables]
    how = {"training": training} if name == "BatchNormalization" else {}

    def run_ours(params: Any, x: Any) -> Any:
        z, after = ours.apply(params, state, x, key=KEY, training=training)
        return ours.nonlinearity(z), after

    def run_theirs(params: Any, x: Any) -> Any:
        given = [params[name] for name in names]
        return theirs.stateless_call(given, fixed, list(x) if len(shapes) > 1 else x, **how)

    a, after = jax.jit(run_ours)(params, x)
    with jax.numpy_dtype_promotion("standard"):
        expected, fixed_after = jax.jit(run_theirs)(params, x)
    # float32, with sums of up to a few hundred numbers in another order
    np.testing.assert_allclose(a, expected, rtol=2e-5, atol=2e-5)
    for variable, value in zip(theirs.non_trainable_variables, fixed_after, strict=True):
        mine = after[variable.path.split("/")[-1]]
        np.testing.assert_allclose(mine, value, rtol=1e-5, atol=1e-6)

    weights = jnp.asarray(np.random.default_rng(5).normal(size=a.shape), jnp.float32)
    our_grads = jax.grad(lambda *at: jnp.sum(weights * run_ours(*at)[0]), (0, 1))
    mine = jax.jit(our_grads)(params, x)
    with jax.numpy_dtype_promotion("standard"):
        keras_grads = jax.grad(lambda *at: jnp.sum(weights * run_theirs(*at)[0]), (0, 1))
        wanted = jax.jit(keras_grads)(params, x)
    for one, other in zip(jax.tree.leaves(mine), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)
