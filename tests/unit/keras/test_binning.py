"""Bins: by a hash, and by boundaries."""

import numpy as np
import pytest

from pellucid.base.errors import ConfigError, StateError
from pellucid.keras.engine.layers.binning import Bins, Hasher, encoded

LETTERS = [["A"], ["B"], ["C"], ["D"], ["E"]]


def test_hashing_as_keras_documents_it():
    assert Hasher(3)(LETTERS).tolist() == [[1], [0], [1], [1], [2]]
    masked = Hasher(3, mask_value="")([["A"], ["B"], [""], ["C"], ["D"]])
    assert masked.tolist() == [[1], [1], [0], [2], [2]]
    assert Hasher(3, salt=[133, 137])(LETTERS).tolist() == [[1], [2], [1], [0], [2]]
    assert Hasher(3, salt=133)(LETTERS).tolist() == [[0], [0], [2], [1], [0]]


def test_numbers_are_hashed_as_they_are_written():
    assert Hasher(7)([12, 5]).tolist() == Hasher(7)(["12", "5"]).tolist()
    assert Hasher(7)([12.7]).tolist() == Hasher(7)(["12"]).tolist()
    assert Hasher(3, output_mode="one_hot")(LETTERS).tolist()[0] == [0, 1, 0]
    assert Hasher(3, output_mode="count")([["A", "C", "B"]]).tolist() == [[1, 2, 0]]


def test_given_boundaries():
    bins = Bins(bin_boundaries=[0.0, 1.0, 2.0])
    x = [[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]]
    assert bins(x).tolist() == [[0, 2, 3, 1], [1, 3, 2, 1]] and bins(x).dtype == np.int32
    rows = Bins(bin_boundaries=[0.0], output_mode="multi_hot")([[-1, -2], [-1, 1]])
    assert rows.tolist() == [[1, 0], [1, 1]]


def test_learnt_boundaries():
    bins = Bins(num_bins=4, epsilon=0.01)
    bins.adapt(np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]]))
    assert bins([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]]).tolist() == [
        [0, 2, 3, 2], [1, 3, 3, 1],
    ]  # fmt: skip


def test_quantiles_of_many_batches():
    x = np.random.default_rng(0).normal(size=10_000)
    bins = Bins(num_bins=10)
    bins.adapt(iter(x.reshape(10, 1000)))
    shares = np.bincount(bins(x), minlength=10) / len(x)
    np.testing.assert_allclose(shares, 0.1, atol=0.015)  # the summary holds 100 points


def test_indices_outside_add_nothing():
    assert encoded([[0, -1, 5]], "count", 2).tolist() == [[1, 0]]
    assert encoded(1, "multi_hot", 2).tolist() == [0, 1]
    assert encoded([np.array([1]), np.array([], int)], "count", 2).tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize("make", [
    lambda: Hasher(0), lambda: Hasher(3, salt=(1,)), lambda: Hasher(3, output_mode="tf_idf"),
    lambda: Bins(), lambda: Bins([1.0], num_bins=2), lambda: Bins([1.0]).adapt([1.0]),
])  # fmt: skip
def test_impossible_settings(make):
    with pytest.raises(ConfigError):
        make()


def test_no_boundaries_yet():
    with pytest.raises(StateError, match="adapt"):
        Bins(num_bins=2)([1.0])
