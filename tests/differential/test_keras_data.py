"""The data side of the Keras face against real Keras: the same numbers, files and batches.

Real Keras makes data sets only through TensorFlow or grain; here its parts are compared that
need neither.
"""

import numpy as np
import PIL.Image
import pytest
import scipy.ndimage
from keras import utils as keras_utils
from keras.src.layers.preprocessing import discretization
from keras.src.legacy.preprocessing import image as keras_image
from keras.src.legacy.preprocessing import sequence as keras_sequence
from keras.src.legacy.preprocessing import text as keras_text
from keras.src.utils import dataset_utils, image_dataset_utils, image_utils

from pellucid.keras import utils
from pellucid.keras.engine.data.folders import PICTURES, Choice, list_files
from pellucid.keras.engine.data.pictures import smart_resize
from pellucid.keras.engine.layers.binning import Bins
from pellucid.keras.engine.layers.resizing import fitted
from pellucid.keras.engine.layers.transforms import SWAP, apply_affine_transform
from pellucid.keras.preprocessing import image, sequence, text

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pellucid.keras.engine.base.hints.KerasHint"),
]
RNG = np.random.default_rng(0)
GREY = RNG.uniform(0, 255, (7, 8, 8, 1)).astype(np.float32)
COLOUR = RNG.uniform(0, 255, (5, 6, 6, 3)).astype(np.float32)


@pytest.mark.parametrize("labels, classes", [
    ([0, 2, 1], None), ([[1], [0]], 4), ([[1, 2], [0, 3]], None), (1, 3), (np.array([2.0, 1.0]), 3),
    ([True, False], None),
])  # fmt: skip
def test_labels(labels, classes):
    expected = keras_utils.to_categorical(labels, classes)
    made = utils.to_categorical(labels, classes)
    assert made.dtype == expected.dtype
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize("axis, order", [(-1, 2), (1, 1), (-2, 3), (1, np.inf), (-1, 0.5)])
def test_lengths(axis, order):
    x = RNG.normal(size=(4, 3, 2))
    expected = keras_utils.normalize(x, axis=axis, order=order)
    np.testing.assert_allclose(utils.normalize(x, axis=axis, order=order), expected, rtol=1e-14)


@pytest.mark.parametrize("named", [
    {}, {"maxlen": 2}, {"maxlen": 4, "padding": "post"}, {"maxlen": 2, "truncating": "post"},
    {"value": -1, "dtype": "float64"},
])  # fmt: skip
def test_padding(named):
    rows = [[1], [2, 3, 4], [], [5, 6]]
    expected, made = keras_utils.pad_sequences(rows, **named), utils.pad_sequences(rows, **named)
    assert made.dtype == expected.dtype
    np.testing.assert_array_equal(made, expected)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    top = tmp_path_factory.mktemp("pictures")
    for name, count in (("cat", 5), ("dog", 8), ("emu", 3)):
        (top / name).mkdir()
        for number in range(count):
            size = tuple(RNG.integers(5, 40, 2))
            picture = RNG.integers(0, 256, (*size, 3)).astype(np.uint8)
            PIL.Image.fromarray(picture).save(top / name / f"{number}.png")
    return top


@pytest.mark.parametrize("shuffle, names", [(False, None), (True, None), (True, ["emu", "cat"])])
def test_files_in_the_same_order(folder, shuffle, names):
    named = {"class_names": names, "shuffle": shuffle, "seed": 11}
    paths, labels, classes = dataset_utils.index_directory(
        str(folder), "inferred", PICTURES, verbose=False, **named
    )
    choice = Choice("inferred", "int", names, 2, shuffle, 11, None, None, False, "tf", False)
    listing = list_files(folder, PICTURES, choice)
    assert listing.paths == list(paths) and listing.class_names == list(classes)
    np.testing.assert_array_equal(listing.labels, labels)


@pytest.mark.parametrize("subset", ["training", "validation"])
def test_the_same_files_for_validation(folder, subset):
    found = dataset_utils.index_directory(
        str(folder), "inferred", PICTURES, seed=3, shuffle=True, verbose=False
    )
    paths, labels = dataset_utils.get_training_or_validation_split(*found[:2], 0.3, subset)
    made = utils.image_dataset_from_directory(
        folder, validation_split=0.3, subset=subset, seed=3, image_size=(4, 4)
    )
    assert made.file_paths == list(paths)
    assert sorted(int(v) for _, y in made for v in y) == sorted(labels)


@pytest.mark.parametrize("crop, pad", [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("way", ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"])
@pytest.mark.parametrize("size", [(9, 12), (40, 33)])
def test_pictures_at_another_size(folder, size, way, crop, pad):
    path = str(folder / "dog" / "3.png")
    expected = image_dataset_utils._load_image_grain(path, size, 3, way, "channels_last", crop, pad)
    x = utils.img_to_array(utils.load_img(path))
    # Both sum up to ten products of numbers up to 255 in float32, in another order.
    np.testing.assert_allclose(fitted(x, size, way, crop, pad), expected, atol=5e-3)


def test_a_flow_of_a_folder(folder):
    named = {"batch_size": 20, "image_size": (6, 7), "shuffle": False, "label_mode": "categorical"}
    ((x, y),) = utils.image_dataset_from_directory(folder, **named)
    paths, labels, _ = dataset_utils.index_directory(
        str(folder), "inferred", PICTURES, shuffle=False, verbose=False
    )
    read = [
        image_dataset_utils._load_image_grain(p, (6, 7), 3, "bilinear", "channels_last")
        for p in paths
    ]
    np.testing.assert_allclose(x, np.stack(read), atol=5e-3)
    np.testing.assert_array_equal(y, keras_utils.to_categorical(labels, 3))


def test_files_of_pictures(folder, tmp_path):
    path = folder / "cat" / "0.png"
    for named in ({}, {"color_mode": "grayscale"}, {"target_size": (7, 9)}, {
        "target_size": (12, 4), "interpolation": "bicubic", "keep_aspect_ratio": True,
    }):  # fmt: skip
        expected = keras_utils.img_to_array(keras_utils.load_img(path, **named))
        np.testing.assert_array_equal(utils.img_to_array(utils.load_img(path, **named)), expected)
    for x in (*COLOUR[:2], GREY[0], GREY[0] * 3, -COLOUR[0]):
        for scale in (True, False):
            if x.min() < 0 and not scale:
                continue  # numbers below 0 have no meaning as bytes
            expected = np.asarray(keras_utils.array_to_img(x, scale=scale))
            np.testing.assert_array_equal(utils.array_to_img(x, scale=scale), expected)
    expected = image_utils.smart_resize(COLOUR, (3, 5))
    np.testing.assert_allclose(smart_resize(COLOUR, (3, 5)), expected, atol=1e-3)


TEXTS = ["The cat sat on the mat.", "A dog; a cat!", "mat, cat, MAT"]


@pytest.mark.parametrize("named", [
    {}, {"num_words": 4}, {"oov_token": "?", "num_words": 4}, {"char_level": True},
    {"lower": False, "filters": ",."},
])  # fmt: skip
def test_tokenizers(named):
    ours, theirs = text.Tokenizer(**named), keras_text.Tokenizer(**named)
    for words in (ours, theirs):
        words.fit_on_texts(TEXTS)
    fresh = [*TEXTS, "a bird on the mat"]
    assert ours.word_index == theirs.word_index
    assert dict(ours.word_counts) == dict(theirs.word_counts)
    assert dict(ours.index_docs) == dict(theirs.index_docs)
    assert ours.texts_to_sequences(fresh) == theirs.texts_to_sequences(fresh)
    lists = theirs.texts_to_sequences(fresh)
    assert ours.sequences_to_texts(lists) == theirs.sequences_to_texts(lists)
    for mode in ("binary", "count", "freq", "tfidf"):
        expected = theirs.texts_to_matrix(fresh, mode)
        np.testing.assert_allclose(ours.texts_to_matrix(fresh, mode), expected, rtol=1e-14)
    again = keras_text.tokenizer_from_json(ours.to_json())
    assert again.texts_to_sequences(fresh) == lists


def test_sequences_of_old():
    import random

    x, y = RNG.normal(size=(20, 2)), RNG.normal(size=20)
    named = {"length": 5, "sampling_rate": 2, "stride": 2, "batch_size": 3, "end_index": 17}
    ours = sequence.TimeseriesGenerator(x, y, **named)
    theirs = keras_sequence.TimeseriesGenerator(x, y, **named)
    assert len(ours) == len(theirs)
    for number in range(len(ours)):
        for made, expected in zip(ours[number], theirs[number], strict=True):
            np.testing.assert_array_equal(made, expected)
    table = keras_sequence.make_sampling_table(50)
    np.testing.assert_allclose(sequence.make_sampling_table(50), table, rtol=1e-12)
    made = []
    for module in (sequence, keras_sequence):
        random.seed(4)
        made.append(module.skipgrams([1, 5, 0, 3, 2], 9, 2, sampling_table=table, seed=6))
    assert made[0] == made[1]


def affine(x, **named):
    matrix = keras_image.transform_matrix_offset_center(named["matrix"], *x.shape[:2])
    layers = [
        scipy.ndimage.affine_transform(
            x[..., layer], matrix[:2, :2], matrix[:2, 2], order=named["order"],
            mode=named["mode"], cval=7.0,
        )
        for layer in range(x.shape[-1])
    ]  # fmt: skip
    return np.stack(layers, -1)


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("mode", ["nearest", "constant", "reflect", "wrap"])
def test_moved_pictures_are_read_as_scipy_reads_them(mode, order):
    x = RNG.uniform(0, 255, (9, 6, 2))
    shift = np.array([[1.0, 0, 2.3], [0, 1, -4.2], [0, 0, 1]])
    zoom = np.diag([0.7, 1.6, 1.0])
    for matrix, named in ((shift, {"tx": 2.3, "ty": -4.2}), (zoom, {"zx": 0.7, "zy": 1.6})):
        made = apply_affine_transform(
            x, row_axis=0, col_axis=1, channel_axis=2, fill_mode=mode, cval=7.0, order=order,
            **named,
        )  # fmt: skip
        expected = affine(x, matrix=SWAP @ matrix @ SWAP, mode=mode, order=order)
        np.testing.assert_allclose(made, expected, atol=1e-9)


@pytest.mark.parametrize("named", [
    {"theta": 30}, {"tx": 1, "ty": -2}, {"shear": 20.0}, {"zx": 0.7, "zy": 1.4},
    {"theta": -10, "tx": 1, "ty": 1.5, "shear": 5, "zx": 1.2, "zy": 0.8},
])  # fmt: skip
def test_square_pictures_are_moved_as_keras_moves_them(named):
    places = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
    expected = keras_image.apply_affine_transform(COLOUR[0], **places, **named)
    made = apply_affine_transform(COLOUR[0], **places, **named)
    np.testing.assert_allclose(made, expected, atol=1e-3)


@pytest.mark.parametrize("settings", [
    {"rescale": 1 / 255, "horizontal_flip": True, "vertical_flip": True},
    {"channel_shift_range": 40.0, "brightness_range": (0.5, 1.5)},
    {"samplewise_std_normalization": True}, {"rotation_range": 40, "zoom_range": 0.3},
    {"shear_range": 15.0, "fill_mode": "reflect"}, {"featurewise_std_normalization": True},
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:This ImageDataGenerator specifies")
@pytest.mark.parametrize("pictures", [GREY, COLOUR], ids=["grey", "colour"])
def test_a_seed_gives_the_flow_it_gave(settings, pictures):
    flows = []
    for module in (image, keras_image):
        maker = module.ImageDataGenerator(**settings)
        maker.fit(pictures)
        flows.append(maker.flow(pictures, np.arange(len(pictures)), batch_size=3, seed=5))
    for _ in range(4):
        (x, y), (expected_x, expected_y) = (next(flow) for flow in flows)
        np.testing.assert_array_equal(y, expected_y)
        np.testing.assert_allclose(x, expected_x, atol=2e-3)  # of 255, in float32


def test_a_folder_flows_as_it_did(folder, capsys):
    named = {"target_size": (8, 8), "batch_size": 4, "seed": 2, "subset": "training"}
    flows = [
        module.ImageDataGenerator(horizontal_flip=True, validation_split=0.4).flow_from_directory(
            str(folder), **named
        )
        for module in (image, keras_image)
    ]
    out = capsys.readouterr().out.splitlines()
    assert out[0] == out[1]
    assert flows[0].filenames == flows[1].filenames
    assert flows[0].class_indices == flows[1].class_indices
    for _ in range(3):
        for made, expected in zip(*(next(flow) for flow in flows), strict=True):
            np.testing.assert_allclose(made, expected, atol=1e-4)


@pytest.mark.parametrize("bins, epsilon", [(4, 0.01), (7, 0.1), (10, 0.01)])
def test_boundaries_of_bins(bins, epsilon):
    batches = RNG.normal(size=(5, 300)).astype(np.float32)
    ours = Bins(num_bins=bins, epsilon=epsilon)
    ours.adapt(iter(batches))
    summary = np.zeros((2, 0), np.float32)
    for batch in batches:
        part = discretization.summarize(batch, epsilon)
        summary = discretization.merge_summaries(part, summary, epsilon)
    expected = discretization.get_bin_boundaries(summary, bins)
    np.testing.assert_allclose(ours.bin_boundaries, expected, rtol=1e-5, atol=1e-6)
