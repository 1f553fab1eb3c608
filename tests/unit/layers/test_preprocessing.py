"""Scaling layers: what they learn, and what they do to rows they have not seen."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers

KEY = jax.random.key(0)
ROWS = np.asarray([[1.0, 5.0, -3.0], [3.0, 5.0, 0.0], [2.0, 5.0, 3.0]], np.float32)


def scaled(layer, x, learnt_from=ROWS):
    state = jax.tree.map(jnp.asarray, layer.learn(learnt_from))
    return np.asarray(layer.apply({}, state, jnp.asarray(x), key=KEY, training=False)[0])


def test_min_max_scaling_reaches_both_ends():
    for low, high in ((0, 1), (-1, 1)):
        z = scaled(layers.MinMaxScaling(low, high), ROWS)
        middle = (low + high) / 2
        np.testing.assert_allclose(z[:, 0], [low, high, middle])
        np.testing.assert_allclose(z[:, 2], [low, middle, high])


def test_a_constant_column_tells_nothing():
    new = np.asarray([[1.0, 900.0, 0.0]], np.float32)
    assert scaled(layers.MinMaxScaling(-1, 1), ROWS)[:, 1].tolist() == [-1, -1, -1]
    assert scaled(layers.MinMaxScaling(-1, 1), new)[0, 1] == -1
    assert scaled(layers.Normalization(), new)[0, 1] == 0
    tenths = np.full((1000, 3), 0.1, np.float32)  # whose variance rounding could make 1e-34
    np.testing.assert_array_equal(scaled(layers.Normalization(), new, tenths), 0)


def test_a_constant_column_gives_no_gradient_of_nan():
    for layer in (layers.MinMaxScaling(), layers.Normalization()):
        state = jax.tree.map(jnp.asarray, layer.learn(ROWS))

        def total(x, layer=layer, state=state):
            return layer.apply({}, state, x, key=KEY, training=False)[0].sum()

        assert np.isfinite(jax.grad(total)(jnp.asarray(ROWS))).all()


def test_new_rows_are_not_clipped():
    assert scaled(layers.MinMaxScaling(), [[5.0, 5.0, 0.0]])[0, 0] == 2


def test_normalization_gives_mean_0_and_deviation_1():
    x = np.random.default_rng(0).normal(1000, 3, (500, 2)).astype(np.float32)
    z = scaled(layers.Normalization(), x, x)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(z.std(axis=0), 1, atol=1e-4)


def test_columns_of_pictures_are_channels():
    x = np.random.default_rng(0).uniform(0, 255, (6, 4, 5, 3)).astype(np.float32)
    learnt = layers.MinMaxScaling().learn(x)
    np.testing.assert_array_equal(learnt["minimum"], x.min((0, 1, 2)))
    assert learnt["seen"] == 6


def test_given_moments_are_used_as_they_are():
    layer = layers.Normalization(mean=[1.0, 5.0, 0.0], variance=[4.0, 1.0, 9.0])
    _, state = layer.init(KEY, (3,))
    z, _ = layer.apply({}, state, jnp.asarray(ROWS), key=KEY, training=False)
    np.testing.assert_allclose(z, (ROWS - [1, 5, 0]) / [2, 1, 3], rtol=1e-6)
    np.testing.assert_allclose(scaled(layer, ROWS), z)


def test_raw_numbers_keep_their_digits_in_half_precision():
    x = np.asarray([[1000.0], [1004.0]], np.float32)  # bfloat16 holds both, 8 bits apart
    layer = layers.Normalization()
    state = jax.tree.map(jnp.asarray, layer.learn(x))
    z, _ = layer.apply({}, state, jnp.asarray(x, jnp.bfloat16), key=KEY, training=False)
    assert z.astype(jnp.float32).ravel().tolist() == [-1, 1]


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="empty range"):
        layers.MinMaxScaling(1, 1)
    with pytest.raises(ValueError, match="only one of mean and variance"):
        layers.Normalization(mean=1.0)
    with pytest.raises(ValueError, match=r"a mean that does not fit.*\n.*2 numbers"):
        layers.Normalization(mean=(1, 2), variance=1).output_shape((3,))
    for layer in (layers.MinMaxScaling(), layers.Normalization()):
        with pytest.raises(ValueError, match="no training rows"):
            layer.learn(np.zeros((0, 3), np.float32))
