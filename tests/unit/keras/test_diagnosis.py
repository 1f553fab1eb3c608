"""The doctor beside the fits of Keras's face."""

import numpy as np
import pytest

from pellucid import keras
from pellucid.base.errors import ConfigError, PellucidError

pytestmark = pytest.mark.filterwarnings("ignore::pellucid.keras.engine.base.hints.KerasHint")

RANDOM = np.random.default_rng(2)
X = RANDOM.normal(size=(200, 4)).astype("float32")
Y = (X[:, :1] + X[:, 1:2] > 0).astype("float32")
layers = keras.layers


def model(*hidden, end="sigmoid", loss="binary_crossentropy", units=1):
    keras.utils.set_random_seed(3)
    made = keras.Sequential([keras.Input((4,)), *hidden, layers.Dense(units, activation=end)])
    made.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    return made


def names(made):
    return [one.check for one in made.findings]


def serious(made):
    return [one.check for one in made.findings if one.is_serious]


def test_a_healthy_fit_is_left_in_peace_and_a_faulty_one_is_not():
    good, bad = model(layers.Dense(8, activation="relu")), model(end="softmax")
    good.fit(X, Y, epochs=40, validation_split=0.2, verbose=0)
    bad.fit(X, Y, epochs=4, verbose=0)
    assert serious(good) == []
    assert serious(bad)[0] == "wrong_output_activation"
    assert bad.findings[0].layer == bad.layers[-1].name


def test_weights_are_the_same_bits_with_and_without_it():
    weights = []
    for doctor in ("report", "off"):
        made = model(layers.Dense(6, activation="relu"), layers.Dropout(0.3))
        made.fit(X, Y, epochs=5, verbose=0, doctor=doctor)
        weights.append(made.get_weights())
    for a, b in zip(*weights, strict=True):
        np.testing.assert_array_equal(a, b)
    assert made.findings == []


def test_strict_raises_and_silence_is_kept():
    with pytest.raises(ConfigError) as caught:
        model(end="softmax").fit(X, Y, verbose=0, doctor="strict")
    assert caught.value.findings[0].check == "wrong_output_activation"
    quiet = model(end="softmax")
    quiet.fit(X, Y, verbose=0, silence=["wrong_output_activation"])
    assert "wrong_output_activation" not in names(quiet)


def test_a_refusal_carries_findings():
    labels = np.arange(200) % 3
    made = model(end="softmax", units=3, loss="categorical_crossentropy")
    with pytest.raises(PellucidError) as caught:
        made.fit(X, labels, verbose=0)
    assert "wrong_loss" in [one.check for one in caught.value.findings]


def test_logits_that_are_taken_for_what_they_are_are_told_of_all_the_same():
    made = model(end=None)
    made.fit(X, Y, epochs=2, verbose=0)
    assert "output_activation_missing" in names(made)


def test_judging_before_training_and_on_the_rows_of_training():
    made = model(layers.Dense(8, activation="relu"))
    made.evaluate(X, Y, verbose=0)
    assert names(made) == ["not_trained"]
    made.fit(X, Y, epochs=20, verbose=0)
    assert "eval_on_train" not in names(made)
    made.evaluate(X, Y, verbose=0)
    assert "eval_on_train" in names(made)
    made.evaluate(X + 1, Y, verbose=0)
    assert "eval_on_train" not in names(made)


def test_weights_that_were_set_are_not_untrained():
    made = model(layers.Dense(8, activation="relu"))
    made.set_weights([array + 1 for array in made.get_weights()])
    made.evaluate(X, Y, verbose=0)
    assert made.findings == []


def test_a_frozen_layer_is_told_of_while_it_is_as_it_was_drawn():
    first = layers.Dense(8, activation="relu", trainable=False)
    made = model(first)
    made.fit(X, Y, epochs=2, verbose=0)
    assert "frozen_layer" in names(made)
    first.set_weights([np.eye(4, 8, dtype="float32"), np.zeros(8, "float32")])
    made.fit(X, Y, epochs=2, verbose=0)
    assert "frozen_layer" not in names(made)


@pytest.mark.parametrize(("end", "there"), [("softmax", True), ("sigmoid", False)])
def test_batches_that_come_one_by_one(end, there):
    def batches():
        random = np.random.default_rng(0)
        while True:
            x = random.normal(size=(20, 4)).astype("float32")
            yield x, (x[:, :1] > 0).astype("float32")

    made = model(layers.Dense(8, activation="relu"), end=end)
    made.fit(batches(), steps_per_epoch=30, epochs=6, verbose=0)
    assert ("wrong_output_activation" in serious(made)) == there
    assert there or serious(made) == []


def test_a_layer_of_ones_own_is_looked_at_as_well():
    class Own(layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(shape[-1], 6))

        def call(self, x):
            return keras.ops.sigmoid(x @ self.w)

    made = model(*(Own() for _ in range(12)))
    made.fit(X, Y, epochs=10, verbose=0)
    assert "vanishing_gradient" in serious(made)
