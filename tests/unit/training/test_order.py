"""Orders of rows: balanced batches hold every class equally often, by seed and epoch alone."""

import jax
import numpy as np
import pytest

from pellucid.base.errors import ConfigError, DataError
from pellucid.layers import Dense, Input
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.training.order import balanced_order

LABELS = np.array([0] * 80 + [2] * 12 + [4] * 8)[np.random.default_rng(0).permutation(100)]
ORDER = jax.jit(balanced_order, static_argnums=1)
X = np.random.default_rng(1).normal(size=(100, 3)).astype("float32")


def order(epoch=0, seed=7, labels=LABELS):
    return np.asarray(ORDER(labels, 5, np.array([0, seed], np.uint32), np.int32(epoch)))


@pytest.mark.parametrize("size", [3, 6, 10, 32, 100])
def test_every_batch_has_each_class_equally_often(size):
    visited = LABELS[order()]
    for first in range(0, 100, size):
        counts = np.bincount(visited[first : first + size], minlength=5)
        assert counts[[1, 3]].sum() == 0
        assert np.ptp(counts[[0, 2, 4]]) <= 1


def test_a_class_s_rows_come_equally_often_and_in_a_new_order_each_epoch():
    rows = order()
    times = np.bincount(rows, minlength=100)
    for label in (0, 2, 4):
        assert np.ptp(times[label == LABELS]) <= 1
    assert not np.array_equal(rows, order(epoch=1))
    assert np.array_equal(rows, order())
    assert not np.array_equal(rows, order(seed=8))


def test_one_class_is_all_there_is():
    assert sorted(order(labels=np.full(100, 3))) == list(range(100))


def network(units=1, activation="sigmoid", loss="binary_crossentropy"):
    model = Sequential([Input((3,)), Dense(units, activation)], seed=2)
    model.compile("sgd", loss)
    return model


@pytest.mark.parametrize(
    ("model", "y"),
    [
        (network(), LABELS[:, None] == 2),
        (network(5, "softmax", "sparse_categorical_crossentropy"), LABELS),
        (network(5, "softmax", "categorical_crossentropy"), np.eye(5)[LABELS]),
        (network(loss="hinge"), np.where(LABELS == 2, 1, -1)),
    ],
)
def test_labels_in_every_form_are_balanced(model, y):
    """The mean answer's bias goes to even odds, whatever the shares of the classes."""
    history = model.fit(0 * X, y, epochs=200, batch_size=30, shuffle="balanced", verbose=0)
    assert history["loss"][-1] <= history["loss"][0] + 1e-6
    answers = model.predict(X[:1] * 0)[0]
    if len(answers) == 5:
        assert answers[[0, 2, 4]] == pytest.approx([1 / 3] * 3, abs=0.08)
    else:
        assert answers[0] == pytest.approx(0.5, abs=0.05)


def test_going_on_is_as_going_through():
    whole, parts = network(), network()
    y = LABELS == 2
    whole.fit(X, y, epochs=4, shuffle="balanced", verbose=0)
    for _ in range(2):
        parts.fit(X, y, epochs=2, shuffle="balanced", verbose=0)
    for a, b in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_batch_of_all_rows_is_balanced_too():
    model = network()
    model.fit(0 * X, LABELS == 2, epochs=300, batch_size="full", shuffle="balanced", verbose=0)
    assert model.predict(X[:1] * 0)[0, 0] == pytest.approx(0.5, abs=0.02)


def test_what_has_no_classes_is_refused():
    with pytest.raises(ConfigError, match="shuffle is a word"):
        network().fit(X, LABELS == 2, shuffle="batch", verbose=0)
    x = Input((3,))
    two = Model(x, [Dense(1, name="a")(x), Dense(1, name="b")(x)])
    two.compile("sgd", "mse")
    with pytest.raises(DataError, match="several"):
        two.fit(X, [X[:, :1], X[:, 1:2]], shuffle="balanced", verbose=0)
