"""Lookup layers: on arrays, in Dataset.map, inside models where numbers suffice, in files."""

import numpy as np
import pytest

from pellucid.base.errors import ConfigError
from pellucid.keras import Model, Sequential, layers
from pellucid.keras.engine.data.dataset import Dataset
from pellucid.keras.layers import (
    Discretization,
    Hashing,
    IntegerLookup,
    StringLookup,
    TextVectorization,
)

WORDS = np.array([["cat", "dog"], ["cat", "owl"]])


def test_words_become_numbers_and_come_back():
    look = StringLookup(vocabulary=["cat", "dog"])
    back = StringLookup(vocabulary=look.get_vocabulary(), invert=True)
    np.testing.assert_array_equal(look(WORDS), [[1, 2], [1, 0]])
    np.testing.assert_array_equal(back(look(WORDS)), [["cat", "dog"], ["cat", "[UNK]"]])
    assert look.get_vocabulary() == ["[UNK]", "cat", "dog"]
    assert look(["dog"]).numpy().tolist() == [2]


def test_a_vocabulary_is_learnt_by_frequency():
    look = StringLookup()
    look.adapt(WORDS)
    assert look.get_vocabulary() == ["[UNK]", "cat", "owl", "dog"]
    assert look.vocabulary_size() == 4
    look.set_vocabulary(["owl"])
    assert look(["owl", "cat"]).tolist() == [1, 0]


def test_texts_are_cut_into_words_and_filled_up():
    texts = ["The cat sat.", "the dog"]
    layer = TextVectorization(output_sequence_length=4)
    layer.adapt(texts)
    assert layer.get_vocabulary()[:3] == ["", "[UNK]", "the"]
    assert layer(texts).shape == (2, 4)
    assert layer("the zebra").tolist() == [2, 1, 0, 0]
    counts = TextVectorization(output_mode="count", vocabulary=["the", "cat"])
    np.testing.assert_array_equal(counts(texts), [[1, 1, 1], [1, 1, 0]])


def test_ragged_texts_stay_lists():
    layer = TextVectorization(ragged=True, vocabulary=["a", "b"])
    assert [row.tolist() for row in layer(["a b", "a"])] == [[2, 3], [2]]


def test_layers_work_in_dataset_map():
    layer = TextVectorization(vocabulary=["good", "bad"], output_sequence_length=2)
    data = Dataset.from_tensor_slices((["good", "bad film"], [1, 0])).batch(2)
    learnt = TextVectorization()
    learnt.adapt(data.map(lambda text, label: text))
    assert set(learnt.get_vocabulary()[2:]) == {"good", "bad", "film"}
    ((x, y),) = list(data.map(lambda text, label: (layer(text), label)))
    assert np.shape(x) == (2, 2)
    assert np.asarray(y).tolist() == [1, 0]


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("mask", [None, 7])
def test_whole_numbers_are_looked_up_alike_inside_a_model(mode, mask):
    layer = IntegerLookup(vocabulary=[30, 10, 20], output_mode=mode, mask_token=mask)
    x = np.array([[10, 20], [30, 99], [7, 10]], "int32")
    if mode == "one_hot":
        x = x[:, :1]
    model = Sequential([layers.Input(x.shape[1:], dtype="int32"), layer])
    np.testing.assert_array_equal(model.predict(x), layer(x))


@pytest.mark.parametrize("several", [1, 3])
def test_unknown_numbers_share_places_alike_inside_a_model(several):
    layer = IntegerLookup(vocabulary=[5, 9], num_oov_indices=several)
    x = np.array([[5, 9], [100, 101], [4, 7]], "int32")
    model = Sequential([layers.Input((2,), dtype="int32"), layer])
    np.testing.assert_array_equal(model.predict(x), layer(x))


def test_numbers_come_back_inside_a_model():
    layer = IntegerLookup(vocabulary=[30, 10], invert=True)
    x = np.array([[0, 1], [2, 5]], "int32")
    model = Sequential([layers.Input((2,), dtype="int32"), layer])
    np.testing.assert_array_equal(model.predict(x), [[-1, 30], [10, -1]])
    np.testing.assert_array_equal(layer(x), [[-1, 30], [10, -1]])


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_numbers_fall_into_bins_alike_inside_a_model(mode):
    layer = Discretization(bin_boundaries=[0.0, 1.0, 2.0], output_mode=mode)
    x = np.array([[-1.0], [0.0], [1.5], [9.0]], "float32")
    model = Sequential([layers.Input((1,)), layer])
    np.testing.assert_array_equal(model.predict(x), layer(x))


def test_a_model_sees_boundaries_learnt_later():
    layer = Discretization(num_bins=4)
    layer.adapt(np.arange(100.0))
    model = Sequential([layers.Input((1,)), layer])
    x = np.array([[10.0], [60.0]], "float32")
    np.testing.assert_array_equal(model.predict(x), [[0], [2]])
    layer.adapt(np.arange(100.0) / 100)
    np.testing.assert_array_equal(model.predict(x), [[3], [3]])


def test_hashing_puts_equal_things_into_equal_bins():
    layer = Hashing(num_bins=5)
    found = layer([["a"], ["b"], ["a"]])
    assert found[0] == found[2]
    assert ((found >= 0) & (found < 5)).all()


@pytest.mark.parametrize(
    "layer",
    [StringLookup(vocabulary=["a"]), TextVectorization(vocabulary=["a"]), Hashing(num_bins=3)],
    ids=["StringLookup", "TextVectorization", "Hashing"],
)
def test_words_are_looked_up_in_a_model_as_outside(layer):
    word, encode = layers.Input((1,), dtype="string"), layers.CategoryEncoding(4)
    found = Model(word, encode(layer(word))).predict(np.array([["a"], ["z"]]), verbose=0)
    np.testing.assert_array_equal(found, encode(layer(np.array([["a"], ["z"]]))))


def test_sparse_output_is_refused():
    with pytest.raises(ConfigError, match="sparse=True"):
        StringLookup(sparse=True)


@pytest.mark.parametrize(
    "layer",
    [
        StringLookup(vocabulary=["a", "b"], mask_token="", salt=3),
        IntegerLookup(vocabulary=[4, 2], output_mode="multi_hot"),
        TextVectorization(ngrams=(1, 2), vocabulary=["a", "a b"]),
        TextVectorization(output_mode="tf_idf", vocabulary=["a", "b"], idf_weights=[0.5, 2.0]),
        Hashing(num_bins=4, mask_value="", salt=(1, 2)),
        Discretization(bin_boundaries=[0.5]),
    ],
    ids=["string", "integer", "ngrams", "tf_idf", "hashing", "bins"],
)
def test_settings_make_an_equal_layer(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    x = (
        np.array([[0], [4]])
        if isinstance(layer, IntegerLookup | Discretization)
        else [["a"], ["c"]]
    )
    np.testing.assert_array_equal(again(x), layer(x))


def test_learnt_bins_are_kept_in_the_settings():
    layer = Discretization(num_bins=2)
    layer.adapt(np.arange(10.0))
    again = Discretization.from_config(layer.get_config())
    assert again.bin_boundaries == layer.bin_boundaries
