"""Layers that resize, crop and vary images against the Keras layers of the same names."""

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from twins import KEY, Row, assert_equals_keras, label

from pellucid import layers
from pellucid.layers import LAYERS

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
IMAGE = (9, 8, 2)
PICTURES = np.random.default_rng(0).uniform(0, 255, (4, 9, 8, 2)).astype(np.float32)

SAME_SETTINGS: list[Row] = [
    *(
        ("Resizing", {"height": height, "width": width, "interpolation": way}, (IMAGE,))
        for way in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
        for height, width in ((13, 5), (4, 16))
    ),
    ("Resizing", {"height": 4, "width": 3, "antialias": True}, (IMAGE,)),
    *(
        (
            "Resizing",
            {"height": height, "width": width, f"{what}_to_aspect_ratio": True, "fill_value": fill},
            (IMAGE,),
        )
        for what, fill in (("crop", 0.0), ("pad", 3.0))
        for height, width in ((4, 12), (12, 4), (5, 5), (18, 16))
    ),
    *(
        ("CenterCrop", {"height": height, "width": width}, (IMAGE,))
        for height, width in ((4, 4), (5, 3), (9, 8), (12, 4), (4, 12), (20, 11))
    ),
]


@pytest.mark.parametrize("row", SAME_SETTINGS, ids=label)
def test_equals_keras(row: Row):
    assert_equals_keras(row, training=True)


def varied(name: str, settings: dict[str, Any], x: Any = PICTURES, key: Any = KEY) -> Any:
    """Return what our layer makes of images while training."""
    layer = LAYERS[name](**settings)
    return jax.jit(lambda x: layer.apply({}, {}, x, key=key, training=True)[0])(x)


def by_keras(name: str, settings: dict[str, Any], x: Any = PICTURES) -> Any:
    layer = getattr(keras.layers, name)(**settings)
    with jax.numpy_dtype_promotion("standard"):
        return np.asarray(layer(x, training=True))


ONE_DRAW = [
    ("RandomRotation", {"factor": (0.1, 0.1)}),
    ("RandomRotation", {"factor": (-0.3, -0.3), "interpolation": "nearest"}),
    ("RandomZoom", {"height_factor": (0.4, 0.4)}),
    ("RandomZoom", {"height_factor": (-0.3, -0.3), "width_factor": (0.5, 0.5)}),
    ("RandomTranslation", {"height_factor": (0.2, 0.2), "width_factor": (-0.33, -0.33)}),
    (
        "RandomTranslation",
        {"height_factor": (-1, -1), "width_factor": (0.8, 0.8), "interpolation": "nearest"},
    ),
]


@pytest.mark.parametrize("fill_mode", ["reflect", "wrap", "constant", "nearest"])
@pytest.mark.parametrize(("name", "settings"), ONE_DRAW)
def test_a_range_without_width_leaves_one_draw_which_equals_keras(
    name: str, settings: dict[str, Any], fill_mode: str
):
    settings = {**settings, "fill_mode": fill_mode, "fill_value": 7.0}
    # places of pixels are rounded in another order, and pixels are up to 255
    np.testing.assert_allclose(varied(name, settings), by_keras(name, settings), atol=2e-2)


@pytest.mark.parametrize("value_range", [(0, 255), (50.0, 120.0)])
@pytest.mark.parametrize("part", [-0.4, 0.3])
def test_brightness_equals_keras(part: float, value_range: tuple[float, float]):
    settings = {"factor": (part, part), "value_range": value_range}
    ours, theirs = varied("RandomBrightness", settings), by_keras("RandomBrightness", settings)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("value_range", [(0, 255), (50.0, 120.0)])
def test_contrast_equals_keras_for_the_factor_drawn(value_range: tuple[float, float]):
    settings = {"factor": (0.5, 0.4), "value_range": (-1000, 1000)}
    uncut = varied("RandomContrast", settings)
    mean = PICTURES.mean((1, 2), keepdims=True)
    drawn = ((uncut - mean) * (PICTURES - mean)).mean((1, 2, 3), keepdims=True)
    drawn /= ((PICTURES - mean) ** 2).mean((1, 2, 3), keepdims=True)
    assert len(np.unique(drawn)) == 4  # one for each image
    theirs = keras.layers.RandomContrast((0.4, 0.5), value_range=value_range)
    expected = theirs.transform_images(PICTURES, {"contrast_factor": drawn})
    ours = varied("RandomContrast", {**settings, "value_range": value_range})
    np.testing.assert_allclose(ours, expected, atol=1e-3)


@pytest.mark.parametrize("factor", [0.4, (0.3, 0.6)])
def test_contrast_is_drawn_from_keras_s_range(factor: Any):
    """One number is the upper end of a range that begins at 0, whatever one would expect."""
    x = np.zeros((2000, 2, 1, 1), np.float32) + np.asarray([[[1]], [[-1]]], np.float32)
    settings = {"factor": factor, "value_range": (-10, 10)}
    ours = np.sort(np.asarray(varied("RandomContrast", settings, x))[:, 0, 0, 0])
    theirs = np.sort(by_keras("RandomContrast", {**settings, "seed": 3}, x)[:, 0, 0, 0])
    # 2000 draws over a range below 1: their quantiles agree to a few hundredths
    np.testing.assert_allclose(ours[::100], theirs[::100], atol=0.06)
    lower, upper = theirs.min() - 0.01, theirs.max() + 0.01
    assert lower < ours.min() and ours.max() < upper


@pytest.mark.parametrize("mode", ["horizontal", "vertical", "horizontal_and_vertical"])
def test_flips_are_those_of_keras(mode: str):
    """Both give x or one and the same mirror image, half of the time each."""
    x = np.arange(6, dtype=np.float32).reshape(1, 3, 2, 1) * np.ones((400, 1, 1, 1), np.float32)
    ours = np.asarray(varied("RandomFlip", {"mode": mode}, x)).reshape(400, 6)
    theirs = by_keras("RandomFlip", {"mode": mode, "seed": 1}, x).reshape(400, 6)
    kinds, counts = np.unique(ours, axis=0, return_counts=True)
    np.testing.assert_array_equal(kinds, np.unique(theirs, axis=0))
    assert len(counts) == 2 and counts.min() > 150  # 5 standard deviations


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("RandomRotation", {"factor": 0.2, "fill_mode": "constant"}),
        ("RandomZoom", {"height_factor": 0.5, "fill_mode": "constant"}),
        ("RandomZoom", {"height_factor": 0.5, "width_factor": (0, 0.3), "fill_mode": "constant"}),
        ("RandomTranslation", {"height_factor": 0.4, "width_factor": (-0.2, 0.5)}),
        ("RandomBrightness", {"factor": 0.3}),
    ],
)
def test_draws_are_distributed_as_in_keras(name: str, settings: dict[str, Any]):
    """The mean image and its deviation over 3000 draws; pixels are between 0 and 255."""
    one = np.random.default_rng(1).uniform(60, 190, (1, 5, 4, 1)).astype(np.float32)
    x = np.repeat(one, 3000, axis=0)
    ours, theirs = np.asarray(varied(name, settings, x)), by_keras(name, {**settings, "seed": 2}, x)
    spread = theirs.std(0).max()
    # the mean of 3000 draws is known to spread / 55, the deviation not much worse
    np.testing.assert_allclose(ours.mean(0), theirs.mean(0), atol=spread / 10)
    np.testing.assert_allclose(ours.std(0), theirs.std(0), atol=spread / 10)


def test_crops_lie_anywhere_and_are_one_place_a_batch_as_in_keras():
    x = jnp.arange(20.0).reshape(1, 5, 4, 1) * jnp.ones((2, 1, 1, 1))

    def crops(cut: Any) -> set[float]:
        made = [np.asarray(cut(number)) for number in range(150)]
        for z in made:
            np.testing.assert_array_equal(z[0], z[1])
            np.testing.assert_array_equal(z[0, :, :, 0] - z[0, 0, 0, 0], [[0, 1], [4, 5], [8, 9]])
        return {float(z[0, 0, 0, 0]) for z in made}

    layer = layers.RandomCrop(3, 2)
    ours = jax.jit(lambda key: layer.apply({}, {}, x, key=key, training=True)[0])
    theirs = keras.layers.RandomCrop(3, 2, seed=5)
    corners = {row * 4.0 + column for row in range(3) for column in range(3)}
    assert crops(lambda number: ours(jax.random.key(number))) == corners
    assert crops(lambda _: theirs(x, training=True)) == corners


def test_a_crop_of_a_smaller_image_is_keras_s():
    x = jnp.asarray(PICTURES[:, :8])
    ours, theirs = layers.RandomCrop(12, 12), keras.layers.RandomCrop(12, 12)
    z, _ = ours.apply({}, {}, x, key=KEY, training=True)
    np.testing.assert_allclose(z, theirs(x, training=True), rtol=1e-5)


@pytest.mark.parametrize("size", [(4, 4), (5, 3), (9, 8), (12, 4), (4, 12), (20, 11), (9, 5)])
def test_a_crop_at_rest_is_what_keras_documents(size: tuple[int, int]):
    """The largest middle part of the right proportions, resized: Keras's own smart_resize.

    Keras's layer leaves the images as they are, against the shape that it announces.
    """
    z, _ = layers.RandomCrop(*size).apply({}, {}, jnp.asarray(PICTURES), key=KEY, training=False)
    expected = [keras.preprocessing.image.smart_resize(picture, size) for picture in PICTURES]
    np.testing.assert_allclose(z, np.stack(expected), rtol=1e-5)
    theirs = keras.layers.RandomCrop(*size)
    np.testing.assert_array_equal(theirs(PICTURES, training=False), PICTURES)
    assert theirs(keras.Input((9, 8, 2))).shape == (None, *size, 2)
