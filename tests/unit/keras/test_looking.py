"""A Keras model has the core's pictures, by the names of its own layers."""

import numpy as np
import pytest

import pellucid
from pellucid.base.errors import ConfigError, DataError, StateError
from pellucid.keras import Input, Model, Sequential
from pellucid.keras.layers import Conv2D, Dense, Dropout, Flatten, RandomTranslation
from pellucid.keras.utils import set_random_seed
from pellucid.models.ensemble import ensemble

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(20, 2)).astype("float32"), np.arange(20) % 2


def model():
    layers = [Dense(6, activation="tanh"), Dropout(0.5), Dense(1, activation="sigmoid")]
    made = Sequential([Input((2,)), *layers])
    made.compile("sgd", "binary_crossentropy")
    return made


def test_every_picture_is_drawn_and_nothing_changes():
    made = model()
    made.fit(X, Y, epochs=1, verbose=0)
    hidden, dropout, _ = made.layers
    before = made.get_weights()
    figure = made.plot_activations(X, hidden)
    kernel, bias = before[:2]
    shown = np.asarray(figure.axes[0].images[0].get_array())
    np.testing.assert_allclose(shown, np.tanh(X @ kernel + bias), atol=1e-6)
    assert figure.axes[0].get_title(loc="left") == f"a of {hidden.name}"
    made.plot_boundary(X, Y)
    made.plot_confusion(X, Y)
    made.plot_precision_recall(X, Y)
    made.plot_deltas(X, Y, hidden.name)
    made.plot_loss_surface(X, Y, resolution=3)
    assert made.dropout_masks(X)[dropout.name].shape == (20, 6)
    found = ensemble(made, X, samples=4)
    np.testing.assert_array_equal(found.at_rest, made.predict(X, verbose=0))
    for one, other in zip(before, made.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert hidden.name in made.plot().svg
    assert made.plot(units=True).svg.count("<circle") == 2 + 6 + 1
    assert len(made.history.plot().axes) == 1


def test_looking_does_not_change_what_training_draws():
    weights = []
    for look in (False, True):
        set_random_seed(3)
        made = model()
        made.fit(X, Y, epochs=1, verbose=0)
        if look:
            made.plot_activations(X, made.layers[0])
            ensemble(made, X, samples=2)
            made.dropout_masks(X)
        made.fit(X, Y, epochs=1, verbose=0)
        weights.append(made.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_filters_of_a_functional_model():
    x = Input((6, 6, 1))
    made = Model(x, Flatten()(Conv2D(2, 3, name="eyes")(x)))
    shown = made.plot_filters("eyes").axes[1].images[0].get_array()
    np.testing.assert_array_equal(shown, made.get_layer("eyes").get_weights()[0][:, :, 0, 1])
    with pytest.raises(ConfigError, match="did you mean 'eyes'"):
        made.plot_filters("eye")


def test_a_stream_is_refused():
    with pytest.raises(DataError, match="rows that are there at once"):
        model().plot_boundary(iter([(X, Y)]), Y)


def test_augmentation_alone_makes_an_ensemble():
    made = Sequential([Input((4, 4, 1)), RandomTranslation(0.5, 0.5), Flatten(), Dense(1)])
    made.compile("sgd", "mse")
    assert ensemble(made, RANDOM.random((2, 4, 4, 1)), samples=8).deviation.min() > 0


def test_signals_by_layer_are_those_of_the_core_by_the_layers_own_names():
    layers = [Dense(6, activation="tanh", name="first"), Dense(1, name="last")]
    made = Sequential([Input((2,)), *layers])
    made.compile("sgd", "mse", watch=pellucid.Watch(("a", "gradient"), every=5))
    start = made.get_weights()
    history = made.fit(X, Y, epochs=3, batch_size=20, shuffle=False, verbose=0)
    told = history.signals()
    assert list(told.rms["gradient"]) == ["first", "last"]
    first = np.tanh(X @ start[0] + start[1])
    assert told.rms["a"]["first"][0] == pytest.approx(np.sqrt(np.mean(first**2)), rel=1e-5)
    np.testing.assert_array_equal(told.time, [0, 1, 2])
    assert [ax.get_title(loc="left") for ax in history.plot_signals().axes][:1] == ["RMS a"]
    with pytest.raises(StateError, match="no strengths of signals"):
        model().fit(X, Y, verbose=0).signals()
