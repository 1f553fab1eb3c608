"""Layers wired by calling them: names, sharing, order, and what cannot be wired."""

import jax
import numpy as np
import pytest

from pellucid.base.errors import ConfigError, ShapeError
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.merging import Add, Concatenate
from pellucid.layers.normalization import BatchNormalization
from pellucid.network.graph import chain, trace
from pellucid.network.summary import names_in_order, summarize


def test_names_are_those_keras_would_give():
    network = chain((4,), [Dense(3), BatchNormalization(), Dense(2, name="out"), Dense(2)])
    assert network.owners == ("dense", "batch_normalization", "out", "dense_1")


def test_equal_layers_wired_alike_are_one_value():
    one, other = (chain((4,), [Dense(3, "relu"), Dense(2)]) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != chain((4,), [Dense(3, "tanh"), Dense(2)])


def test_equal_layers_are_two_layers_and_one_used_twice_is_one():
    x = Input((3,))
    apart = trace([x], [Add()(Dense(2)(x), Dense(2)(x))])
    shared = Dense(2)
    once = trace([x], [Add()([shared(x), shared(x)])])
    assert len(apart.owners) == 3
    assert once.owners == ("dense", "add")
    assert [node.name for node in once.nodes] == ["dense", "dense_1", "add"]


def test_a_deep_network_is_no_recursion():
    network = chain((2,), [Dense(2)] * 3000)
    assert len(network.nodes) == 3000
    assert network.owners == ("dense",)


def test_parameters_keep_the_order_of_the_layer():
    network = chain((4,), [Dense(3), BatchNormalization()])
    assert names_in_order(network) == (
        *("dense/kernel", "dense/bias"),
        *("batch_normalization/gamma", "batch_normalization/beta"),
        *("batch_normalization/moving_mean", "batch_normalization/moving_variance"),
    )


def test_a_summary_counts_shared_parameters_once():
    x, shared = Input((3,), name="x"), Dense(3, name="shared")
    summary = summarize(trace([x], [shared(shared(x))]), frozenset({"shared"}))
    assert [row.parameters for row in summary.rows] == [12, 0]
    assert summary.rows[1].shared_with == "shared"
    assert (summary.trainable, summary.frozen, summary.depth) == (0, 12, 1)


def test_a_part_of_a_network_is_a_network():
    x, y = Input((3,), name="x"), Input((2,), name="y")
    both = Concatenate(name="both")(Dense(2, name="left")(x), y)
    network = trace([x, y], [Dense(1, name="out")(both)])
    part = network.up_to("left")
    assert [source.name for source in part.inputs] == ["x"]
    assert [node.name for node in part.nodes] == ["left"]
    params, state = network.init(jax.random.key(0))
    rows = {"x": jax.numpy.ones((2, 3)), "y": jax.numpy.ones((2, 2))}
    key = jax.random.key(1)
    whole = network.apply(params, state, rows, key=key, training=False)
    alone = part.apply(params, state, {"x": rows["x"]}, key=key, training=False)
    np.testing.assert_array_equal(whole.a["left"], alone.a["left"])


def test_what_cannot_be_wired_says_so():
    x, y = Input((3,), name="x"), Input((3,), name="y")
    with pytest.raises(ConfigError, match="needs the input y"):
        trace([x], [Add()(x, y)])
    with pytest.raises(ConfigError, match="one of its inputs"):
        trace([x], [x])
    with pytest.raises(ShapeError, match="takes one input"):
        Dense(2)(x, y)
    with pytest.raises(ShapeError, match="no layer gave"):
        Dense(2)(np.ones(3))
