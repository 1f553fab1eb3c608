"""Folders of pictures and texts, files of pictures, and sizes."""

import io

import numpy as np
import PIL.Image
import pytest

from pellucid.base.errors import ConfigError, DataError, FileError
from pellucid.keras import utils
from pellucid.keras.engine.layers.resizing import fitted, resized

ONES = np.ones((6, 4, 3), np.uint8)


@pytest.fixture
def pictures(tmp_path):
    """Six pictures of class a (value 10 i) and four of class b (value 100 + i)."""
    for name, values in (("a", range(0, 60, 10)), ("b", range(100, 104))):
        (tmp_path / name).mkdir()
        for value in values:
            PIL.Image.fromarray(ONES * value).save(tmp_path / name / f"{value:03d}.png")
    (tmp_path / "a" / "notes.txt").write_text("no picture")
    return tmp_path


def quiet(folder, **named):
    settings = {"image_size": (3, 2), "verbose": False, "shuffle": False} | named
    return utils.image_dataset_from_directory(folder, **settings)


def test_a_folder_a_class(pictures):
    data = quiet(pictures, batch_size=4)
    (x, y), *_ = data
    assert x.shape == (4, 3, 2, 3) and x.dtype == np.float32 and y.dtype == np.int32
    assert x[:, 0, 0, 0].tolist() == [0, 10, 20, 30] and y.tolist() == [0] * 4
    assert data.class_names == ["a", "b"] and len(data) == 3 and len(data.file_paths) == 10
    assert data.element_spec[0].shape == (None, 3, 2, 3)


@pytest.mark.parametrize("mode, shape, last", [
    ("binary", (10, 1), [1.0]), ("categorical", (10, 2), [0.0, 1.0]), ("int", (10,), 1),
])  # fmt: skip
def test_forms_of_labels(pictures, mode, shape, last):
    ((_, y),) = quiet(pictures, label_mode=mode, batch_size=10)
    assert y.shape == shape and y[-1].tolist() == last


def test_without_labels_and_with_given_ones(pictures):
    assert next(iter(quiet(pictures, label_mode=None, batch_size=10))).shape == (10, 3, 2, 3)
    ((_, y),) = quiet(pictures, labels=list(range(10)), batch_size=10)
    assert y.tolist() == list(range(10))
    with pytest.raises(ConfigError, match="as many labels"):
        quiet(pictures, labels=[1])


def test_names_of_classes_order_them(pictures):
    ((_, y),) = quiet(pictures, class_names=["b", "a"], batch_size=10)
    assert y.tolist() == [0] * 4 + [1] * 6
    with pytest.raises(ConfigError, match="'c'"):
        quiet(pictures, class_names=["a", "c"])


def test_training_and_validation_do_not_overlap(pictures, capsys):
    named = {"validation_split": 0.3, "seed": 3, "shuffle": True, "batch_size": 10}
    parts = [quiet(pictures, subset=name, **named) for name in ("training", "validation")]
    both = quiet(pictures, subset="both", **named)
    assert [p.file_paths for p in parts] == [p.file_paths for p in both]
    assert [len(p.file_paths) for p in parts] == [7, 3]
    assert not set(parts[0].file_paths) & set(parts[1].file_paths)
    for part in both:
        for x, y in part:
            assert ((x[:, 0, 0, 0] >= 100) == (y == 1)).all()
    assert "Using 7 files for training." in capsys.readouterr().out
    with pytest.raises(ConfigError, match="seed"):
        quiet(pictures, subset="training", validation_split=0.3, shuffle=True)


def test_grey_channels_first_and_unbatched(pictures):
    data = quiet(pictures, color_mode="grayscale", data_format="channels_first", batch_size=None)
    assert next(iter(data))[0].shape == (1, 3, 2)


def test_what_was_found_is_said(pictures, capsys):
    quiet(pictures, verbose=True)
    assert capsys.readouterr().out == "Found 10 files belonging to 2 classes.\n"
    utils.disable_interactive_logging()
    quiet(pictures, verbose=True)
    utils.enable_interactive_logging()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("named, error", [
    ({"color_mode": "cmyk"}, ConfigError), ({"interpolation": "best"}, ConfigError),
    ({"label_mode": "words"}, ConfigError), ({"subset": "training"}, ConfigError),
    ({"image_size": (1, 2, 3)}, ConfigError), ({"labels": "yes"}, ConfigError),
    ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, ConfigError),
])  # fmt: skip
def test_impossible_settings(pictures, named, error):
    with pytest.raises(error):
        quiet(pictures, **named)


def test_no_folder_no_pictures_no_whole_picture(tmp_path):
    with pytest.raises(FileError, match="no folder"):
        quiet(tmp_path / "nowhere")
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match="no"):
        quiet(tmp_path)
    (tmp_path / "a" / "x.png").write_bytes(b"no picture")
    with pytest.raises(FileError, match=r"x\.png"):
        list(quiet(tmp_path))


def test_texts(tmp_path):
    for name, text in (("neg", "bad, bad"), ("pos", "good ✓")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.txt").write_text(text, encoding="utf-8")
    ((x, y),) = utils.text_dataset_from_directory(tmp_path, shuffle=False, verbose=False)
    assert x.tolist() == ["bad, bad", "good ✓"] and y.tolist() == [0, 1]
    named = {"max_length": 3, "label_mode": None, "shuffle": False, "verbose": False}
    ((x),) = utils.text_dataset_from_directory(tmp_path, **named)
    assert x.tolist() == ["bad", "goo"]


def test_pictures_to_files_and_back(tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.float32)
    utils.save_img(tmp_path / "x.png", x, scale=False)
    again = utils.img_to_array(utils.load_img(tmp_path / "x.png"))
    assert again.dtype == np.float32 and (again == x).all()
    small = utils.load_img(str(tmp_path / "x.png"), "grayscale", target_size=(2, 3))
    assert small.size == (3, 2) and small.mode == "L"
    assert utils.img_to_array(small, "channels_first").shape == (1, 2, 3)
    with (tmp_path / "x.png").open("rb") as file:
        assert utils.load_img(io.BytesIO(file.read())).size == (7, 5)
    square = utils.load_img(tmp_path / "x.png", target_size=(5, 5), keep_aspect_ratio=True)
    assert (utils.img_to_array(square) == x[:, 1:6]).all()


def test_opacity_is_lost_in_jpeg(tmp_path):
    with pytest.warns(UserWarning, match="JPEG"):
        utils.save_img(tmp_path / "x.jpg", np.zeros((2, 2, 4)))
    assert utils.load_img(tmp_path / "x.jpg").mode == "RGB"


def test_arrays_that_are_no_pictures():
    for shape in ((2, 2), (2, 2, 2), (1, 2, 2, 3)):
        with pytest.raises(DataError):
            utils.array_to_img(np.zeros(shape))
    with pytest.raises(DataError):
        utils.img_to_array(np.zeros(3))
    with pytest.raises(FileError):
        utils.load_img("nowhere.png")
    with pytest.raises(ConfigError):
        utils.load_img("nowhere.png", color_mode="cmyk")


@pytest.mark.parametrize("way", ["bilinear", "bicubic", "area", "gaussian", "lanczos3",
                                 "lanczos5", "mitchellcubic", "nearest"])  # fmt: skip
def test_a_flat_picture_stays_flat_at_any_size(way):
    for size in ((3, 9), (6, 4), (11, 2)):
        made = resized(ONES * 7, size, way)
        assert made.shape == (*size, 3)
        np.testing.assert_allclose(made, 7, rtol=1e-6)


def test_sizes_worked_out_by_hand():
    x = np.array([[0.0, 4.0]])[..., None]
    assert resized(x, (1, 4), "bilinear").ravel().tolist() == [0, 1, 3, 4]
    assert resized(x, (1, 4), "nearest").ravel().tolist() == [0, 0, 4, 4]
    assert resized(x, (1, 1), "area").ravel().tolist() == [2]
    row = np.array([[0.0, 3.0, 6.0]])[..., None]
    np.testing.assert_allclose(resized(row, (1, 2), "area").ravel(), [1, 5], rtol=1e-6)
    # Mitchell and Netravali's cubic at distances 1/2 and 3/2: 77/144 and -5/144.
    ramp = np.array([[0.0, 0.0, 1.0, 0.0]])[..., None]
    made = resized(ramp, (1, 2), "mitchellcubic").ravel()
    np.testing.assert_allclose(made, [-5 / 144 / (149 / 144), 77 / 149], rtol=1e-5)


def test_cut_and_framed():
    assert (fitted(ONES, (2, 2), "bilinear", crop=True, pad=False) == 1).all()
    framed = fitted(ONES, (6, 6), "nearest", crop=False, pad=True)
    assert framed[0, :, 0].tolist() == [0, 1, 1, 1, 1, 0]
