"""Words in models: what runs on the host, before the compiled program."""

import numpy as np
import pytest

from pellucid.base.errors import ConfigError
from pellucid.keras import Input, Model, Sequential, layers, models
from pellucid.keras.engine.data.dataset import Dataset

TEXTS = np.array(["good film", "bad film", "good plot", "bad scene"] * 8)
MOODS = np.array([1, 0, 1, 0] * 8)


@pytest.fixture
def words():
    layer = layers.TextVectorization(max_tokens=20, output_sequence_length=3)
    layer.adapt(TEXTS)
    return layer


def classifier(words):
    made = Sequential(
        [
            *(Input((1,), dtype="string"), words, layers.Embedding(20, 4)),
            *(layers.GlobalAveragePooling1D(), layers.Dense(1, activation="sigmoid")),
        ]
    )
    made.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return made


def test_a_model_that_takes_texts_is_the_one_that_takes_their_numbers(words):
    model = classifier(words)
    behind = Sequential(model.layers[1:])
    found = model.predict(TEXTS, verbose=0)
    assert np.array_equal(found, behind.predict(words(TEXTS), verbose=0))
    assert np.allclose(model(TEXTS[:, None]), found)


def test_it_learns_from_arrays_and_from_batches(words):
    model = classifier(words)
    log = model.fit(TEXTS, MOODS, epochs=30, validation_split=0.25, verbose=0)
    assert log.history["loss"][-1] < log.history["loss"][0]
    batches = Dataset.from_tensor_slices((TEXTS, MOODS)).batch(8)
    model.fit(batches, epochs=30, verbose=0)
    assert model.evaluate(TEXTS, MOODS, verbose=0)[1] == 1.0


def test_it_is_written_and_read(words, tmp_path):
    model = classifier(words)
    model.save(tmp_path / "words.keras")
    again = models.load_model(tmp_path / "words.keras")
    assert np.array_equal(again.predict(TEXTS, verbose=0), model.predict(TEXTS, verbose=0))


def test_inside_another_model(words):
    inner = classifier(words)
    outer = Sequential([inner, layers.Rescaling(2.0)])
    assert np.allclose(outer.predict(TEXTS, verbose=0), 2 * inner.predict(TEXTS, verbose=0))


def test_words_and_numbers_side_by_side():
    letter, number = Input((1,), dtype="string", name="letter"), Input((1,), name="number")
    hot = layers.StringLookup(vocabulary=["a", "b"], output_mode="one_hot")(letter)
    model = Model([letter, number], layers.Concatenate()([number, hot]))
    x = {"letter": np.array(["b", "z"]), "number": np.array([0.5, 1.5])}
    assert model.predict(x, verbose=0).tolist() == [[0.5, 0, 0, 1], [1.5, 1, 0, 0]]


def test_steps_that_are_not_known_beforehand():
    words = layers.TextVectorization(vocabulary=["good", "bad"])
    symbol = words(Input((1,), dtype="string"))
    assert symbol.shape == (None, None)


def test_nothing_that_is_trained_stands_before_a_table():
    x = Input((1,))
    model = Model(x, layers.Hashing(4)(layers.Dense(1)(x)))
    with pytest.raises(ConfigError, match="has weights"):
        model.predict(np.ones((2, 1)), verbose=0)


def test_a_call_of_one_s_own_knows_no_words():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.table = layers.Hashing(4)

        def call(self, x):
            return self.table(x)

    with pytest.raises(ConfigError, match="functional model"):
        Own().predict(np.ones((2, 1)), verbose=0)
