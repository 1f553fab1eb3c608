"""Clipping, worked out by hand."""

import jax.numpy as jnp
import numpy as np

from pellucid.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value

GRADS = {"kernel": jnp.array([[3.0, -4.0]]), "bias": jnp.array([0.0, 12.0])}  # 5, 12: 13 in all


def test_by_value_cuts_entries_off():
    clipped = clip_by_value(GRADS, 3.5)
    np.testing.assert_array_equal(clipped["kernel"], [[3.0, -3.5]])
    np.testing.assert_array_equal(clipped["bias"], [0.0, 3.5])


def test_by_norm_shortens_each_array():
    clipped = clip_by_norm(GRADS, 10.0)
    np.testing.assert_array_equal(clipped["kernel"], [[3.0, -4.0]])
    np.testing.assert_allclose(clipped["bias"], [0.0, 10.0], rtol=1e-6)


def test_by_global_norm_keeps_the_direction():
    clipped = clip_by_global_norm(GRADS, 6.5)
    np.testing.assert_allclose(clipped["kernel"], [[1.5, -2.0]], rtol=1e-6)
    np.testing.assert_allclose(clipped["bias"], [0.0, 6.0], rtol=1e-6)


def test_short_gradients_stay_as_they_are():
    for clip in (clip_by_value, clip_by_norm, clip_by_global_norm):
        clipped = clip(GRADS, 13.0)
        np.testing.assert_array_equal(clipped["kernel"], GRADS["kernel"])
        np.testing.assert_array_equal(clipped["bias"], GRADS["bias"])


def test_zeros_stay_zeros():
    zeros = {"kernel": jnp.zeros((2, 2))}
    for clip in (clip_by_value, clip_by_norm, clip_by_global_norm):
        np.testing.assert_array_equal(clip(zeros, 1.0)["kernel"], np.zeros((2, 2)))


def test_an_infinite_gradient_is_not_hidden():
    broken = {"kernel": jnp.array([jnp.inf, 1.0]), "bias": jnp.array([1.0])}
    by_array = clip_by_norm(broken, 2.0)
    assert np.isnan(by_array["kernel"]).all()
    np.testing.assert_array_equal(by_array["bias"], [1.0])
    together = clip_by_global_norm(broken, 2.0)
    assert np.isnan(together["kernel"]).all()
    assert np.isnan(together["bias"]).all()
