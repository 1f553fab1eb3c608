"""Losses by hand, and the lectures' rules that follow from them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.base.errors import ConfigError
from pellucid.functions import losses
from pellucid.functions.activations import linear, relu, sigmoid, softmax, step

Y = jnp.asarray([[0.0, 1.0]])
A = jnp.asarray([[0.25, 0.75]])


def test_the_lectures_costs():
    assert losses.Quadratic().cost(Y, A) == 0.0625
    assert losses.SquaredError().cost(Y, A) == 0.125
    assert losses.MeanSquaredError().cost(Y, A) == 0.0625
    np.testing.assert_allclose(losses.BinaryCrossentropy().cost(Y, A), -np.log(0.75), rtol=1e-6)
    np.testing.assert_allclose(
        losses.CategoricalCrossentropy().cost(Y, A), -np.log(0.75), rtol=1e-6
    )
    sparse = losses.SparseCategoricalCrossentropy()
    np.testing.assert_allclose(sparse.cost(jnp.asarray([1]), A), -np.log(0.75), rtol=1e-6)


def test_log_loss_is_binary_crossentropy():
    assert losses.LOSSES["log_loss"] is losses.BinaryCrossentropy


@pytest.mark.parametrize("z", [-3.0, -1.0, 0.0, 2.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_perceptron_costs_only_mistakes_and_its_delta_is_a_minus_y(y, z):
    loss, ys = losses.Perceptron(), jnp.asarray([[y]])
    cost, delta = jax.value_and_grad(lambda z: loss(ys, z, step).sum())(jnp.asarray([[z]]))
    assert cost == max(0.0, -(2 * y - 1) * z)
    assert delta == (z > 0) - y


def test_the_perceptron_rule_learns_and():
    x = jnp.asarray([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = jnp.asarray([[0.0], [0.0], [0.0], [1.0]])
    slope = jax.jit(jax.grad(lambda p: losses.Perceptron()(y, x @ p["w"] + p["b"], step).sum()))
    params = {"w": jnp.zeros((2, 1)), "b": jnp.zeros(1)}
    for _ in range(20):
        params = jax.tree.map(lambda p, g: p - 0.5 * g, params, slope(params))
    np.testing.assert_array_equal(step(x @ params["w"] + params["b"]), y)


def test_a_label_to_ignore_costs_nothing():
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    np.testing.assert_allclose(
        loss.cost(jnp.asarray([-1, 1]), jnp.tile(A, (2, 1))), [0, -np.log(0.75)], rtol=1e-6
    )


def test_cost_is_taken_from_z_under_the_link_only():
    z = jnp.asarray([[200.0, -200.0]])
    loss = losses.BinaryCrossentropy()
    assert loss.link is sigmoid
    assert loss(Y, z, sigmoid) == 200
    assert loss(Y, z, softmax) < 17  # clipped, as Keras does
    assert losses.BinaryCrossentropy(from_logits=True).link is linear


def test_a_loss_without_a_link_needs_a():
    assert losses.MeanAbsoluteError()(Y, -A, relu) == 0.5
    with pytest.raises(TypeError, match="no link"):
        losses.MeanAbsoluteError().cost_from_z(Y, A)


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="label_smoothing"):
        losses.CategoricalCrossentropy(label_smoothing=1.5)
    with pytest.raises(ConfigError, match="did you mean 'mean_squared_error'"):
        losses.LOSSES.resolve("mean_square_error")
