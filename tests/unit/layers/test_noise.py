"""Noise layers: what they drop, what they keep, and how they may be spelt."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers

KEY = jax.random.key(0)


def noisy(layer, x, training=True):
    return layer.apply({}, {}, x, key=KEY, training=training)[0]


def test_dropout_drops_at_its_rate_and_rescales_the_rest():
    z = np.asarray(noisy(layers.Dropout(0.2), jnp.ones((500, 200))))
    assert set(np.unique(z)) == {0.0, 1.25}
    np.testing.assert_allclose((z == 0).mean(), 0.2, atol=0.01)
    np.testing.assert_allclose(z.mean(), 1, atol=0.01)


def test_keep_prob_is_another_spelling():
    assert layers.Dropout(keep_prob=0.9) == layers.Dropout(0.1)
    assert layers.Dropout(keep_prob=0.9).rate == 0.1
    assert layers.Dropout(0.25, keep_prob=0.75) == layers.Dropout(0.25)


def test_a_contradiction_is_refused():
    with pytest.raises(ValueError, match=r"contradict each other.\n.*rate=0\.2, keep_prob=0\.2"):
        layers.Dropout(0.2, keep_prob=0.2)
    for wrong in (0, 1.5):
        with pytest.raises(ValueError, match="not a probability of staying"):
            layers.Dropout(keep_prob=wrong)


@pytest.mark.parametrize("rate", [-0.1, 1, 50])
def test_a_rate_is_a_probability_below_1(rate):
    with pytest.raises(ValueError, match=r"Dropout\(rate=\.\.\.\) is out of range"):
        layers.Dropout(rate)


def test_without_a_rate_there_is_no_dropout():
    with pytest.raises(ValueError, match=r"Dropout\(rate=\.\.\.\)"):
        layers.Dropout()


def test_rate_0_changes_nothing():
    x = jnp.asarray([[1.0, 2.0]])
    for name in ("Dropout", "GaussianDropout", "AlphaDropout"):
        np.testing.assert_allclose(noisy(getattr(layers, name)(0.0), x), x)


def test_spatial_dropout_drops_whole_channels():
    z = np.asarray(noisy(layers.SpatialDropout2D(0.5), jnp.ones((20, 3, 4, 6))))
    by_channel = z.reshape(20, 12, 6)
    np.testing.assert_array_equal(by_channel.min(axis=1), by_channel.max(axis=1))
    assert set(np.unique(z)) == {0.0, 2.0}


def test_noise_shape_shares_draws():
    z = np.asarray(noisy(layers.Dropout(0.5, (None, 1)), jnp.ones((50, 4))))
    np.testing.assert_array_equal(z.min(axis=1), z.max(axis=1))
    with pytest.raises(ValueError, match=r"noise_shape that does not fit.*\n.*\n.*\(None, 4\)"):
        layers.Dropout(0.5, (None, 3)).output_shape((4,))


def test_alpha_dropout_keeps_mean_and_variance():
    x = jax.random.normal(jax.random.key(1), (1000, 200))
    z = noisy(layers.AlphaDropout(0.3), x)
    np.testing.assert_allclose(z.mean(), 0, atol=0.01)
    np.testing.assert_allclose(z.var(), 1, atol=0.02)
