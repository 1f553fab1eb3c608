"""Gradients against finite differences, in float64 and away from kinks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_functions import ACTIVATIONS, LOSSES, REGULARIZERS, drawn

STEP = 1e-6
CLOSE = 2e-8  # rounding of differences of numbers near 1, over twice the step, with room


def assert_gradient(function, x):
    """Compare the slope of a scalar function along every axis with central differences."""
    with jax.enable_x64(True):
        x = jnp.asarray(x, "float64")
        corners = jnp.eye(x.size).reshape(x.size, *x.shape) * STEP

        @jax.jit
        def both(x):
            rises = jax.vmap(lambda corner: function(x + corner) - function(x - corner))(corners)
            return jax.grad(function)(x), rises.reshape(x.shape) / (2 * STEP)

        exact, measured = both(x)
    assert np.isfinite(exact).all()
    scale = max(1.0, float(np.abs(measured).max()))
    np.testing.assert_allclose(exact, measured, rtol=1e-6, atol=CLOSE * scale)


@pytest.mark.parametrize(
    "at", [(n, i) for n, cases in ACTIVATIONS.items() for i in range(len(cases))], ids=str
)
def test_activations(at):
    activation = ACTIVATIONS[at[0]][at[1]]
    z = np.random.default_rng(0).permutation(np.linspace(-4.03, 4.07, 24)).reshape(4, 6)
    weights = drawn("numbers", (4, 6), 1)

    def weighted(z):
        a = activation(z)
        return jnp.sum(a * weights[: a.shape[0], : a.shape[1]])

    assert_gradient(weighted, z)


@pytest.mark.parametrize("at", [(n, i) for n, c in LOSSES.items() for i in range(len(c))], ids=str)
def test_losses(at):
    loss, y_kind, a_kind = LOSSES[at[0]][at[1]]
    y, a = drawn(y_kind, (3, 4), 1), drawn(a_kind, (3, 4), 2)
    y = y.astype("int32") if loss.targets == "labels" else y
    assert_gradient(lambda a: loss.cost(jnp.asarray(y), a).sum(), a)
    if loss.link is not None:
        assert_gradient(
            lambda z: loss.cost_from_z(jnp.asarray(y), z).sum(), drawn("numbers", (3, 4), 3)
        )


@pytest.mark.parametrize("name", REGULARIZERS)
def test_regularizers(name):
    assert_gradient(REGULARIZERS[name], drawn("numbers", (4, 3), 1))
