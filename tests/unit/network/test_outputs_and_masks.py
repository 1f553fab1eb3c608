"""Layers with several outputs, masks on their way, tolls and constraints."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.base.config import config
from pellucid.base.errors import ConfigError, ShapeError
from pellucid.functions.regularizers import L1
from pellucid.interop.network_json import network_from_json, network_to_json
from pellucid.layers import (
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    Embedding,
    GlobalAveragePooling2D,
    InMode,
    Input,
    Masking,
    Part,
    Reshape,
)
from pellucid.layers.delegation import ChannelsFirst
from pellucid.layers.layer import Layer
from pellucid.network.graph import chain, trace

KEY = jax.random.key(0)


@config
class Halves(Layer):
    """The first and the second half of the features."""

    def output_shape(self, input_shape):
        return ((input_shape[0] // 2,),) * 2

    def apply(self, params, state, x, *, key, training):
        return tuple(jnp.split(x, 2, axis=1)), state


@config
class Seen(Layer):
    """Whatever it is given, as ones and zeros of its mask."""

    uses_mask = True

    def output_shape(self, input_shape):
        return input_shape[:1]

    def apply(self, params, state, x, *, key, training, mask=None):
        return (jnp.full(x.shape[:2], -1.0) if mask is None else mask.astype(x.dtype)), state


def run(network, inputs, training=False, **settings):
    params, state = network.init(KEY)
    return network.apply(params, state, inputs, key=KEY, training=training, **settings)


def test_one_of_several_outputs_can_be_picked():
    x = Input((4,))
    halves = Halves()(x)
    assert halves.shape == ((2,), (2,))
    network = trace([x], [Part(1)(halves), Add()(halves)])
    assert network.shape_of("halves") == ((2,), (2,))
    forward = run(network, {"x": jnp.arange(4.0)[None]})
    np.testing.assert_array_equal(forward.a["part"], [[2, 3]])
    np.testing.assert_array_equal(forward.a["add"], [[2, 4]])


def test_several_outputs_have_a_delta_each():
    x = Input((4,))
    network = trace([x], [Part(1)(Halves()(x))])
    nudges = network.nudges(1, "float32")
    rows = {"x": jnp.arange(4.0)[None]}
    cost = lambda nudges: run(network, rows, nudges=nudges).a["part"].sum()  # noqa: E731
    first, second = jax.grad(cost)(nudges)["halves"]
    np.testing.assert_array_equal(first, [[0, 0]])
    np.testing.assert_array_equal(second, [[1, 1]])


def test_several_outputs_are_refused_where_one_is_needed():
    x = Input((4,))
    with pytest.raises(ShapeError, match="several outputs"):
        Dense(2)(Halves()(x))
    with pytest.raises(ShapeError, match="several outputs"):
        Add()(Halves()(x), x)
    with pytest.raises(ShapeError, match="picks output 2"):
        Part(2)(Halves()(x))
    with pytest.raises(ConfigError, match="ends this network"):
        trace([x], [Halves()(x)])


def test_masks_go_with_outputs_as_far_as_layers_pass_them_on():
    ids = Input((3,), dtype="int32")
    words = Embedding(5, 2, mask_zero=True)(ids)
    seen, lost = Seen(name="seen")(Dense(4)(words)), Seen(name="lost")(Reshape((3, 2))(words))
    network = trace([ids], [seen, lost])
    forward = run(network, {"x": jnp.array([[1, 0, 2]])})
    np.testing.assert_array_equal(forward.a["seen"], [[1, 0, 1]])
    np.testing.assert_array_equal(forward.a["lost"], [[-1, -1, -1]])
    assert set(forward.masks) == {"embedding", "dense"}


def test_a_mask_for_several_inputs_is_a_tuple():
    both = Input((3, 2)), Input((3, 2))
    masked = Masking()(both[0])
    network = trace(both, [Seen(name="seen")(Add()(masked, both[1])), Add()(masked, masked)])
    rows = {"x": jnp.array([[[1.0, 0], [0, 0], [0, 2]]]), "x_1": jnp.ones((1, 3, 2))}
    forward = run(network, rows)
    np.testing.assert_array_equal(forward.a["seen"], [[-1, -1, -1]])
    np.testing.assert_array_equal(forward.masks["add_1"], [[True, False, True]])


def test_activity_costs_by_the_row():
    network = chain((2,), [Dense(2, activity_regularizer=L1(0.5), use_bias=False, name="d")])
    rows = {"x": jnp.array([[1.0, 2], [3, 4]])}
    forward = run(network, rows)
    np.testing.assert_allclose(forward.toll, 0.5 * np.abs(forward.a["d"]).sum() / 2, rtol=1e-6)
    assert run(chain((2,), [Dense(2)]), rows).toll == 0


def test_only_what_has_a_constraint_is_moved():
    network = chain((2,), [Dense(2, kernel_constraint="non_neg", name="d")])
    params = {"d": {"kernel": -jnp.eye(2), "bias": -jnp.ones(2)}}
    allowed = network.constrained(params)["d"]
    np.testing.assert_array_equal(allowed["kernel"], np.zeros((2, 2)))
    np.testing.assert_array_equal(allowed["bias"], [-1, -1])


def test_a_layer_may_always_run_in_one_mode():
    network = chain((2,), [InMode(BatchNormalization(), training=True)])
    rows = {"x": jnp.array([[1.0, 2], [3, 6]])}
    np.testing.assert_allclose(run(network, rows).a["in_mode"], [[-1, -1], [1, 1]], atol=1e-3)
    resting = chain((2,), [InMode(BatchNormalization(), training=False)])
    np.testing.assert_allclose(run(resting, rows, True).a["in_mode"], rows["x"], rtol=1e-3)


@pytest.mark.parametrize("layer", [Conv2D(3, 2, activation="relu"), GlobalAveragePooling2D()])
def test_channels_may_come_first(layer):
    first, last = chain((4, 6, 5), [ChannelsFirst(layer)]), chain((6, 5, 4), [layer])
    x = jax.random.normal(KEY, (2, 4, 6, 5))
    ours = run(first, {"x": x}).a[first.outputs[0]]
    usual = run(last, {"x": jnp.moveaxis(x, 1, -1)}).a[last.outputs[0]]
    np.testing.assert_allclose(ours, jnp.moveaxis(usual, -1, 1), rtol=1e-6)
    assert ours.shape[1:] == first.shape_of(first.outputs[0])


def test_a_layer_inside_another_is_read_from_a_file():
    network = chain((4, 6, 5), [ChannelsFirst(Conv2D(3, 2, kernel_constraint="max_norm"))])
    assert network_from_json(network_to_json(network)) == network
