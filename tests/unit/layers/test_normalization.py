"""Normalization: whose mean is 0 afterwards, and which average is followed."""

import jax
import jax.numpy as jnp
import numpy as np

from pellucid import layers

KEY = jax.random.key(0)
X = jnp.asarray(np.random.default_rng(0).normal(4, 3, (16, 5, 6)), jnp.float32)


def normalized(layer, x=X, training=True):
    params, state = layer.init(KEY, x.shape[1:])
    return layer.apply(params, state, x, key=KEY, training=training)


def test_each_normalizes_its_own_axes():
    for layer, axes in (
        (layers.BatchNormalization(epsilon=1e-7), (0, 1)),
        (layers.LayerNormalization(epsilon=1e-7), (2,)),
        (layers.GroupNormalization(1, epsilon=1e-7), (1, 2)),
        (layers.GroupNormalization(-1, epsilon=1e-7), (1,)),
    ):
        z, _ = normalized(layer)
        np.testing.assert_allclose(z.mean(axes), 0, atol=1e-5)
        np.testing.assert_allclose(z.std(axes), 1, atol=1e-4)


def test_moving_averages_follow_the_batch():
    _, state = normalized(layers.BatchNormalization(momentum=0.75))
    np.testing.assert_allclose(state["moving_mean"], 0.25 * X.mean((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(state["moving_variance"], 0.75 + 0.25 * X.var((0, 1)), rtol=1e-5)


def test_outside_training_they_are_used_and_kept():
    z, state = normalized(layers.BatchNormalization(), training=False)
    np.testing.assert_allclose(z, X / np.sqrt(1 + 1e-3), rtol=1e-5)
    np.testing.assert_array_equal(state["moving_mean"], np.zeros(6))


def test_statistics_of_half_precision_are_taken_in_full():
    x = jnp.full((4096, 1), 3.0, jnp.bfloat16)  # a bfloat16 sum would stop growing at 768
    _, state = normalized(layers.BatchNormalization(momentum=0.0), x)
    assert state["moving_mean"].dtype == jnp.float32
    assert state["moving_mean"] == 3


def test_unit_normalization_leaves_zero_alone():
    x = jnp.asarray([[0.0, 0.0], [3.0, 4.0]])
    layer = layers.UnitNormalization()
    np.testing.assert_allclose(normalized(layer, x)[0], [[0, 0], [0.6, 0.8]], rtol=1e-6)
    assert np.isfinite(jax.grad(lambda x: normalized(layer, x)[0].sum())(x)).all()
