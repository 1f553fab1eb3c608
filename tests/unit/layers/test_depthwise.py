"""Depthwise and separable convolution: what they are equal to, and where their settings go."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers
from pellucid.layers.patches import convolve_each
from pellucid.layers.windows import Windows

KEY = jax.random.key(0)
X = jnp.asarray(np.random.default_rng(0).normal(size=(2, 7, 6, 3)), jnp.float32)


@pytest.mark.parametrize("multiplier", [1, 2])
@pytest.mark.parametrize(
    "windows",
    [
        Windows((3, 2), (1, 1), "valid", (1, 1)),
        Windows((3, 2), (2, 3), "same", (1, 1)),
        Windows((2, 3), (1, 2), "same", (2, 1)),
    ],
)
def test_shifted_sums_equal_what_other_devices_run(windows, multiplier, monkeypatch):
    kernel = jax.random.normal(KEY, (*windows.size, 3, multiplier))
    here = jax.jit(lambda x: convolve_each(x, kernel, windows))(X)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    there = jax.jit(lambda x: convolve_each(x, kernel, windows))(X)
    assert "conv_general_dilated" in str(
        jax.make_jaxpr(lambda x: convolve_each(x, kernel, windows))(X)
    )
    np.testing.assert_allclose(here, there, atol=1e-5)


def test_channels_do_not_mix():
    layer = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same")
    params, _ = layer.init(KEY, X.shape[1:])
    z, _ = layer.apply(params, {}, X, key=KEY, training=False)
    other, _ = layer.apply(params, {}, X.at[..., 1].set(0), key=KEY, training=False)
    changed = np.abs(z - other).max((0, 1, 2)) > 0
    np.testing.assert_array_equal(changed, [False, False, True, True, False, False])


def test_a_separable_convolution_is_one_with_a_product_for_a_kernel():
    separable = layers.SeparableConv2D(4, (3, 2), depth_multiplier=2)
    params, _ = separable.init(KEY, X.shape[1:])
    z, _ = separable.apply(params, {}, X, key=KEY, training=False)
    mixing = params["pointwise_kernel"].reshape(3, 2, 4)
    kernel = jnp.einsum("ijcp,cpf->ijcf", params["depthwise_kernel"], mixing)
    whole = layers.Conv2D(4, (3, 2), use_bias=False)
    expected, _ = whole.apply({"kernel": kernel}, {}, X, key=KEY, training=False)
    np.testing.assert_allclose(z, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("layer", "parameter"),
    [
        (layers.DepthwiseConv1D(2, depthwise_regularizer="l1"), "kernel"),
        (layers.DepthwiseConv2D(2, bias_regularizer="l1"), "bias"),
        (layers.SeparableConv1D(3, 2, depthwise_regularizer="l1"), "depthwise_kernel"),
        (layers.SeparableConv2D(3, 2, pointwise_regularizer="l1"), "pointwise_kernel"),
        (layers.Conv3D(3, 2, kernel_regularizer="l1"), "kernel"),
        (layers.Conv2DTranspose(3, 2, bias_regularizer="l1"), "bias"),
    ],
)
def test_a_regularizer_is_charged_for_its_parameter(layer, parameter):
    params, _ = layer.init(KEY, (5, 5, 5, 2)[-len(layer.axes.split()) :])
    params = {name: array - 0.5 for name, array in params.items()}
    np.testing.assert_allclose(
        layer.penalty(params), 0.01 * jnp.abs(params[parameter]).sum(), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("layer", "parameter"),
    [
        (layers.DepthwiseConv1D(2, depthwise_constraint="non_neg"), "kernel"),
        (layers.DepthwiseConv2D(2, bias_constraint="non_neg"), "bias"),
        (layers.SeparableConv1D(3, 2, depthwise_constraint="non_neg"), "depthwise_kernel"),
        (layers.SeparableConv2D(3, 2, pointwise_constraint="non_neg"), "pointwise_kernel"),
        (layers.Conv1D(3, 2, kernel_constraint="non_neg"), "kernel"),
        (layers.Conv3DTranspose(3, 2, bias_constraint="non_neg"), "bias"),
    ],
)
def test_a_constraint_holds_its_parameter(layer, parameter):
    params, _ = layer.init(KEY, (5, 5, 5, 2)[-len(layer.axes.split()) :])
    params = {name: array - 0.5 for name, array in params.items()}
    allowed = layer.constrained(params)
    assert list(allowed) == list(params)
    for name, array in params.items():
        expected = np.maximum(array, 0) if name == parameter else array
        np.testing.assert_array_equal(allowed[name], expected)
