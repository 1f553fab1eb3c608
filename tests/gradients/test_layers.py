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
        doubles = jax.tree.map(lambda array: jnp.asarray(array, jnp.float64), params)
        place = (doubles, 0.0 if case.ids else case.batch(2, "float64"))
        z, _ = case.layer.apply(
            doubles, state, case.batch(2, "float64"), key=KEY, training=training
        )
        weights = jnp.asarray(np.random.default_rng(1).normal(size=z.shape))

        @jax.jit
        def value(place: Any) -> Any:
            params, x = place
            x = case.batch(2) if case.ids else x
            z, _ = case.layer.apply(params, state, x, key=KEY, training=training)
            return jnp.sum(weights * case.layer.nonlinearity(z))

        random = np.random.default_rng(2)
        way = jax.tree.map(lambda array: jnp.asarray(random.normal(size=jnp.shape(array))), place)
        ahead = value(jax.tree.map(lambda at, to: at + STEP * to, place, way))
        behind = value(jax.tree.map(lambda at, to: at - STEP * to, place, way))
        slopes = jax.tree.map(lambda grad, to: jnp.sum(grad * to), jax.grad(value)(place), way)
        total = sum(jax.tree.leaves(slopes))
        # the step's own error is of the order of its square, and rounding divided by it
        np.testing.assert_allclose(total, (ahead - behind) / (2 * STEP), rtol=1e-6, atol=1e-7)
