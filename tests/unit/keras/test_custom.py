"""A user's own layer as a layer of the core."""

import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import keras
from pellucid.base.errors import ShapeError
from pellucid.keras.engine.layers.custom import Custom, Form, variables_of

RNG = np.random.default_rng(6)
X = RNG.normal(size=(8, 3)).astype("float32")


class Scale(keras.layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.gain = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="gain")

    def call(self, x):
        return x * self.gain * self.factor


def core_of(layer, *symbols):
    return layer.core_call(symbols, {})[0]


def test_arguments_are_kept_with_gaps_for_symbols():
    a, b = keras.Input((3,)), keras.Input((3,))
    form = Form(([a, 5], b), {"mask": None, "flag": True})
    assert form.filled([1, 2]) == (([1, 5], 2), {"mask": None, "flag": True})


def test_it_is_equal_to_itself_only():
    a = keras.Input((3,))
    one, other = Scale(), Scale()
    one(a), other(a)
    assert core_of(one, a) != core_of(other, a)
    model = keras.Sequential([keras.Input((3,)), one])
    first, second = (model.plan_for(((3,),)).network for _ in range(2))
    assert first == second


def test_a_setting_that_changes_changes_what_is_computed():
    layer = Scale()
    model = keras.Sequential([keras.Input((3,)), layer])
    before = [model.predict(X, verbose=0), model(X)]
    layer.factor = 5.0
    after = [model.predict(X, verbose=0), model(X)]
    for x in before:
        np.testing.assert_allclose(x, 2 * X, rtol=1e-6)
    for x in after:
        np.testing.assert_allclose(x, 5 * X, rtol=1e-6)


def test_frozen_variables_move_to_the_state():
    layer = Scale()
    layer(X)
    moving, still = variables_of(layer)
    assert list(moving.values()) == [layer.gain] and still == {}
    layer.trainable = False
    moving, still = variables_of(layer)
    assert moving == {} and list(still.values()) == [layer.gain]


class TestShapes:
    def test_a_size_left_open_stays_open_where_it_reaches(self):
        class Ends(keras.layers.Layer):
            def call(self, x):
                return {"steps": x[..., :1], "sum": jnp.sum(x, axis=1), "fixed": x[:, :2]}

        found = Ends()(keras.Input((None, 3)))
        assert found["steps"].shape == (None, None, 1)
        assert found["sum"].shape == (None, 3)
        assert found["fixed"].shape == (None, 2, 3)

    def test_types_are_told_too(self):
        class Signs(keras.layers.Layer):
            def call(self, x):
                return x > 0

        assert Signs()(keras.Input((3,))).dtype == "bool"

    def test_what_does_not_fit_is_said_when_the_model_is_made(self):
        class Wrong(keras.layers.Layer):
            def call(self, x):
                return keras.ops.matmul(x, np.ones((7, 2), "float32"))

        with pytest.raises((TypeError, ValueError), match="3"):
            Wrong()(keras.Input((3,)))


def test_state_moves_in_training_only():
    class Count(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)
            self.whole = keras.Variable(0, trainable=False)

        def call(self, x, training=False):
            if training:
                self.calls.assign_add(1.0)
                self.whole.assign_add(2)
            return x + 0.0 * self.calls

    count = Count()
    model = keras.Sequential([keras.Input((3,)), count, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.evaluate(X, X[:, :1], verbose=0)
    assert count.calls.value == 0
    model.fit(X, X[:, :1], batch_size=3, epochs=2, verbose=0)
    assert count.calls.value == 6 and count.whole.value == 12
    assert count.whole.numpy().dtype == np.int32
    model(X, training=True)
    model(X)
    assert count.calls.value == 7


def test_own_regularizers_constraints_and_losses_count():
    class Charged(keras.layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(3,),
                initializer=keras.initializers.Constant(-2.0),
                regularizer=lambda w: keras.ops.sum(w**2),
                constraint="non_neg",
            )

        def call(self, x):
            self.add_loss(10.0)
            self.add_loss(keras.ops.mean(self.w))
            return x * self.w

    layer = Charged()
    model = keras.Sequential([keras.Input((3,)), layer])
    model.compile(keras.optimizers.SGD(1e-9), "mse")
    zeros = np.zeros_like(X)
    assert model.evaluate(zeros, zeros, verbose=0) == pytest.approx(10 - 2 + 12)
    model.fit(zeros, zeros, verbose=0)
    np.testing.assert_array_equal(layer.w, np.zeros(3))
    assert model.evaluate(zeros, zeros, verbose=0) == pytest.approx(10)


def test_random_numbers_differ_by_step_and_stand_still_outside_training():
    class Noise(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.seeds = keras.random.SeedGenerator(1)

        def call(self, x, training=False):
            if not training:
                return x
            return x + keras.random.normal((8, 3), seed=self.seeds)

    model = keras.Sequential([keras.Input((3,)), Noise()])
    np.testing.assert_array_equal(model.predict(X, verbose=0), X)
    one, other = model(X, training=True), model(X, training=True)
    assert not np.allclose(one, X) and not np.allclose(one, other)
    model.compile("sgd", "mse")
    losses = model.fit(X, X, epochs=3, verbose=0).history["loss"]
    assert len(set(losses)) == 3


def test_masks_pass_only_where_the_layer_says_so():
    class Watch(keras.layers.Layer):
        def call(self, x, mask=None):
            if mask is None:  # while the model is made
                mask = keras.ops.ones_like(x[..., 0])
            return keras.ops.sum(x * keras.ops.cast(mask[..., None], "float32"), axis=1)

    class Through(keras.layers.Layer):
        supports_masking = True

        def call(self, x):
            return 2.0 * x

    ids = keras.Input((4,), dtype="int32")
    embedding = keras.layers.Embedding(5, 2, mask_zero=True)
    model = keras.Model(ids, Watch()(Through()(embedding(ids))))
    rows = np.array([[1, 2, 0, 0], [3, 0, 0, 4]])
    kernel = embedding.get_weights()[0]
    expected = [2 * (kernel[1] + kernel[2]), 2 * (kernel[3] + kernel[4])]
    np.testing.assert_allclose(model.predict(rows, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model(rows), expected, rtol=1e-5)


def test_a_layer_held_in_a_list_is_trained_too():
    class Tower(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.floors = [keras.layers.Dense(3) for _ in range(2)]
            self.named = {"roof": keras.layers.Dense(1)}

        def call(self, x):
            for floor in self.floors:
                x = floor(x)
            return self.named["roof"](x)

    tower = Tower()
    model = keras.Sequential([keras.Input((3,)), tower])
    assert len(model.trainable_weights) == 6
    before = tower.get_weights()
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0)
    assert all((a != b).any() for a, b in zip(before, tower.get_weights(), strict=True))


def test_weights_that_do_not_fit_are_refused_and_nothing_is_set():
    layer = Scale()
    layer(X)
    with pytest.raises(ShapeError, match="do not fit"):
        layer.set_weights([np.zeros(4)])
    np.testing.assert_array_equal(layer.gain, np.ones(3))


def test_it_is_a_layer_of_the_core():
    a = keras.Input((3,))
    layer = Scale()
    layer(a)
    core = core_of(layer, a)
    assert isinstance(core, Custom)
    assert core.output_shape((3,)) == (3,)
    assert core.output_shape((7, 3)) == (7, 3)
