"""Labels, lengths and sequences: where ours is more than Keras's, and what is refused."""

import numpy as np
import pytest

from pellucid.base.errors import ConfigError, DataError
from pellucid.keras import utils
from pellucid.keras.engine.base.hints import KerasHint, forget_hints


def test_words_are_numbered_in_sorted_order_and_said():
    forget_hints()
    with pytest.warns(KerasHint, match="cat = 0, dog = 1"):
        rows = utils.to_categorical(["dog", "cat", "dog"])
    assert rows.tolist() == [[0, 1], [1, 0], [0, 1]]


def test_numbers_written_as_words_stay_numbers():
    assert utils.to_categorical(["0", "2"]).tolist() == [[1, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize("labels, classes", [([-1, 1], None), ([0, 3], 3), ([0.5, 1], None)])
def test_labels_that_are_no_classes_are_refused(labels, classes):
    with pytest.raises(DataError):
        utils.to_categorical(labels, classes)


def test_whole_floats_are_labels():
    assert utils.to_categorical([0.0, 1.0]).tolist() == [[1, 0], [0, 1]]


def test_np_utils_as_of_old():
    forget_hints()
    with pytest.warns(KerasHint):
        rows = utils.np_utils.to_categorical([1, 0], nb_classes=2)
    assert rows.dtype == np.float32 and rows.tolist() == [[0, 1], [1, 0]]


def test_normalize_along_any_axis():
    x = np.random.default_rng(0).normal(size=(4, 4, 3))
    for axis in (0, 1, -1, (0, 2), None):
        for order in (1, 2, np.inf):
            made = utils.normalize(x, axis=axis, order=order)
            lengths = np.linalg.vector_norm(made, axis=axis, ord=order)
            np.testing.assert_allclose(lengths, 1, rtol=1e-12)
    assert utils.normalize(np.zeros((2, 2))).tolist() == [[0, 0], [0, 0]]


def test_sequences_of_vectors_words_and_none():
    assert utils.pad_sequences([[[1, 2]], []]).tolist() == [[[1, 2]], [[0, 0]]]
    words = utils.pad_sequences([["a"], ["b", "c"]], dtype=object, value="-", padding="post")
    assert words.tolist() == [["a", "-"], ["b", "c"]]
    assert utils.pad_sequences([[1, 2]], maxlen=0).shape == (1, 0)


@pytest.mark.parametrize("sequences, named, error", [
    ([1, 2], {}, DataError),
    ([[1]], {"padding": "left"}, ConfigError),
    ([[1]], {"value": "x"}, ConfigError),
    ([[[1, 2]], [[1]]], {}, DataError),
])  # fmt: skip
def test_sequences_that_cannot_be_padded(sequences, named, error):
    with pytest.raises(error):
        utils.pad_sequences(sequences, **named)


def test_packing():
    assert utils.pack_x_y_sample_weight(1) == 1 and utils.pack_x_y_sample_weight([1]) == ([1],)
    assert utils.unpack_x_y_sample_weight(utils.pack_x_y_sample_weight(1, 2, 3)) == (1, 2, 3)
    assert utils.unpack_x_y_sample_weight([1, 2]) == (1, 2, None)
    assert utils.unpack_x_y_sample_weight({"x": 1}) == ({"x": 1}, None, None)
    with pytest.raises(DataError):
        utils.unpack_x_y_sample_weight((1, 2, 3, 4))


def test_one_seed_for_all():
    import random

    utils.set_random_seed(7)
    drawn = (random.random(), np.random.rand(), utils.Sequence is utils.PyDataset)
    utils.set_random_seed(7)
    assert drawn == (random.random(), np.random.rand(), True)
    utils.set_random_seed(0)
    with pytest.raises(ConfigError):
        utils.set_random_seed(1.5)
