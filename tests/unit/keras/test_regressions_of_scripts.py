"""What scripts in the manner of books and courses once did wrong here."""

import warnings

import numpy as np
import pytest

from pellucid.keras import (
    Input,
    Model,
    Sequential,
    backend,
    config,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
)
from pellucid.keras.engine.base.hints import KerasHint, forget_hints
from pellucid.keras.preprocessing.image import ImageDataGenerator

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

X = np.random.default_rng(1).normal(size=(300, 4)).astype("float32")


@pytest.fixture(autouse=True)
def fresh_hints():
    forget_hints()
    yield
    config.set_strict(None)


class AlwaysDropping(layers.Dropout):
    def call(self, inputs):
        return super().call(inputs, training=True)


def test_a_layer_of_keras_s_with_a_call_that_calls_the_old_one():
    model = Sequential([Input((4,)), AlwaysDropping(0.5)])
    dropped = model.predict(X, verbose=0)
    assert np.all((dropped == 0) | np.isclose(dropped, 2 * X))
    assert 0.4 < np.mean(dropped == 0) < 0.6


def test_what_draws_outside_training_draws_anew_for_each_prediction_and_each_row():
    x = Input((4,))
    model = Model(x, layers.Dropout(0.5)(x, training=True))
    ones = np.ones((512, 4), "float32")
    one, other = (model.predict(ones, verbose=0) for _ in range(2))
    assert not np.array_equal(one, other)
    assert not np.array_equal(one[:256], one[256:])


def discriminator():
    model = Sequential([Input((4,)), layers.Dense(1, activation="sigmoid")])
    model.compile(optimizers.SGD(0.5), losses.BinaryCrossentropy())
    model.trainable = False
    return model


def test_a_model_frozen_after_its_compile_trains_as_it_was_compiled():
    model = discriminator()
    before = model.get_weights()[0]
    with pytest.warns(KerasHint, match="frozen after its compile"):
        model.train_on_batch(X, np.ones((300, 1)))
    assert not np.array_equal(before, model.get_weights()[0])

    noise = Input((4,))
    around = Model(noise, model(layers.Dense(4)(noise)))
    around.compile("sgd", "binary_crossentropy")
    before, moving = model.get_weights()[0], around.get_weights()[0]
    around.train_on_batch(X, np.zeros((300, 1)))
    np.testing.assert_array_equal(before, model.get_weights()[0])
    assert not np.array_equal(moving, around.get_weights()[0])


def test_a_model_frozen_after_its_compile_stays_so_where_keras_3_is_wanted():
    model = discriminator()
    config.set_strict(True)
    before = model.get_weights()[0]
    model.train_on_batch(X, np.ones((300, 1)))
    np.testing.assert_array_equal(before, model.get_weights()[0])


def start(shape, dtype=None):
    return np.full(shape, 0.25, dtype)


def test_an_initializer_that_is_a_function_goes_through_a_file(tmp_path):
    model = Sequential([Input((4,)), layers.Dense(2, kernel_initializer=start)])
    model.save(tmp_path / "model.keras")
    read = models.load_model(tmp_path / "model.keras", custom_objects={"start": start})
    np.testing.assert_array_equal(read.layers[0].kernel_initializer((2,), "float32"), 0.25)


def test_normalization_says_that_it_has_learnt_nothing_when_it_is_used_not_before():
    with warnings.catch_warnings():
        warnings.simplefilter("error", KerasHint)
        scaling = layers.Normalization()
        model = Sequential([Input((4,)), scaling, layers.Dense(1)])
        scaling.adapt(X)
        model.predict(X, verbose=0)
    with pytest.warns(KerasHint, match="lets everything pass"):
        Sequential([Input((4,)), layers.Normalization()]).predict(X, verbose=0)


def test_a_function_of_the_old_backend_runs_between_symbols():
    model = Sequential([Input((4,)), layers.Dense(3), layers.Dropout(0.5)])
    with pytest.warns(KerasHint, match="since Keras 3"):
        between = backend.function(
            [model.input, backend.learning_phase()], [model.layers[-1].output]
        )
    (used,), (trained,) = between([X, 0]), between([X, 1])
    np.testing.assert_allclose(used, model.predict(X, verbose=0), rtol=1e-6)
    assert np.any(trained == 0) and not np.any(used == 0)


class Charging(layers.Layer):
    def call(self, x):
        self.add_loss(np.float32(3.0), inputs=[x])
        return x


def test_add_loss_takes_keras_2_s_inputs():
    x = Input((4,))
    model = Model(x, Charging()(x))
    model.compile("sgd", loss="mse")
    np.testing.assert_allclose(model.evaluate(X, X, verbose=0), 3.0, rtol=1e-6)


def test_an_epoch_of_changed_pictures_ends():
    model = Sequential([Input((4, 4, 1)), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    flow = ImageDataGenerator().flow(X.reshape(75, 4, 4, 1), X[:75, 0], batch_size=25)
    history = model.fit(flow, epochs=2, validation_data=flow, verbose=0)
    assert len(history.history["val_loss"]) == 2
    assert len(model.predict(flow, verbose=0)) == 75


def test_a_stateful_layer_goes_on_from_batch_to_batch_of_a_prediction():
    x = X[:, :2].reshape(300, 1, 2)
    made = Sequential([Input(batch_shape=(1, 1, 2)), layers.LSTM(3, stateful=True)])
    whole = Sequential([Input((6, 2)), layers.LSTM(3)])
    whole.set_weights(made.get_weights())
    found = made.predict(x[:6], batch_size=1, verbose=0)
    np.testing.assert_allclose(found[-1:], whole.predict(x[:6].reshape(1, 6, 2)), rtol=1e-5)
    made.reset_states()
    np.testing.assert_allclose(made.predict(x[:6], batch_size=1, verbose=0), found, rtol=1e-6)


def stateful(rows, steps):
    forget = [Input(batch_shape=(rows, steps, 2)), layers.LSTM(3, stateful=steps == 2)]
    model = Sequential([*forget, layers.Dense(1)])
    model.compile(optimizers.SGD(0.0), "mse")
    return model


def test_a_stateful_layer_goes_on_through_the_batches_of_evaluate_and_validation():
    x = np.random.default_rng(0).normal(size=(8, 2, 2)).astype("float32")
    model, whole = stateful(4, 2), stateful(4, 4)
    whole.set_weights(model.get_weights())
    joined = np.concatenate([x[:4], x[4:]], axis=1)  # the second batch goes on with the first
    y = np.zeros((8, 1), "float32")
    costs = [
        np.mean(m.predict(rows, verbose=0) ** 2) for m, rows in ((model, x[:4]), (whole, joined))
    ]
    model.reset_states()
    expected = np.mean(costs)
    assert np.isclose(model.evaluate(x, y, batch_size=4, verbose=0), expected, rtol=1e-5)
    model.reset_states()
    log = model.fit(
        x, y, batch_size=4, shuffle=False, verbose=0, validation_data=(joined[:, 2:][:4], y[:4])
    )
    assert np.isclose(log.history["loss"][0], expected, rtol=1e-5)
    went_on = np.concatenate([joined, joined[:, 2:]], axis=1)
    longest = stateful(4, 6)
    longest.set_weights(model.get_weights())
    last = np.mean(longest.predict(went_on, verbose=0) ** 2)
    assert np.isclose(log.history["val_loss"][0], last, rtol=1e-5)


class TwoOutputs(Model):
    def __init__(self):
        super().__init__()
        self.one, self.other = layers.Dense(1), layers.Dense(2)

    def call(self, x):
        return self.one(x), self.other(x)


def test_outputs_without_names_are_recorded_by_what_is_measured():
    model = TwoOutputs()
    model.compile("sgd", ["mse", "mae"], metrics=["mae", "mae"])
    log = model.fit(X, (X[:, :1], X[:, :2]), verbose=0)
    assert sorted(log.history) == ["loss", "mae", "mae_1", "mae_loss", "mse_loss"]
    model.compile("sgd", "mse")
    assert list(model.evaluate(X, (X[:, :1], X[:, :2]), verbose=0, return_dict=True)) == [
        *("loss", "mse_loss", "mse_loss_1"),
    ]


class Metering(layers.Layer):
    def __init__(self):
        super().__init__()
        self.mean = metrics.Mean()

    def call(self, x):
        self.mean(ops.mean(x))
        self.add_loss(ops.mean(x))
        return x


def test_a_layer_called_on_arrays_tells_what_it_charged_last():
    layer = Metering()
    layer(np.ones((2, 3)))
    layer(np.full((2, 3), 4.0))
    assert [float(loss) for loss in layer.losses] == [4.0]


def test_a_metric_in_a_call_is_not_recorded_and_that_is_said():
    model = Sequential([Input((4,)), Metering(), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.warns(KerasHint, match="a metric in call"):
        log = model.fit(X, X[:, :1], verbose=0)
    assert list(log.history) == ["loss"]


class Embedded(layers.Layer):
    def __init__(self):
        super().__init__()
        self.table = layers.Embedding(5, 2)

    def call(self, x):
        return self.table(x)


def test_ids_that_arrive_as_floats_are_looked_up_inside_a_layer_of_one_s_own():
    model = Sequential([Input((3,)), Embedded()])
    ids = np.array([[0, 4, 2]])
    assert np.array_equal(model.predict(ids, verbose=0)[0], model.layers[0].table(ids[0]))


def test_a_summary_says_functional_and_names_operations():
    x = Input((4,))
    inner = Model(x, layers.Dense(2)(x), name="inner")
    told = []
    Model(x, inner(x) + 1.0).summary(print_fn=told.append)
    table = "\n".join(told)
    assert "inner (Functional)" in table
    assert "(Add)" in table


def test_a_json_with_unknown_losses_gives_a_model_that_is_not_compiled():
    def unheard_of(y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred))

    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile("sgd", unheard_of)
    with pytest.warns(KerasHint, match="JSON"):
        again = models.model_from_json(model.to_json())
    assert again.optimizer is None
    assert [tuple(w.shape) for w in again.weights] == [(4, 1), (1,)]
