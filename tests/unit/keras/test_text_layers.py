"""Vocabularies, with the values of Keras's own documentation where it gives any."""

import numpy as np
import pytest

from pellucid.base.errors import ConfigError, DataError, FileError, StateError
from pellucid.keras.engine.data.dataset import Dataset
from pellucid.keras.engine.layers.text_layers import Vectorizer, Vocabulary

ABCD = ["a", "b", "c", "d"]


def test_words_to_numbers_and_back():
    lookup = Vocabulary(vocabulary=ABCD)
    assert lookup([["a", "c", "d"], ["d", "z", "b"]]).tolist() == [[1, 3, 4], [4, 0, 2]]
    assert lookup(np.array(["a", b"b"], object)).tolist() == [1, 2] and lookup("d") == 4
    back = Vocabulary(vocabulary=ABCD, invert=True)
    assert back([[1, 3, 4], [4, 0, 2]]).tolist() == [["a", "c", "d"], ["d", "[UNK]", "b"]]
    assert lookup(np.array(["a"])).dtype == np.int64


def test_several_places_for_unknown_words():
    lookup = Vocabulary(vocabulary=ABCD, num_oov_indices=2)
    assert lookup([["a", "c", "d"], ["m", "z", "b"]]).tolist() == [[2, 4, 5], [0, 1, 3]]
    numbers = Vocabulary(vocabulary=[12, 36, 1138, 42], num_oov_indices=2, kind="int64")
    assert numbers([[12, 1138, 42], [37, 1000, 36]]).tolist() == [[2, 4, 5], [1, 0, 3]]
    salted = Vocabulary(vocabulary=ABCD, num_oov_indices=3, salt=[133, 137])
    assert salted(list("ABCDE")).tolist() == [1, 2, 1, 0, 2]


def test_rows():
    one = Vocabulary(vocabulary=ABCD, output_mode="one_hot")(["a", "d", "z"])
    assert one.tolist() == [[0, 1, 0, 0, 0], [0, 0, 0, 0, 1], [1, 0, 0, 0, 0]]
    assert Vocabulary(vocabulary=ABCD, output_mode="one_hot")([["a"], ["b"]]).shape == (2, 5)
    batch = [["a", "c", "d", "d"], ["d", "z", "b", "z"]]
    some = Vocabulary(vocabulary=ABCD, output_mode="multi_hot")(batch)
    assert some.tolist() == [[0, 1, 0, 1, 1], [1, 0, 1, 0, 1]] and some.dtype == np.float32
    many = Vocabulary(vocabulary=ABCD, output_mode="count")(batch)
    assert many.tolist() == [[0, 1, 0, 1, 2], [2, 0, 1, 0, 1]]
    weights = [0.25, 0.75, 0.6, 0.4]
    lookup = Vocabulary(vocabulary=ABCD, output_mode="tf_idf", idf_weights=weights)
    expected = [[0, 0.25, 0, 0.6, 0.8], [1.0, 0, 0.75, 0, 0.4]]
    np.testing.assert_allclose(lookup(batch), expected, rtol=1e-6)


def test_rows_of_lists_of_several_lengths():
    lookup = Vocabulary(vocabulary=ABCD, output_mode="count")
    assert lookup([["a", "a"], [], ["z", "b", "b"]]).tolist() == [
        [0, 2, 0, 0, 0], [0, 0, 0, 0, 0], [1, 0, 2, 0, 0],
    ]  # fmt: skip


def test_a_mask_is_0_or_nothing():
    lookup = Vocabulary(vocabulary=ABCD, mask_token="")
    assert lookup(["", "z", "a"]).tolist() == [0, 1, 2]
    assert lookup.get_vocabulary() == ["", "[UNK]", *ABCD]
    rows = Vocabulary(vocabulary=ABCD, mask_token="", output_mode="count")
    assert rows([["", "a", "z"]]).tolist() == [[1, 1, 0, 0, 0]]
    assert rows.get_vocabulary() == ["[UNK]", *ABCD]


def test_learning_ranks_by_count_then_from_z():
    lookup = Vocabulary()
    lookup.adapt([["a", "c", "d"], ["d", "z", "b"]])
    assert lookup.get_vocabulary() == ["[UNK]", "d", "z", "c", "b", "a"]
    assert lookup.vocabulary_size() == 6
    numbers = Vocabulary(kind="int64", oov_token=-1)
    numbers.adapt([[12, 1138, 42], [42, 1000, 36]])
    assert numbers.get_vocabulary() == [-1, 42, 1138, 1000, 36, 12]
    assert numbers.get_vocabulary(include_special_tokens=False) == [42, 1138, 1000, 36, 12]


def test_learning_from_batches_and_up_to_a_size():
    lookup = Vocabulary(max_tokens=3)
    lookup.adapt(Dataset.from_tensor_slices([["a"], ["b"], ["b"], ["c"], ["c"]]).batch(2))
    assert lookup.get_vocabulary() == ["[UNK]", "c", "b"]
    lookup.adapt(iter([["x"], ["y"]]), steps=1)
    assert lookup.get_vocabulary() == ["[UNK]", "x"]


def test_inverse_document_frequency():
    lookup = Vocabulary(output_mode="tf_idf", max_tokens=5, pad_to_max_tokens=True)
    lookup.adapt([["a", "a"], ["a", "b"]])
    known = np.log(1 + 2 / (1 + np.array([2, 1])))
    expected = [known.mean(), *known, 0, 0]
    np.testing.assert_allclose(lookup.idf_weights, expected, rtol=1e-6)
    assert lookup([["a", "b"]]).shape == (1, 5)


def test_a_vocabulary_file(tmp_path):
    (tmp_path / "words.txt").write_text("a\nb\n")
    assert Vocabulary(vocabulary=str(tmp_path / "words.txt"))(["b"]).tolist() == [2]
    with pytest.raises(FileError):
        Vocabulary(vocabulary=str(tmp_path / "no.txt"))


@pytest.mark.parametrize("settings", [
    {"vocabulary": ["a", "a"]}, {"vocabulary": []}, {"vocabulary": ABCD, "max_tokens": 3},
    {"vocabulary": ["a", ""], "mask_token": ""}, {"max_tokens": 1}, {"pad_to_max_tokens": True},
    {"num_oov_indices": -1}, {"invert": True, "output_mode": "count"}, {"idf_weights": [1]},
    {"output_mode": "two_hot"}, {"vocabulary": ABCD, "output_mode": "tf_idf"},
    {"salt": (1, 2, 3)},
])  # fmt: skip
def test_impossible_settings(settings):
    with pytest.raises(ConfigError):
        Vocabulary(**settings)


def test_special_tokens_may_stand_before_a_vocabulary():
    assert Vocabulary(vocabulary=["[UNK]", "a"]).get_vocabulary() == ["[UNK]", "a"]
    lookup = Vocabulary(vocabulary=["[UNK]", "a"], output_mode="tf_idf", idf_weights=[0.1, 0.3])
    np.testing.assert_allclose(lookup.idf_weights, [0.1, 0.3], rtol=1e-6)


def test_what_cannot_be_looked_up():
    with pytest.raises(DataError, match="'z'"):
        Vocabulary(vocabulary=ABCD, num_oov_indices=0)(["z"])
    with pytest.raises(StateError, match="adapt"):
        Vocabulary(output_mode="count")(["z"])
    with pytest.raises(StateError, match="vocabulary"):
        Vocabulary(vocabulary=ABCD).adapt(["a"])


def test_texts_as_keras_documents_them():
    texts = Vectorizer(max_tokens=5000, output_sequence_length=4)
    texts.adapt(["foo bar", "bar baz", "baz bada boom"])
    assert texts.lookup.get_vocabulary() == ["", "[UNK]", "baz", "bar", "foo", "boom", "bada"]
    assert texts([["foo qux bar"], ["qux baz"]]).tolist() == [[4, 1, 3, 0], [1, 2, 0, 0]]
    given = Vectorizer(vocabulary=["earth", "wind", "and", "fire"])
    assert given.lookup.get_vocabulary() == ["", "[UNK]", "earth", "wind", "and", "fire"]


def test_cleaning_splitting_and_cutting():
    texts = Vectorizer(vocabulary=["it's", "its", "fine"], output_sequence_length=2)
    assert texts(["It's,  FINE! fine"]).tolist() == [[3, 4]]
    assert texts("its").tolist() == [3, 0] and texts([""]).tolist() == [[0, 0]]
    raw = Vectorizer(vocabulary=["it's"], standardize=None)
    assert raw(["it's It's"]).tolist() == [[2, 1]]
    letters = Vectorizer(vocabulary=["a", "b"], split="character", standardize="lower")
    assert letters(["aB", "b"]).tolist() == [[2, 3], [3, 0]]
    assert Vectorizer(split=None, vocabulary=["a b"])(["A b"]).tolist() == [[2]]


def test_functions_of_ones_own():
    texts = Vectorizer(
        standardize=lambda x: np.char.replace(x, "-", " "),
        split=lambda x: [text.split(" ") for text in x],
        vocabulary=["a", "b"],
    )
    assert texts(["a-b", "b"]).tolist() == [[2, 3], [3, 0]]


def test_ngrams_and_rows():
    texts = Vectorizer(ngrams=2, output_mode="count")
    texts.adapt(["a b", "a c", "a"])
    assert texts.lookup.get_vocabulary() == ["[UNK]", "a", "c", "b", "a c", "a b"]
    assert texts(["a b b"]).tolist() == [[1, 1, 0, 2, 0, 1]]  # "b b" is unknown
    assert Vectorizer(ngrams=(2,)).tokens(["a b c"]) == [["a b", "b c"]]


@pytest.mark.parametrize("settings", [
    {"standardize": "upper"}, {"split": "comma"},
    {"output_mode": "count", "output_sequence_length": 3},
])  # fmt: skip
def test_impossible_texts(settings):
    with pytest.raises(ConfigError):
        Vectorizer(**settings)


def test_one_text_a_row():
    with pytest.raises(DataError, match="one text"):
        Vectorizer(vocabulary=ABCD)([["a", "b"]])
