"""Cells and the layer that walks with them, against real Keras."""

import keras
import numpy as np
import pytest

from pellucid.base.errors import ConfigError
from pellucid.keras import Input, Layer, Model, Sequential, layers, ops

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

X = np.random.default_rng(2).normal(size=(3, 5, 4)).astype("float32")
MASK = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 1, 0, 0, 0]], bool)


def minimal(base):
    class Minimal(base):
        """A step of tanh(x W + h U), as Keras's documents have it."""

        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = self.state_size = units

        def build(self, input_shape):
            self.kernel = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="uniform", name="kernel"
            )
            self.pull = self.add_weight(
                shape=(self.units, self.units), initializer="uniform", name="pull"
            )

        def call(self, inputs, states):
            module = ops if base is Layer else keras.ops
            h = module.tanh(
                module.matmul(inputs, self.kernel) + module.matmul(states[0], self.pull)
            )
            return h, [h]

    return Minimal


CELLS = {
    "SimpleRNNCell": lambda kinds: kinds.SimpleRNNCell(3),
    "LSTMCell": lambda kinds: kinds.LSTMCell(3, recurrent_activation="relu"),
    "GRUCell": lambda kinds: kinds.GRUCell(3, reset_after=False),
    "stacked": lambda kinds: [kinds.LSTMCell(2), kinds.GRUCell(3)],
    "own": lambda kinds: minimal(kinds.Layer)(3),
    "own below": lambda kinds: [minimal(kinds.Layer)(2), kinds.LSTMCell(3)],
}
WALKS = {
    "last": {},
    "sequences": {"return_sequences": True, "zero_output_for_mask": True},
    "backwards": {"go_backwards": True, "return_sequences": True},
    "state": {"return_state": True, "unroll": True},
}


@pytest.mark.parametrize("walk", WALKS)
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("mask", [None, MASK], ids=["whole", "masked"])
def test_walks_are_keras(cell, walk, mask):
    if "below" in cell:
        mask = None  # Keras cannot mask a stack of cells of several widths
    mine = layers.RNN(CELLS[cell](layers), **WALKS[walk])
    theirs = keras.layers.RNN(CELLS[cell](keras.layers), **WALKS[walk])
    expected = theirs(X, mask=mask)
    mine.build(X.shape)
    mine.set_weights(theirs.get_weights())
    found = mine(X, mask=mask)
    ours = list(found) if isinstance(found, list) else [found]
    real = flat(expected)
    for a, b in zip(flat(ours), real, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def flat(value):
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in flat(part)]
    return [np.asarray(value)]


def test_a_walk_can_start_from_given_states():
    walk = layers.RNN(layers.LSTMCell(3), return_state=True)
    _, h, c = walk(X)
    again, *_ = walk(X, initial_state=[h, c])
    blank, *_ = walk(X, initial_state=[np.zeros((3, 3), "float32")] * 2)
    assert not np.allclose(again, h)
    np.testing.assert_allclose(blank, h, atol=1e-6)


def test_a_cell_can_be_called_by_itself():
    cell = layers.GRUCell(3)
    states = cell.get_initial_state(batch_size=3)
    output, (after,) = cell(X[:, 0], states)
    np.testing.assert_array_equal(output, after)
    assert cell.state_size == cell.output_size == 3
    assert layers.LSTMCell(3).state_size == [3, 3]


def test_an_own_cell_trains_in_a_model():
    source = Input((5, 4))
    model = Model(source, layers.Dense(1)(layers.RNN(minimal(Layer)(6))(source)))
    model.compile("adam", "mse")
    y = X.sum(axis=(1, 2))[:, None]
    history = model.fit(X, y, epochs=30, verbose=0).history["loss"]
    assert history[-1] < 0.9 * history[0]
    assert len(model.trainable_weights) == 4


def test_a_step_that_changes_a_variable_is_written_out():
    class Counting(Layer):
        state_size = output_size = 4

        def build(self, input_shape):
            self.steps = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, inputs, states):
            self.steps.assign(self.steps + 1.0)
            return inputs + states[0], [inputs + states[0]]

    cell = Counting()
    found = layers.RNN(cell)(X, training=True)
    np.testing.assert_allclose(found, X.sum(axis=1), atol=1e-5)
    assert float(cell.steps) == 5.0


@pytest.mark.parametrize("name", ["LSTMCell", "GRUCell", "SimpleRNNCell"])
def test_settings_of_cells_are_keras(name):
    mine, theirs = (
        getattr(layers, name)(3).get_config(),
        getattr(keras.layers, name)(3).get_config(),
    )
    assert mine.keys() == theirs.keys()
    walk = layers.RNN([getattr(layers, name)(3)], return_state=True)
    again = layers.RNN.from_config(walk.get_config())
    assert again.get_config() == walk.get_config()
    real = keras.layers.RNN([getattr(keras.layers, name)(3)])
    assert walk.get_config().keys() == real.get_config().keys()


def test_what_is_no_cell_is_refused():
    with pytest.raises(ConfigError, match="state_size"):
        layers.RNN(layers.Dense(3))
    with pytest.raises(ConfigError, match="initial_state"):
        layers.RNN(layers.LSTMCell(3), stateful=True)


def test_cells_go_into_a_sequential():
    model = Sequential([Input((5, 4)), layers.RNN(layers.LSTMCell(3)), layers.Dense(2)])
    assert model.predict(X, verbose=0).shape == (3, 2)
    assert model.count_params() == 4 * 3 * (4 + 3 + 1) + 8
