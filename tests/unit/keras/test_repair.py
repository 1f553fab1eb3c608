"""Remedies on models of Keras's face."""

import numpy as np
import pytest

from pellucid import keras
from pellucid.base.errors import ConfigError
from pellucid.doctor.finding import Change
from pellucid.keras import layers

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(120, 4)).astype("float32")
YES = (X[:, :1] > 0).astype("float32")


def of_model(**settings):
    return Change("model", "", settings)


def stack(*parts, loss="binary_crossentropy", optimizer="adam", **more):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([layers.Input((4,)), *parts])
    model.compile(optimizer=optimizer, loss=loss, **more)
    return model


def graph():
    keras.utils.set_random_seed(3)
    x = layers.Input((4,), name="rows")
    a = layers.Dense(6, "sigmoid", name="a")(x)
    b = layers.Dense(6, "sigmoid", name="b")(a)
    end = layers.Dense(1, name="end")(layers.Add()([a, b]))
    model = keras.Model(x, end)
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def activations(model):
    return [layer.get_config().get("activation") for layer in model.layers if layer.weights]


def test_layers_alike_in_a_stack_and_in_a_graph():
    model = stack(
        layers.Dense(6, "sigmoid"), layers.Dense(5, "sigmoid"), layers.Dense(1, "sigmoid")
    )
    change = of_model(like="dense", activation="relu", initializer="he_normal")
    assert activations(model.repaired(change)) == ["relu", "relu", "sigmoid"]
    assert activations(model) == ["sigmoid", "sigmoid", "sigmoid"]
    change = of_model(like="a", activation="relu")
    assert activations(graph().repaired(change)) == ["relu", "relu", "linear"]


def test_the_layer_is_found_by_its_name_in_the_chart():
    model = stack(layers.Dense(6, "sigmoid"), layers.Dense(1, "sigmoid"))
    model.fit(X, YES, verbose=0)
    (first, last) = (node.name for node in model.chart.network.nodes)
    assert activations(model.repaired(of_model(layer=first, activation="relu"))) == [
        "relu",
        "sigmoid",
    ]
    assert activations(model.repaired(of_model(layer=last, activation="tanh"))) == [
        "sigmoid",
        "tanh",
    ]


def test_activations_that_followed_let_everything_pass():
    model = stack(layers.Dense(1), layers.Activation("softmax"))
    better = model.repaired(of_model(layer="dense", activation="sigmoid"))
    answers = better.predict(X, verbose=0)
    assert answers.min() < 0.4 < 0.6 < answers.max()


def test_a_layer_is_taken_out_and_another_learns_again():
    model = stack(layers.Dense(4), layers.Dropout(0.9), layers.Dense(1))
    model.layers[0].trainable = False
    better = model.repaired(of_model(remove="dropout"), of_model(unfreeze="dense"))
    assert not any(isinstance(layer, layers.Dropout) for layer in better.layers)
    assert better.layers[0].trainable
    assert not model.layers[0].trainable


@pytest.mark.parametrize("make", [graph, lambda: stack(layers.Dense(1), loss="mse")])
def test_scaling_on_both_ends(make):
    model = make()
    x, y = X * 50 + 900, YES * 40 + 500
    model.fit(x, y, epochs=1, verbose=0)
    change = of_model(last="Rescaling", scale=20.0, offset=500.0)
    better = model.repaired(of_model(first="Normalization"), change)
    better.fit(x, y, epochs=80, verbose=0)
    again = better.repaired()  # what was adapted stays so
    again.fit(x, y, epochs=80, verbose=0)
    for one in (better, again):
        answers = one.predict(x, verbose=0)
        assert np.isfinite(answers).all()
        assert abs(answers.mean() - y.mean()) < 40  # of 500


def test_compiling():
    changes = ({"learning_rate": 0.5}, {"clipnorm": 1.0}, {"loss": "mae"}, {"metrics": ["mse"]})
    model = graph()
    better = model.repaired(*(Change("compile", "", settings) for settings in changes))
    better.fit(X, YES, verbose=0)
    assert float(np.asarray(better.optimizer.learning_rate)) == 0.5
    assert better.optimizer.clipnorm == 1.0
    assert list(better.history.history) == ["loss", "mse"]
    assert better.loss == "mae"
    assert model.loss == "mse"


def test_logits():
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    better = stack(layers.Dense(1, "sigmoid"), loss=loss).repaired(
        Change("compile", "", {"from_logits": False})
    )
    assert not better.loss.get_config()["from_logits"]
    assert loss.get_config()["from_logits"]


def test_a_copy_trains_as_its_model_did():
    model = stack(layers.Dense(6, "relu"), layers.Dropout(0.2), layers.Dense(1, "sigmoid"))
    first = model.fit(X, YES, epochs=2, verbose=0).history["loss"]
    assert model.repaired().fit(X, YES, epochs=2, verbose=0).history["loss"] == first


def test_a_copy_does_not_move_the_count_of_seeds():
    model = stack(layers.Dense(1))
    after = layers.Dense(3)
    after.build((None, 2))
    keras.utils.set_random_seed(3)
    keras.Sequential([layers.Input((4,)), layers.Dense(1)]).get_weights()
    model.repaired()
    again = layers.Dense(3)
    again.build((None, 2))
    np.testing.assert_array_equal(again.get_weights()[0], after.get_weights()[0])


def test_loaded_weights_are_handed_on():
    model = stack(layers.Dense(1))
    model.set_weights([np.full((4, 1), 0.5), np.ones(1)])
    np.testing.assert_array_equal(model.repaired().get_weights()[0], np.full((4, 1), 0.5))


def test_a_class_of_ones_own_is_refused():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    model = Own()
    model.compile("adam", "mse")
    model.fit(X, YES, verbose=0)
    with pytest.raises(ConfigError, match="cloned layer by layer"):
        model.repaired(Change("compile", "", {"learning_rate": 0.5}))


def test_repair():
    slow = keras.optimizers.Adam(learning_rate=1e-6)
    model = stack(layers.Dense(8, "relu"), layers.Dense(1, "sigmoid"), optimizer=slow)
    before = model.get_weights()
    cure = model.repair(X, YES, epochs=40, validation_split=0.2)
    assert cure.attempts[0].finding.check == "lr_too_low"
    assert cure.attempts[0].kept
    assert cure.after > 0.8 > cure.before
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_refused_fit_is_repaired():
    labels = np.arange(120) % 3
    x = np.eye(4, dtype="float32")[labels] + 0.1 * X
    fast = keras.optimizers.Adam(learning_rate=0.05)
    model = stack(layers.Dense(3, "softmax"), loss="categorical_crossentropy", optimizer=fast)
    cure = model.repair(x, labels, epochs=60)
    assert cure.code == ('loss="sparse_categorical_crossentropy"',)
    assert cure.after > 0.9
