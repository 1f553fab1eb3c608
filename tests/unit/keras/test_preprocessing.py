"""Keras's old preprocessing: words, sequences, and pictures changed at random."""

import json
import random

import numpy as np
import pandas
import PIL.Image
import pytest

from pellucid.base.errors import ConfigError, DataError, StateError
from pellucid.keras import preprocessing
from pellucid.keras.engine.base.hints import KerasHint, forget_hints
from pellucid.keras.preprocessing import image, sequence, text

pytestmark = pytest.mark.filterwarnings("ignore::pellucid.keras.engine.base.hints.KerasHint")
TEXTS = ["The cat sat.", "the dog sat, the cat ran"]


def test_one_hint_each():
    forget_hints()
    with pytest.warns(KerasHint) as told:
        text.Tokenizer()
        text.Tokenizer()
        image.ImageDataGenerator()
    assert len(told) == 2


def test_words_of_a_text():
    assert text.text_to_word_sequence("The cat, the hat.") == ["the", "cat", "the", "hat"]
    assert text.text_to_word_sequence("A-b", filters="", lower=False, split="-") == ["A", "b"]


def test_tokenizer():
    words = text.Tokenizer(oov_token="?")
    words.fit_on_texts(TEXTS)
    assert words.word_index == {"?": 1, "the": 2, "cat": 3, "sat": 4, "dog": 5, "ran": 6}
    assert words.word_counts["the"] == 3 and words.word_docs["the"] == 2
    assert words.texts_to_sequences(["the cat flew"]) == [[2, 3, 1]]
    assert words.sequences_to_texts([[2, 3, 99]]) == ["the cat ?"]


def test_only_the_most_frequent_words():
    words = text.Tokenizer(num_words=3)
    words.fit_on_texts(TEXTS)
    assert words.texts_to_sequences(["the cat sat"]) == [[1, 2]]
    assert words.texts_to_matrix(["the the cat sat"], "count").tolist() == [[0, 2, 1]]


def test_lists_and_letters():
    words = text.Tokenizer(lower=False)
    words.fit_on_texts([["A b", "c"], ["c"]])
    assert words.word_index == {"c": 1, "A b": 2}
    letters = text.Tokenizer(char_level=True)
    letters.fit_on_texts(["aab"])
    assert letters.texts_to_sequences(["ba"]) == [[2, 1]]


def test_matrices():
    words = text.Tokenizer()
    words.fit_on_texts(["a a b", "a c"])
    rows = {mode: words.texts_to_matrix(["a a b"], mode)[0] for mode in text.MODES}
    assert rows["binary"].tolist() == [0, 1, 1, 0]
    assert rows["freq"].tolist() == [0, 2 / 3, 1 / 3, 0]
    expected = [0, (1 + np.log(2)) * np.log(1 + 2 / 3), np.log(1 + 2 / 2), 0]
    np.testing.assert_allclose(rows["tfidf"], expected, rtol=1e-12)
    with pytest.raises(ConfigError):
        words.texts_to_matrix(["a"], "loud")
    with pytest.raises(StateError):
        text.Tokenizer().texts_to_matrix(["a"])


def test_a_tokenizer_survives_json():
    words = text.Tokenizer(num_words=4, oov_token="?")
    words.fit_on_texts(TEXTS)
    again = text.tokenizer_from_json(words.to_json())
    assert again.get_config() == words.get_config()
    assert again.texts_to_sequences(TEXTS) == words.texts_to_sequences(TEXTS)
    assert json.loads(words.to_json())["class_name"] == "Tokenizer"
    with pytest.raises(ConfigError):
        text.Tokenizer(words=3)
    assert text.Tokenizer(nb_words=3).num_words == 3


def test_hashed_words_have_the_same_number_in_every_process():
    assert text.one_hot("The cat, the hat", 50) == text.hashing_trick("the cat the hat", 50, "md5")
    # MD5("the") = 8fc42c6ddf9966db3b09e84365034357
    assert text.one_hot("the", 50) == [0x8FC42C6DDF9966DB3B09E84365034357 % 49 + 1]
    assert text.hashing_trick("a b", 10, hash_function=lambda word: 20) == [3, 3]


def test_stretches_that_end_before_their_target():
    x = np.arange(10)
    made = sequence.TimeseriesGenerator(x, x * 10, length=3, batch_size=4)
    assert len(made) == 2
    a, b = made[0]
    assert a.tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]]
    assert b.tolist() == [30, 40, 50, 60]
    assert [len(y) for _, y in made] == [4, 3]
    named = {"length": 4, "sampling_rate": 2, "stride": 3, "reverse": True}
    a, b = sequence.TimeseriesGenerator(x, x, **named)[0]
    assert a.tolist() == [[2, 0], [5, 3]] and b.tolist() == [4, 7]
    assert json.loads(made.to_json())["config"]["length"] == 3
    for error, call in (
        (ConfigError, lambda: sequence.TimeseriesGenerator(x, x, length=20)),
        (DataError, lambda: sequence.TimeseriesGenerator(x, x[:4], length=2)),
    ):
        with pytest.raises(error):
            call()


def test_neighbouring_words():
    couples, labels = sequence.skipgrams([1, 2, 0, 3], 4, 1, negative_samples=0, shuffle=False)
    assert couples == [[1, 2], [2, 1]] and labels == [1, 1]
    random.seed(1)
    couples, labels = sequence.skipgrams([1, 2, 3], 4, seed=2, categorical=True)
    assert len(couples) == 12 == len(labels) and labels.count([0, 1]) == 6
    table = sequence.make_sampling_table(100)
    assert (np.diff(table[1:]) > 0).all() and 0 < table[0] == table[1] < 0.01


PICTURES = np.random.default_rng(0).uniform(0, 255, (6, 5, 5, 1)).astype(np.float32)


def test_flow_of_unchanged_pictures():
    made = image.ImageDataGenerator(rescale=1 / 255).flow(
        PICTURES, np.arange(6), batch_size=4, shuffle=False, sample_weight=np.arange(6) / 10
    )
    x, y, weight = next(made)
    np.testing.assert_allclose(x, PICTURES[:4] / 255, rtol=1e-6)
    assert x.dtype == np.float32 and y.tolist() == [0, 1, 2, 3] and weight[1] == 0.1
    assert len(made) == 2 and next(made)[1].tolist() == [4, 5] and next(made)[1].tolist()[0] == 0
    assert made[1][1].tolist() == [4, 5]


def test_parts_for_training_and_validation():
    maker = image.ImageDataGenerator(validation_split=0.5)
    y = np.array([0, 1, 0, 1, 0, 1])
    for subset, rows in (("validation", slice(3)), ("training", slice(3, 6))):
        x, _ = next(maker.flow(PICTURES, y, shuffle=False, subset=subset))
        np.testing.assert_array_equal(x, PICTURES[rows])
    with pytest.raises(DataError, match="same classes"):
        maker.flow(PICTURES, np.sort(y) * np.arange(6), subset="training")


def test_samples_and_features_are_centred():
    maker = image.ImageDataGenerator(samplewise_std_normalization=True)
    x = next(maker.flow(PICTURES))
    np.testing.assert_allclose(x.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(x.std(axis=(1, 2, 3)), 1, rtol=1e-5)
    maker = image.ImageDataGenerator(featurewise_std_normalization=True)
    maker.fit(PICTURES)
    x = next(maker.flow(PICTURES))
    assert abs(x.mean()) < 1e-5 and abs(x.std() - 1) < 1e-5


def test_whitened_pictures_are_uncorrelated():
    rows = np.random.default_rng(1).normal(size=(50, 2, 2, 1)).astype(np.float32)
    rows[:, 1] += rows[:, 0]
    maker = image.ImageDataGenerator(zca_whitening=True)
    maker.fit(rows)
    x = maker.standardize(rows).reshape(50, 4)
    np.testing.assert_allclose(x.T @ x / 50, np.eye(4), atol=1e-3)


def test_shifts_go_where_their_names_say():
    point = np.zeros((5, 9, 1), np.float32)
    point[2, 4] = 1
    for name, axis in (("height_shift_range", 0), ("width_shift_range", 1)):
        maker = image.ImageDataGenerator(**{name: [1]}, fill_mode="constant")
        place = np.argwhere(maker.random_transform(point, seed=0)[..., 0])[0] - [2, 4]
        assert abs(place[axis]) == 1 and place[1 - axis] == 0


def test_a_wide_picture_turns_about_its_middle():
    point = np.zeros((3, 9, 1))
    point[1, 4] = 1
    turned = image.apply_affine_transform(point, theta=90, row_axis=0, col_axis=1, channel_axis=2)
    assert np.argwhere(turned[..., 0] > 0.5).tolist() == [[1, 4]]


def test_a_seed_repeats_and_flips_flip():
    maker = image.ImageDataGenerator(rotation_range=30, zoom_range=0.2, shear_range=10)
    a, b = (next(maker.flow(PICTURES, seed=3)) for _ in range(2))
    np.testing.assert_array_equal(a, b)
    maker = image.ImageDataGenerator(horizontal_flip=True, vertical_flip=True)
    made = {maker.random_transform(PICTURES[0], seed=n).tobytes() for n in range(20)}
    flips = (PICTURES[0], PICTURES[0, ::-1], PICTURES[0, :, ::-1], PICTURES[0, ::-1, ::-1])
    assert made == {np.ascontiguousarray(flip).tobytes() for flip in flips}


def test_folders_and_tables_of_pictures(tmp_path, capsys):
    for name, value in (("cat", 10), ("dog", 200)):
        (tmp_path / name).mkdir()
        for number in range(4):
            picture = PIL.Image.fromarray(np.full((4, 4), value + number, np.uint8))
            picture.save(tmp_path / name / f"{number}.png")
    maker = image.ImageDataGenerator(validation_split=0.25)
    named = {"target_size": (4, 4), "color_mode": "grayscale", "shuffle": False}
    made = maker.flow_from_directory(tmp_path, subset="training", **named)
    assert capsys.readouterr().out == "Found 6 images belonging to 2 classes.\n"
    x, y = next(made)
    assert x[:, 0, 0, 0].tolist() == [11, 12, 13, 201, 202, 203] and y[3].tolist() == [0, 1]
    assert made.class_indices == {"cat": 0, "dog": 1} and made.samples == made.n == 6
    assert made.classes.tolist() == [0, 0, 0, 1, 1, 1] and made.filenames[0].endswith("1.png")
    sparse = maker.flow_from_directory(tmp_path, class_mode="binary", **named)
    assert next(sparse)[1].tolist() == [0.0] * 4 + [1.0] * 4
    x, y = next(maker.flow_from_directory(tmp_path, class_mode="input", **named))
    assert (x == y).all()
    frame = pandas.DataFrame({
        "filename": ["dog/0.png", "cat/1.png", "cat/none.png"], "class": ["d", "c", "c"],
    })  # fmt: skip
    x, y = next(maker.flow_from_dataframe(frame, tmp_path, class_mode="sparse", **named))
    assert x[:, 0, 0, 0].tolist() == [200, 11] and y.tolist() == [1, 0]
    with pytest.raises(ConfigError):
        maker.flow_from_directory(tmp_path, class_mode="words", **named)


def test_pictures_can_be_looked_at(tmp_path):
    next(image.ImageDataGenerator().flow(PICTURES, save_to_dir=tmp_path, save_prefix="x"))
    assert len(list(tmp_path.glob("x_*.png"))) == 6


@pytest.mark.parametrize("settings", [
    {"zoom_range": (1, 2, 3)}, {"brightness_range": [1]}, {"validation_split": 1},
])  # fmt: skip
def test_impossible_settings(settings):
    with pytest.raises(ConfigError):
        image.ImageDataGenerator(**settings)


def test_impossible_pictures():
    maker = image.ImageDataGenerator()
    for call in (lambda: maker.flow(PICTURES[0]), lambda: maker.fit(PICTURES[0]),
                 lambda: maker.flow(PICTURES, [1]), lambda: maker.flow(PICTURES[:0])):  # fmt: skip
        with pytest.raises(DataError):
            call()
    with pytest.raises(ConfigError):
        image.apply_affine_transform(PICTURES[0], theta=1, fill_mode="mirror")
    assert preprocessing.timeseries_dataset_from_array is not None
