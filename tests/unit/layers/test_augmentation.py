"""Layers that vary or resize images: special cases, spellings, and what is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers

X = jnp.asarray(np.random.default_rng(0).uniform(0, 255, (3, 5, 5, 2)), jnp.float32)


def varied(layer, key=0, x=X, training=True):
    run = jax.jit(lambda x, key: layer.apply({}, {}, x, key=key, training=training)[0])
    return np.asarray(run(x, jax.random.key(key)))


@pytest.mark.parametrize(
    "layer",
    [
        layers.RandomRotation(0),
        layers.RandomRotation(0, interpolation="nearest", fill_mode="constant"),
        layers.RandomZoom(0),
        layers.RandomZoom(0, 0, "wrap"),
        layers.RandomTranslation(0, 0, "nearest"),
        layers.RandomTranslation((1, 1), (-1, -1), "wrap"),
        layers.RandomContrast(0),
        layers.RandomBrightness(0),
        layers.RandomCrop(5, 5),
    ],
    ids=repr,
)
def test_a_factor_of_nothing_changes_nothing(layer):
    np.testing.assert_allclose(varied(layer), X, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(("part", "quarters"), [(0.25, 1), (0.5, 2), (-0.25, 3)])
def test_quarter_turns_go_anticlockwise(part, quarters):
    turned = varied(layers.RandomRotation((part, part), "nearest"))
    np.testing.assert_allclose(turned, np.rot90(X, quarters, (1, 2)), rtol=1e-3)


def test_a_translation_moves_down_and_right():
    moved = varied(layers.RandomTranslation((0.4, 0.4), (0.2, 0.2), "constant", fill_value=-1))
    np.testing.assert_allclose(moved[:, 2:, 1:], X[:, :-2, :-1], rtol=1e-4)
    assert (moved[:, :2] == -1).all() and (moved[:, :, :1] == -1).all()


def test_zooming_out_makes_an_image_smaller():
    small = varied(layers.RandomZoom((1, 1), fill_mode="constant"))
    np.testing.assert_allclose(small[:, 1:4, 1:4], X[:, ::2, ::2], rtol=1e-4)
    assert (small[:, [0, -1]] == 0).all()


@pytest.mark.parametrize(
    "layer",
    [
        layers.RandomFlip(),
        layers.RandomRotation(0.3),
        layers.RandomZoom(0.3),
        layers.RandomTranslation(0.3, 0.3),
        layers.RandomContrast(0.9),
        layers.RandomBrightness(0.3),
    ],
    ids=repr,
)
def test_only_training_varies_images_each_by_itself(layer):
    np.testing.assert_array_equal(varied(layer, training=False), X)
    many = varied(layer, x=jnp.repeat(X[:1], 20, axis=0))
    assert len(np.unique(many, axis=0)) > (1 if isinstance(layer, layers.RandomFlip) else 15)


def test_a_seed_gives_a_layer_draws_of_its_own():
    plain, one, two = (layers.RandomBrightness(0.3, seed=seed) for seed in (None, 1, 2))
    first = [varied(layer) for layer in (plain, one, two)]
    assert all((a != b).any() for a, b in zip(first, (first[1], first[2], first[0]), strict=True))
    np.testing.assert_array_equal(varied(one), first[1])
    assert (varied(one, key=1) != first[1]).any()  # not the same in every step


def test_a_crop_outside_training_is_the_middle_resized():
    x = jnp.asarray(np.random.default_rng(1).normal(size=(2, 6, 9, 1)), jnp.float32)
    layer = layers.RandomCrop(3, 3)
    np.testing.assert_allclose(
        varied(layer, x=x, training=False),
        jax.image.resize(x[:, :, 1:7], (2, 3, 3, 1), "bilinear", antialias=False),
        rtol=1e-5,
    )


def test_ranges_are_kept_in_one_spelling():
    assert layers.RandomRotation(0.2) == layers.RandomRotation((0.2, -0.2))
    assert layers.RandomZoom(-0.2).height_factor == (-0.2, 0.2)
    assert layers.RandomContrast(0.2).factor == (0.0, 0.2)
    assert layers.RandomBrightness(0.2, [1, 0]).value_range == (0.0, 1.0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.RandomRotation(1.5), r"RandomRotation\(factor=...\) is out of range"),
        (lambda: layers.RandomZoom(0.1, (-2, 0)), r"RandomZoom\(width_factor=...\) is out of"),
        (lambda: layers.RandomTranslation("left", 0), "A range is one number, or two"),
        (lambda: layers.RandomBrightness((1, 2, 3)), "A range is one number, or two"),
        (lambda: layers.RandomFlip("upside_down"), "'horizontal', 'vertical'"),
        (lambda: layers.RandomZoom(0.1, fill_mode="mirror"), "'reflect', 'wrap'"),
        (lambda: layers.Resizing(4, 0), r"Resizing\(width=...\) is out of range"),
        (
            lambda: layers.Resizing(4, 4, "nearest", True, True),
            "cannot both cut off what does not fit and fill up",
        ),
    ],
)
def test_settings_without_meaning_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
