"""Activation layers: z passes, and losses know f again."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers
from pellucid.functions.activations import elu, linear, relu, softmax, tanh

KEY = jax.random.key(0)


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (layers.Softmax(), softmax),
        (layers.ReLU(), relu),
        (layers.ELU(), elu),
        (layers.Identity(), linear),
        (layers.Activation("tanh"), tanh),
        (layers.Activation(tanh), tanh),
    ],
    ids=lambda value: getattr(value, "__name__", None) or repr(value),
)
def test_the_function_is_the_registered_one(layer, function):
    assert layer.nonlinearity is function


def test_z_and_a_are_both_to_be_seen():
    x = jnp.asarray([[-1.0, 2.0, 9.0]])
    layer = layers.ReLU(max_value=6.0, negative_slope=0.5, threshold=1.0)
    z, _ = layer.apply({}, {}, x, key=KEY, training=False)
    np.testing.assert_array_equal(z, x)
    np.testing.assert_array_equal(layer.nonlinearity(z), [[-1.0, 2.0, 6.0]])


def test_leaky_relu_has_the_slope_of_keras():
    np.testing.assert_allclose(layers.LeakyReLU().nonlinearity(jnp.asarray([-1.0])), [-0.3])


def test_prelu_learns_a_slope_for_each_place_that_is_not_shared():
    params, _ = layers.PReLU().init(KEY, (4, 3))
    assert params["alpha"].shape == (4, 3)
    params, _ = layers.PReLU(shared_axes=[1]).init(KEY, (4, 3))
    assert params["alpha"].shape == (1, 3)


def test_softmax_leaves_out_what_a_mask_leaves_out():
    layer, x = layers.Softmax(), jnp.array([[1.0, 2.0, 3.0]])
    mask = jnp.array([[True, False, True]])
    z, _ = layer.apply({}, {}, x, key=KEY, training=False, mask=mask)
    expected = np.exp([1.0, -np.inf, 3.0]) / np.exp([1.0, 3.0]).sum()
    np.testing.assert_allclose(layer.nonlinearity(z)[0], expected, rtol=1e-6)
