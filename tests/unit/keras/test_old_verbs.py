"""Verbs and questions of Keras 1 and 2."""

import numpy as np
import pytest

from pellucid.base.errors import ConfigError, StateError
from pellucid.keras import Input, Model, Sequential, layers, ops
from pellucid.keras.engine.base.hints import KerasHint, forget_hints

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

RANDOM = np.random.default_rng(4)
X = RANDOM.normal(size=(40, 4)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("int32")


def batches(size=10):
    while True:
        for start in range(0, 40, size):
            yield X[start : start + size], Y[start : start + size]


def model(units=2, activation="softmax", loss="sparse_categorical_crossentropy"):
    made = Sequential([Input((4,)), layers.Dense(units, activation)])
    made.compile("sgd", loss, metrics=["accuracy"])
    return made


def test_classes_are_predicted():
    forget_hints()
    several, one = model(), model(1, "sigmoid", "binary_crossentropy")
    with pytest.warns(KerasHint, match="argmax"):
        np.testing.assert_array_equal(several.predict_classes(X), several.predict(X).argmax(-1))
    np.testing.assert_array_equal(one.predict_classes(X), one.predict(X) > 0.5)
    np.testing.assert_array_equal(one.predict_proba(X), one.predict(X))


def test_generators_train_measure_and_predict():
    made = model()
    history = made.fit_generator(
        batches(), 4, 3, verbose=0, validation_data=batches(), validation_steps=4, workers=2
    )
    assert len(history.history["val_loss"]) == 3
    whole = made.evaluate(X, Y, verbose=0)
    np.testing.assert_allclose(made.evaluate_generator(batches(), steps=4), whole, rtol=1e-5)
    np.testing.assert_allclose(
        made.predict_generator(batches(), steps=4), made.predict(X), rtol=1e-5
    )


def test_rows_are_counted_as_in_keras_1():
    made = model()
    history = made.fit_generator(
        batches(), samples_per_epoch=40, nb_epoch=2, nb_val_samples=20, validation_data=batches(),
        verbose=0, max_q_size=3, nb_worker=1, pickle_safe=False,
    )  # fmt: skip
    assert len(history.history["loss"]) == 2
    whole = made.evaluate(X, Y, verbose=0)
    found = made.evaluate_generator(batches(), val_samples=40)
    np.testing.assert_allclose(found, whole, rtol=1e-5)
    assert made.predict_generator(batches(), val_samples=20).shape == (20, 2)


def test_a_loss_of_symbols_is_trained():
    source = Input((4,))
    code = layers.Dense(2)(source)
    copy = layers.Dense(4)(code)
    made = Model(source, copy)
    made.add_loss(ops.mean(ops.square(copy - source)))
    made.compile("adam")
    history = made.fit(X, epochs=20, verbose=0).history["loss"]
    assert history[-1] < history[0]
    expected = np.mean((made.predict(X) - X) ** 2)
    np.testing.assert_allclose(made.evaluate(X, verbose=0), expected, rtol=1e-3)
    with pytest.raises(ConfigError, match="kernel_regularizer"):
        made.add_loss(lambda: 0.0)


def test_calls_are_found_by_their_place():
    shared = layers.Dense(3)
    first, second = Input((4,)), Input((4,))
    outputs = [shared(first), shared(second)]
    assert shared.get_input_at(1) is second
    assert shared.get_output_at(0) is outputs[0]
    assert shared.get_input_shape_at(0) == (None, 4)
    assert shared.get_output_shape_at(1) == (None, 3)
    with pytest.raises(StateError, match="no call number 2"):
        shared.get_output_at(2)


def test_stateful_layers_can_be_reset():
    made = Sequential([Input(batch_shape=(4, 5, 2)), layers.LSTM(3, stateful=True)])
    made.compile("sgd", "mse")
    x = RANDOM.normal(size=(4, 5, 2)).astype("float32")
    fresh = made.predict(x, batch_size=4)
    made.fit(x, np.zeros((4, 3), "float32"), batch_size=4, shuffle=False, verbose=0)
    moved = [np.abs(v.numpy()).sum() for v in made.layers[0]._state.values()]
    assert made.stateful
    assert min(moved) > 0
    made.reset_states()
    assert all((v.numpy() == 0).all() for v in made.layers[0]._state.values())
    assert fresh.shape == (4, 3)


def test_what_is_gone_is_harmless():
    made = model()
    assert made.updates == []
    assert not made.stateful
    assert not made.uses_learning_phase
    made._make_predict_function()
    with pytest.warns(KerasHint, match="add_metric"):
        made.add_metric(1.0, name="one")
