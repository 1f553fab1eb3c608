"""Activations by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.base.errors import ConfigError
from pellucid.functions import activations as f

BY_HAND = {
    "linear": {-2: -2, 3: 3},
    "step": {-2: 0, 0: 0, 1e-6: 1, 3: 1},
    "sigmoid": {0: 0.5, np.log(3): 0.75},
    "tanh": {0: 0, np.log(2): 0.6},
    "relu": {-2: 0, 3: 3},
    "leaky_relu": {-2: -0.4, 3: 3},
    "softplus": {0: np.log(2), np.log(3): np.log(4)},
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_lectures_own(name):
    z, a = (np.array(list(part), "float32") for part in (BY_HAND[name], BY_HAND[name].values()))
    np.testing.assert_allclose(f.ACTIVATIONS[name](jnp.asarray(z)), a, rtol=1e-6)


def test_softmax_makes_probabilities_of_any_logits():
    a = f.softmax(jnp.log(jnp.asarray([[1.0, 2.0, 5.0]])))
    np.testing.assert_allclose(a, [[0.125, 0.25, 0.625]], rtol=1e-6)
    huge = f.softmax(jnp.asarray([[1000.0, 1000.0, -1000.0]]))
    np.testing.assert_array_equal(huge, [[0.5, 0.5, 0.0]])


def test_sparsemax_is_the_nearest_point_of_the_simplex():
    z = np.random.default_rng(0).normal(size=(6, 5)).astype("float32") * 2
    a = np.asarray(f.sparsemax(jnp.asarray(z)))
    np.testing.assert_allclose(a.sum(axis=1), 1, rtol=1e-6)
    assert (a >= 0).all() and (a == 0).any()
    for other in np.random.default_rng(1).dirichlet(np.ones(5), 200):
        assert (((a - z) ** 2).sum(axis=1) <= ((other - z) ** 2).sum(axis=1) + 1e-6).all()


def test_glu_halves_the_axis():
    a = f.glu(jnp.asarray([[2.0, 4.0, 0.0, 100.0]]))
    np.testing.assert_allclose(a, [[1.0, 4.0]])


def test_keras_and_other_spellings():
    for alias, name in {"swish": "silu", "hard_swish": "hard_silu", "logistic": "sigmoid"}.items():
        assert f.ACTIVATIONS[alias] is f.ACTIVATIONS[name]


def test_a_misspelt_name_is_met_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'relu'"):
        f.ACTIVATIONS.resolve("rleu")
