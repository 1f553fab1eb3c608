"""Layers that only arrange, cut, pad or merge: what they refuse, and in which words."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers

KEY = jax.random.key(0)


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (layers.Reshape((5, 5)), (24,), r"cannot give \(24,\) the shape \(5, 5\).*\n.*24 numbers"),
        (layers.Reshape((5, -1)), (24,), "expected: a multiple of 5 numbers"),
        (layers.Permute((2, 1)), (3,), "Permute takes examples of 2 axes"),
        (layers.RepeatVector(2), (3, 4), r"try: +Flatten\(\) first"),
        (layers.Cropping1D(3), (6, 1), "Cropping1D cuts off all of axis 1"),
        (layers.Cropping2D(2), (5, 4, 1), "Cropping2D cuts off all of axis 2"),
        (
            layers.Cropping3D(((0, 0), (0, 0), (2, 2))),
            (5, 5, 4, 1),
            "Cropping3D cuts off all of axis 3",
        ),
        (layers.ZeroPadding3D(), (5, 5, 1), "ZeroPadding3D takes examples of 4 axes"),
        (layers.UpSampling1D(), (5,), r"try: +Reshape\(\(5, 1\)\) first"),
        (layers.Softmax(axis=2), (5,), "Softmax cannot work along axis 2.*\n.*\n.*1 to 1"),
        (layers.BatchNormalization(axis=0), (5,), "BatchNormalization cannot work along axis 0"),
        (layers.GroupNormalization(3), (5,), "cannot divide the channels.*\n.*5 channels"),
        (
            layers.Add(),
            (5,),
            r"Add merges several inputs.*\n.*\n.*\n.*Add\(\.\.\.\)\(first, second\)",
        ),
        (layers.Add(), ((5,), (4,)), r"Add needs inputs of one shape.*\n.*\(5,\), \(4,\)"),
        (layers.Add(), ((5,), (4, 5)), "Add needs inputs of one shape"),
        (layers.Subtract(), ((5,), (5,), (5,)), "Subtract takes two inputs.*\n.*3 inputs"),
        (layers.Concatenate(), ((2, 3), (3, 3)), "differ only along axis -1"),
        (layers.Concatenate(axis=0), ((3,), (3,)), "cannot work along axis 0"),
        (layers.Dot(1), ((3,), (4,)), "Dot needs inputs of equal size.*\n.*3 and 4"),
    ],
    ids=repr,
)
def test_what_does_not_fit_is_refused_by_name(layer, shape, words):
    with pytest.raises(ValueError, match=words):
        layer.output_shape(shape)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Reshape((-1, -1)), "not a shape.*\n.*\n.*one may be -1"),
        (lambda: layers.Reshape((0, 3)), "not a shape"),
        (lambda: layers.Permute((0, 1)), "not an order of axes"),
        (lambda: layers.ZeroPadding1D(-1), "A border is a number of positions"),
        (lambda: layers.ZeroPadding2D((1, 2, 3)), "for its height and its width"),
        (
            lambda: layers.ZeroPadding3D((1, 2)),
            "3 axes: for its depth and its height and its width",
        ),
        (lambda: layers.Cropping3D("1"), "These borders are given for 3 axes"),
        (lambda: layers.Cropping2D(((1, 2, 3), 1)), "A border is a number of positions"),
        (lambda: layers.UpSampling2D(interpolation="nearst"), "did you mean 'nearest'"),
    ],
)
def test_settings_without_meaning_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_borders_are_kept_in_one_spelling():
    assert layers.ZeroPadding2D(1) == layers.ZeroPadding2D(((1, 1), (1, 1)))
    assert layers.ZeroPadding2D((1, 2)).padding == ((1, 1), (2, 2))
    assert layers.Cropping1D(2).cropping == (2, 2)
    assert layers.Cropping3D((1, (0, 2), 3)).cropping == ((1, 1), (0, 2), (3, 3))


def test_padding_undoes_cropping():
    x = jnp.arange(60.0).reshape(1, 5, 4, 3)
    border = ((1, 2), (0, 1))
    padded, _ = layers.ZeroPadding2D(border).apply({}, {}, x, key=KEY, training=False)
    back, _ = layers.Cropping2D(border).apply({}, {}, padded, key=KEY, training=False)
    np.testing.assert_array_equal(back, x)


def test_flattening_nothing_gives_one_number():
    assert layers.Flatten().output_shape(()) == (1,)
