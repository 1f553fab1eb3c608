"""The gradient of every layer against finite differences, in float64."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_layers import NAMES, case_of, fresh

KEY, STEP = jax.random.key(9), 1e-6


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_what_a_small_step_does(name: str, training: bool):
    """In a random direction: one number that no wrong element leaves as it is."""
    case = case_of(name)
    params, state = fresh(case)
    with jax.enable_x64(True):
        # numbers are moved by NumPy: every shape would be a program of its own
        doubles = jax.tree.map(lambda array: np.asarray(array, "float64"), params)
        x = np.zeros(()) if case.ids else jax.tree.map(np.asarray, case.batch(2, "float64"))
        place = (doubles, x)

        def output(place: Any) -> Any:
            params, x = place
            x = case.batch(2) if case.ids else x
            z, _ = case.layer.apply(params, state, x, key=KEY, training=training)
            return case.layer.nonlinearity(z)

        shape = jax.eval_shape(output, place).shape
        weights = np.random.default_rng(1).normal(size=shape)

        @jax.jit
        def value(place: Any) -> Any:
            return jnp.sum(weights * output(place))

        random = np.random.default_rng(2)
        way = jax.tree.map(lambda array: random.normal(size=array.shape), place)
        ahead = value(jax.tree.map(lambda at, to: at + STEP * to, place, way))
        behind = value(jax.tree.map(lambda at, to: at - STEP * to, place, way))
        slopes = jax.tree.map(
            lambda grad, to: np.sum(grad * to), jax.device_get(jax.jit(jax.grad(value))(place)), way
        )
        total = sum(jax.tree.leaves(slopes))
        # the step's own error is of the order of its square, and rounding divided by it
        np.testing.assert_allclose(total, (ahead - behind) / (2 * STEP), rtol=1e-6, atol=1e-7)
