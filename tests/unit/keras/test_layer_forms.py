"""The forms a layer of one's own may have, and what can be done with any layer."""

import numpy as np
import pytest

from pellucid.keras import Input, Layer, Model, Sequential, layers, ops

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

X = np.random.default_rng(1).normal(size=(3, 4)).astype("float32")
STEPS = np.random.default_rng(2).normal(size=(3, 5, 4)).astype("float32")


class Old(Layer):
    """Keras 2's spelling of weights, the name first."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight("w", (input_shape[-1], self.units), initializer="ones")
        self.b = self.add_weight(name="b", shape=(self.units,), initializer="zeros")
        super().build(input_shape)

    def call(self, inputs):
        return inputs @ self.w + self.b

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class TwoShapes(Layer):
    def build(self, left_shape, right_shape):
        self.w = self.add_weight(shape=(left_shape[-1], right_shape[-1]), initializer="ones")

    def call(self, left, right, scale=1.0):
        return scale * (left @ self.w + right)


class Nested(Layer):
    def __init__(self):
        super().__init__()
        self.stack = [layers.Dense(3), layers.Dense(2)]
        self.table = {"last": layers.Dense(1)}

    def call(self, x, training=None):
        for layer in self.stack:
            x = layer(x)
        return self.table["last"](x)


class BuildsInside(Layer):
    def build(self, input_shape):
        self.inner = layers.Dense(input_shape[-1])

    def call(self, x):
        return {"sum": x + self.inner(x), "pair": (x, 2 * x)}


class Modes(Layer):
    def call(self, x, training=False):
        return x * (2.0 if training else 1.0)


class Masked(Layer):
    def call(self, x, mask=None):
        return x if mask is None else x * ops.expand_dims(ops.cast(mask, "float32"), -1)


def test_weights_may_be_spelt_as_in_keras_2():
    layer = Old(2)
    np.testing.assert_allclose(layer(X), X.sum(1, keepdims=True).repeat(2, 1), rtol=1e-5)
    assert [w.name for w in layer.weights] == ["w", "b"]
    again = Old.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


def test_a_layer_may_take_several_shapes_and_plain_arguments():
    left, right = Input((4,)), Input((2,))
    layer = TwoShapes()
    model = Model([left, right], layer(left, right=right, scale=3.0))
    found = model.predict([X, X[:, :2]])
    np.testing.assert_allclose(found, layer(X, X[:, :2], scale=3.0), rtol=1e-5)
    np.testing.assert_allclose(found, 3 * (X.sum(1, keepdims=True) + X[:, :2]), rtol=1e-4)


def test_layers_in_lists_and_tables_are_trained():
    layer = Nested()
    model = Sequential([Input((4,)), layer])
    model.compile("sgd", "mse")
    assert len(model.trainable_weights) == 6
    before = model.get_weights()
    model.fit(X, np.ones((3, 1)), verbose=0)
    assert all(not np.allclose(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_a_layer_may_return_tables_and_tuples():
    source = Input((4,))
    layer = BuildsInside()
    found = layer(source)
    assert found["sum"].shape == (None, 4)
    model = Model(source, [found["sum"], found["pair"][1]])
    total, twice = model.predict(X)
    np.testing.assert_allclose(twice, 2 * X, rtol=1e-6)
    np.testing.assert_allclose(total, layer(X)["sum"], rtol=1e-5)


def test_training_is_said_at_the_call():
    layer = Modes()
    np.testing.assert_array_equal(layer(X), X)
    np.testing.assert_array_equal(layer(X, training=True), 2 * X)
    source = Input((4,))
    model = Model(source, layer(source, training=True))
    np.testing.assert_array_equal(model.predict(X), 2 * X)
    assert (layers.Dropout(0.9)(X, training=True) == 0).any()


def test_masks_go_through_subclassed_models():
    class Mine(Model):
        def __init__(self):
            super().__init__()
            self.embed = layers.Embedding(5, 2, mask_zero=True)
            self.masked = Masked()

        def call(self, ids):
            return self.masked(self.embed(ids))

    found = Mine()(np.array([[1, 2, 0]], "int32"))
    assert (found[0, 2] == 0).all()
    assert (found[0, :2] != 0).all()


def test_a_recurrent_layer_starts_from_given_states():
    layer = layers.LSTM(3, return_state=True)
    output, h, c = layer(STEPS)
    np.testing.assert_array_equal(output, h)
    again, *_ = layer(STEPS, initial_state=[h, c])
    assert not np.allclose(again, output)
    source, first, second = Input((5, 4)), Input((3,)), Input((3,))
    model = Model([source, first, second], layer(source, initial_state=[first, second]))
    np.testing.assert_allclose(model.predict([STEPS, h, c])[0], again, atol=1e-6)


def test_wrappers_of_layers():
    both = layers.Bidirectional(layers.GRU(3, return_sequences=True))
    assert both(STEPS).shape == (3, 5, 6)
    each = layers.TimeDistributed(Old(2))
    np.testing.assert_allclose(each(STEPS)[:, 1], each.layer(STEPS[:, 1]), rtol=1e-5)


def test_layers_are_shared_between_models():
    shared, source = layers.Dense(1), Input((4,))
    first, second = Model(source, shared(source)), Sequential([Input((4,)), shared])
    first.compile("sgd", "mse")
    first.fit(X, np.ones((3, 1)), verbose=0)
    np.testing.assert_allclose(first.predict(X), second.predict(X), rtol=1e-6)
    np.testing.assert_allclose(first(X), second.predict(X), rtol=1e-5)


def test_frozen_layers_stay():
    model = Sequential([Input((4,)), layers.Dense(3), Old(1)])
    model.layers[1].trainable = False
    model.compile("sgd", "mse")
    frozen, moved = model.layers[1].get_weights()[0], model.layers[0].get_weights()[0]
    model.fit(X, np.ones((3, 1)), verbose=0)
    np.testing.assert_array_equal(model.layers[1].get_weights()[0], frozen)
    assert not np.allclose(model.layers[0].get_weights()[0], moved)
    assert len(model.non_trainable_weights) == 2


def test_variables_can_be_assigned():
    layer = layers.Dense(2)
    layer.build((None, 4))
    layer.kernel.assign(np.ones((4, 2)))
    layer.bias.assign_add([1.0, 2.0])
    np.testing.assert_allclose(layer(X), X.sum(1, keepdims=True) + np.array([1, 2]), rtol=1e-4)


def test_output_shapes_of_own_layers_are_found():
    assert Old(2).compute_output_shape((None, 4)) == (None, 2)
    assert Nested().compute_output_shape((8, 4))[1:] == (1,)


def test_a_model_of_ones_own_can_be_called_before_it_is_built():
    class Mine(Model):
        def __init__(self):
            super().__init__()
            self.layer = layers.Dense(2)

        def call(self, x):
            return self.layer(x)

    model = Mine()
    first = model(X)
    np.testing.assert_array_equal(model(X), first)
    np.testing.assert_allclose(model.predict(X), first, rtol=1e-5)
