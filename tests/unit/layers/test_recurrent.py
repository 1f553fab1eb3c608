"""Recurrent layers and Bidirectional: what Keras cannot be asked about."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import Sequential, layers
from pellucid.base.errors import ConfigError, ShapeError
from pellucid.layers import GRU, LSTM, Bidirectional, Dense, SimpleRNN
from pellucid.optimizers import Adam

KEY = jax.random.key(0)
X = jnp.asarray(np.random.default_rng(0).normal(size=(4, 5, 3)), jnp.float32)


def test_one_mask_drops_the_same_features_of_every_step():
    layer = SimpleRNN(3, None, False, dropout=0.5, return_sequences=True)
    params = {"kernel": jnp.eye(3), "recurrent_kernel": jnp.zeros((3, 3))}
    z, _ = layer.apply(params, {}, X, key=KEY, training=True)
    kept = np.asarray(z != 0)
    assert (kept == kept[:, :1]).all()
    assert 0 < kept.mean() < 1
    np.testing.assert_allclose(z, jnp.where(z == 0, 0, 2 * X), rtol=1e-6)


def test_one_mask_drops_the_same_memories_at_every_step():
    layer = SimpleRNN(3, None, False, recurrent_dropout=0.5, return_sequences=True)
    params = {"kernel": jnp.zeros((3, 3)), "recurrent_kernel": jnp.eye(3)}
    given = (X, jnp.ones((4, 3)))
    z, _ = layer.apply(params, {}, given, key=KEY, training=True)
    doubled = jnp.asarray([2.0, 4.0, 8.0, 16.0, 32.0])[:, None]
    np.testing.assert_array_equal(z, jnp.where(z[:, :1] == 0, 0, doubled))
    assert 0 < np.asarray(z != 0).mean() < 1


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_half_a_sequence_and_its_state_continue_to_the_same_end(cls: type):
    whole, part = cls(2), cls(2, return_state=True)
    params, _ = whole.init(KEY, (5, 3))
    (_, *carried), _ = part.apply(params, {}, X[:, :2], key=KEY, training=False)
    (z, *_), _ = part.apply(params, {}, (X[:, 2:], *carried), key=KEY, training=False)
    expected, _ = whole.apply(params, {}, X, key=KEY, training=False)
    np.testing.assert_allclose(z, expected, rtol=1e-6)


def test_a_stateful_layer_needs_to_know_its_batches():
    with pytest.raises(ShapeError, match="how many rows a batch has"):
        LSTM(2, stateful=True).init(KEY, (5, 3))
    layer = LSTM(2, stateful=True, batch_size=3)
    params, state = layer.init(KEY, (5, 3))
    assert {name: array.shape for name, array in state.items()} == {"h": (3, 2), "c": (3, 2)}
    with pytest.raises(ShapeError, match=r"batches of one size.*\n *got: +4 rows"):
        layer.apply(params, state, X, key=KEY, training=False)


def test_what_to_start_from_must_fit():
    assert LSTM(2).output_shape(((5, 3), (2,), (2,))) == (2,)
    for wrong in (((5, 3), (2,)), ((5, 3), (3,), (3,))):
        with pytest.raises(ShapeError, match="cannot start from"):
            LSTM(2).output_shape(wrong)
    with pytest.raises(ShapeError, match="steps, features"):
        GRU(2).output_shape((5,))


def test_the_recurrent_kernel_has_rules_of_its_own():
    layer = GRU(2, recurrent_regularizer="l2", recurrent_constraint="non_neg")
    params, _ = layer.init(KEY, (5, 3))
    expected = 0.01 * np.square(params["recurrent_kernel"]).sum()
    np.testing.assert_allclose(layer.penalty(params), expected, rtol=1e-6)
    allowed = layer.constrained(params)
    assert (allowed["recurrent_kernel"] >= 0).all()
    np.testing.assert_array_equal(allowed["kernel"], params["kernel"])


def test_masks_go_on_with_sequences_only():
    mask = jnp.ones((4, 5), bool)
    assert LSTM(2).mask_of(X, mask) is None
    assert LSTM(2, return_sequences=True).mask_of(X, mask) is mask
    both = LSTM(2, return_sequences=True, return_state=True)
    assert both.mask_of(X, (mask, None, None)) == (mask, None, None)
    assert Bidirectional(LSTM(2, return_sequences=True), None).mask_of(X, mask) == (mask, mask)


def test_bidirectional_layers_keep_the_rules_inside():
    layer = Bidirectional(
        LSTM(2, kernel_regularizer="l2", bias_constraint="non_neg", activity_regularizer="l2"),
        "sum",
    )
    params, state = layer.init(KEY, (5, 3))
    both = [params[name] for name in ("forward_layer", "backward_layer")]
    squares = sum(np.square(group["kernel"]).sum() for group in both)
    np.testing.assert_allclose(layer.penalty(params), 0.01 * squares, rtol=1e-6)
    low = jax.tree.map(lambda array: array - 5, params)
    assert (layer.constrained(low)["backward_layer"]["bias"] == 0).all()
    z, after = layer.apply(params, state, X, key=KEY, training=True)
    parts = [
        LSTM(2, go_backwards=back).apply(group, {}, X, key=KEY, training=False)[0]
        for group, back in zip(both, (False, True), strict=True)
    ]
    wanted = 0.01 * sum(np.square(part).sum() for part in parts) / 4
    np.testing.assert_allclose(layer.toll(z, after), wanted, rtol=1e-5)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Bidirectional(Dense(2)), "with recurrent layers"),
        (lambda: Bidirectional(LSTM(2, go_backwards=True)), "same direction"),
        (lambda: Bidirectional(LSTM(2), backward_layer=LSTM(2)), "same direction"),
        (
            lambda: Bidirectional(
                LSTM(2), backward_layer=LSTM(2, go_backwards=True, return_sequences=True)
            ),
            "differ in return_sequences",
        ),
    ],
)
def test_bidirectional_layers_must_go_together(build: object, message: str):
    with pytest.raises(ConfigError, match=message):
        build()


def test_a_sequence_of_layers_learns():
    """To say at its end which sign it began with."""
    x = np.sign(np.random.default_rng(1).normal(size=(256, 6, 1))).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.float32)
    model = Sequential(
        [
            layers.Input((6, 1)),
            layers.Bidirectional(layers.GRU(6, return_sequences=True)),
            layers.TimeDistributed(layers.BatchNormalization(momentum=0.9)),
            layers.LSTM(6),
            layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile(Adam(0.03), "binary_crossentropy", ["accuracy"])
    model.fit(x, y, epochs=8, batch_size=32, verbose=0)
    scores = model.evaluate(x, y)
    assert scores["accuracy"] > 0.95
    held = model.get_weights()
    model.set_weights([0 * array for array in held])
    assert model.evaluate(x, y)["loss"] > scores["loss"]
    model.set_weights(held)
    assert model.evaluate(x, y)["loss"] == scores["loss"]
