"""What holds for every number of rows and every batch size."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.models.sequential import Sequential
from pellucid.training.watch import Watch


def visited(z):
    """Which rows a step saw: with x = identity and W = identity, z is one row of it each."""
    return jnp.sum(z, axis=0)


def watched(rows, batch_size, shuffle, epochs):
    model = Sequential([Input((rows,)), Dense(rows, use_bias=False, trainable=False), Dense(1)])
    model.compile("sgd", "mse", watch=Watch(("z",), summary=visited, every=1))
    model.set_weights({"dense/kernel": np.eye(rows)})
    x, y = np.eye(rows, dtype="float32"), np.zeros((rows, 1))
    history = model.fit(x, y, batch_size=batch_size, shuffle=shuffle, epochs=epochs, verbose=0)
    return [record.signals["z"]["dense"] for record in history.records]


@settings(max_examples=12)
@given(rows=st.integers(1, 23), batch_size=st.integers(1, 30), shuffle=st.booleans())
def test_an_epoch_visits_every_row_once(rows, batch_size, shuffle):
    first, second = watched(rows, batch_size, shuffle, 2)
    for seen in (first, second):
        np.testing.assert_array_equal(seen.sum(0), np.ones(rows))
        sizes = seen.sum(1).astype(int).tolist()
        size = min(batch_size, rows)
        assert sizes == [size] * (rows // size) + [rows % size] * (rows % size > 0)
    if not shuffle:
        np.testing.assert_array_equal(first, second)


def test_each_epoch_has_an_order_of_its_own():
    first, second = watched(60, 20, True, 2)
    assert (first != second).any()


RNG = np.random.default_rng(0)
X = RNG.normal(size=(31, 5)).astype("float32")
Y = RNG.integers(0, 3, 31)


def model(seed=0):
    made = Sequential([Input((5,)), Dense(6, "tanh"), Dense(3, "softmax")], seed=seed)
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy", "auc"])
    return made


@settings(max_examples=10)
@given(order=st.permutations(range(31)))
def test_the_order_of_rows_changes_no_score(order):
    made = model()
    straight, other = made.evaluate(X, Y), made.evaluate(X[list(order)], Y[list(order)])
    np.testing.assert_allclose(straight, other, rtol=1e-5)


@settings(max_examples=10)
@given(order=st.permutations(range(6)))
def test_permuting_hidden_units_changes_no_output(order):
    made, order = model(), list(order)
    before = made.predict(X)
    weights = made.weights
    made.set_weights(
        {
            "dense/kernel": weights["dense/kernel"][:, order],
            "dense/bias": weights["dense/bias"][order],
            "dense_1/kernel": weights["dense_1/kernel"][order],
        }
    )
    np.testing.assert_allclose(made.predict(X), before, rtol=1e-5, atol=1e-6)


def test_the_score_of_many_rows_is_that_of_their_chunks():
    """More rows than go through the network at once, and some left over."""
    x, y = np.tile(X, (30, 1)), np.tile(Y, 30)
    made = model()
    loss = made.evaluate(x, y)["loss"]
    assert loss == pytest.approx(made.evaluate(X, Y)["loss"], rel=1e-5)
