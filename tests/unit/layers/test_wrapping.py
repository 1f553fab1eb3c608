"""Layers that run other layers, and those that attend: what Keras cannot be asked about."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers
from pellucid.base.errors import ConfigError, ShapeError
from pellucid.functions.activations import softmax
from pellucid.layers import Dense, EinsumDense, MultiHeadAttention, TimeDistributed

KEY = jax.random.key(0)


def test_a_loss_knows_the_softmax_of_every_step():
    assert TimeDistributed(Dense(3, "softmax")).nonlinearity is softmax


def test_layers_inside_are_saved_with_their_settings():
    layer = TimeDistributed(TimeDistributed(Dense(3, kernel_regularizer="l2"), name="inner"))
    written = json.loads(json.dumps(layer.to_config()))
    assert TimeDistributed.from_config(written) == layer
    assert layer.layer.layer == Dense(3, kernel_regularizer="l2")
    params, _ = layer.init(KEY, (2, 3, 4))
    kernel = params["layer"]["layer"]["kernel"]
    np.testing.assert_allclose(layer.penalty(params), 0.01 * np.square(kernel).sum(), rtol=1e-6)


def test_time_distributed_takes_sequences():
    with pytest.raises(ShapeError, match="takes sequences"):
        TimeDistributed(Dense(2)).output_shape((4,))


def test_spectral_normalization_leaves_no_stretch():
    layer = layers.SpectralNormalization(Dense(4, use_bias=False), 50)
    params, state = layer.init(KEY, (3,))
    z, after = layer.apply(params, state, jnp.eye(3), key=KEY, training=True)
    np.testing.assert_allclose(np.linalg.norm(z, 2), 1, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(after["vector_u"]), 1, rtol=1e-5)
    nothing = jax.tree.map(jnp.zeros_like, params)
    z, after = layer.apply(nothing, state, jnp.eye(3), key=KEY, training=True)
    np.testing.assert_array_equal(z, 0)
    np.testing.assert_array_equal(after["vector_u"], state["vector_u"])
    with pytest.raises(ConfigError, match="a layer with a kernel"):
        layers.SpectralNormalization(layers.ReLU()).init(KEY, (3,))


def test_heads_pay_for_what_they_give():
    """As in Keras, each projection is regularized, and none of the kernels twice."""
    layer = MultiHeadAttention(2, 3, kernel_regularizer="l2", activity_regularizer="l1")
    params, state = layer.init(KEY, ((4, 3), (5, 3)))
    kernels = sum(np.square(group["kernel"]).sum() for group in params.values())
    np.testing.assert_allclose(layer.penalty(params), 0.01 * kernels, rtol=1e-6)
    x = tuple(jnp.ones((2, steps, 3)) for steps in (4, 5))
    z, after = layer.apply(params, state, x, key=KEY, training=True)
    per_step = [
        np.abs(params[f"{name}_dense"]["kernel"].sum(0)).sum() for name in ("query", "key", "value")
    ]
    total = per_step[0] * 4 + (per_step[1] + per_step[2]) * 5 + np.abs(z[0]).sum()
    np.testing.assert_allclose(layer.toll(z, after), 0.01 * total, rtol=1e-5)


def test_attention_says_what_it_takes():
    for cls in (layers.Attention(), layers.AdditiveAttention(), MultiHeadAttention(2, 3)):
        with pytest.raises(ShapeError, match="takes a query, a value"):
            cls.output_shape((4, 3))
        with pytest.raises(ShapeError, match="do not fit each other"):
            cls.output_shape(((4, 3), (5, 3), (6, 3)))


def test_weights_of_attention_are_an_output():
    layer = MultiHeadAttention(2, 3, return_attention_scores=True, use_causal_mask=True)
    shapes = ((4, 3), (4, 3))
    params, _ = layer.init(KEY, shapes)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 4, 3)), jnp.float32)
    (z, weights), _ = layer.apply(params, {}, (x, x), key=KEY, training=False)
    assert layer.output_shape(shapes) == (z.shape[1:], weights.shape[1:])
    np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-6)
    np.testing.assert_array_equal(weights, jnp.tril(weights))


@pytest.mark.parametrize(
    "equation", ["ab,bc", "ab->ab", "...ab...,bc->...ac...", "ab...,bc->...ac"]
)
def test_equations_are_read_first(equation: str):
    with pytest.raises(ConfigError, match="cannot be read"):
        EinsumDense(equation, 3)


def test_equations_must_fit():
    with pytest.raises(ConfigError, match="letters of unknown size"):
        EinsumDense("ab,bd->ac", 3)
    with pytest.raises(ConfigError, match="axes that z does not have"):
        EinsumDense("ab,bc->ac", 3, bias_axes="b")
    for shape, dims in (((4, 2), 3), ((4,), (3, 2))):
        with pytest.raises(ShapeError, match="does not fit its input"):
            EinsumDense("ab,bc->ac", dims).output_shape(shape)
    with pytest.raises(ShapeError, match="does not fit its input"):
        EinsumDense("abc,cd->abd", (7, 3)).output_shape((5, 2))
    assert EinsumDense("abc,cd->abd", (None, 3)).output_shape((5, 2)) == (5, 3)
    assert EinsumDense("...c,cd->...d", 3).output_shape((6, 5, 2)) == (6, 5, 3)
