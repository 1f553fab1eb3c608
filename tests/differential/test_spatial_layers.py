"""Layers of images, sequences and volumes against the Keras layers of the same names."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from twins import KEY, Row, assert_equals_keras, batches, label

from pellucid import layers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
VOLUME, IMAGE, SEQUENCE = (5, 6, 4, 2), (9, 8, 4), (9, 4)

SAME_SETTINGS: list[Row] = [
    ("Conv3D", {"filters": 3, "kernel_size": 2}, (VOLUME,)),
    ("Conv3D", {"filters": 3, "kernel_size": (1, 3, 2), "activation": "tanh"}, (VOLUME,)),
    ("Conv3D", {"filters": 4, "kernel_size": 3, "padding": "same", "groups": 2}, (VOLUME,)),
    ("Conv3D", {"filters": 2, "kernel_size": 2, "dilation_rate": (2, 1, 3)}, (VOLUME,)),
    (
        "Conv3D",
        {"filters": 2, "kernel_size": (3, 2, 2), "strides": (2, 1, 2), "padding": "same"},
        (VOLUME,),
    ),
    ("Conv3D", {"filters": 3, "kernel_size": 2, "strides": 2, "use_bias": False}, (VOLUME,)),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 3}, (SEQUENCE,)),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 2, "strides": 3}, (SEQUENCE,)),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 5, "strides": 2}, (SEQUENCE,)),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 1, "strides": 2}, (SEQUENCE,)),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 4, "padding": "same"}, (SEQUENCE,)),
    (
        "Conv1DTranspose",
        {"filters": 3, "kernel_size": 4, "strides": 3, "padding": "same"},
        (SEQUENCE,),
    ),
    (
        "Conv1DTranspose",
        {"filters": 3, "kernel_size": 1, "strides": 3, "padding": "same"},
        (SEQUENCE,),
    ),
    (
        "Conv1DTranspose",
        {"filters": 3, "kernel_size": 2, "strides": 5, "padding": "same"},
        (SEQUENCE,),
    ),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "dilation_rate": 2}, (SEQUENCE,)),
    (
        "Conv1DTranspose",
        {"filters": 3, "kernel_size": 4, "dilation_rate": 3, "padding": "same"},
        (SEQUENCE,),
    ),
    *(
        (
            "Conv1DTranspose",
            {
                "filters": 2,
                "kernel_size": size,
                "strides": 3,
                "padding": padding,
                "output_padding": extra,
            },
            (SEQUENCE,),
        )
        for size in (2, 5)
        for padding in ("valid", "same")
        for extra in (0, 2)
    ),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": (3, 2), "activation": "tanh"}, (IMAGE,)),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": (2, 1)}, (IMAGE,)),
    (
        "Conv2DTranspose",
        {"filters": 3, "kernel_size": (2, 5), "strides": 2, "padding": "same", "use_bias": False},
        (IMAGE,),
    ),
    (
        "Conv2DTranspose",
        {"filters": 3, "kernel_size": 3, "strides": (2, 3), "output_padding": (1, 2)},
        (IMAGE,),
    ),
    (
        "Conv2DTranspose",
        {
            "filters": 3,
            "kernel_size": (4, 3),
            "strides": (2, 3),
            "padding": "same",
            "output_padding": (1, 2),
        },
        (IMAGE,),
    ),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "dilation_rate": (2, 1)}, (IMAGE,)),
    ("Conv3DTranspose", {"filters": 3, "kernel_size": (1, 2, 3)}, ((2, 3, 3, 2),)),
    (
        "Conv3DTranspose",
        {"filters": 3, "kernel_size": 2, "strides": (1, 2, 3), "padding": "same"},
        ((2, 3, 3, 2),),
    ),
    (
        "Conv3DTranspose",
        {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 1, "padding": "same"},
        ((2, 3, 3, 2),),
    ),
    ("DepthwiseConv1D", {"kernel_size": 3}, (SEQUENCE,)),
    ("DepthwiseConv1D", {"kernel_size": 4, "padding": "same", "depth_multiplier": 2}, (SEQUENCE,)),
    ("DepthwiseConv1D", {"kernel_size": 2, "strides": 3, "activation": "relu"}, (SEQUENCE,)),
    ("DepthwiseConv1D", {"kernel_size": 3, "dilation_rate": 2}, (SEQUENCE,)),
    ("DepthwiseConv2D", {"kernel_size": (3, 2)}, (IMAGE,)),
    ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 3, "use_bias": False}, (IMAGE,)),
    ("DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "padding": "same"}, (IMAGE,)),
    ("DepthwiseConv2D", {"kernel_size": 2, "dilation_rate": (2, 3), "padding": "same"}, (IMAGE,)),
    ("SeparableConv1D", {"filters": 5, "kernel_size": 3}, (SEQUENCE,)),
    (
        "SeparableConv1D",
        {"filters": 5, "kernel_size": 4, "strides": 2, "padding": "same", "depth_multiplier": 2},
        (SEQUENCE,),
    ),
    ("SeparableConv1D", {"filters": 5, "kernel_size": 2, "dilation_rate": 3}, (SEQUENCE,)),
    ("SeparableConv2D", {"filters": 3, "kernel_size": (2, 3), "activation": "tanh"}, (IMAGE,)),
    (
        "SeparableConv2D",
        {"filters": 3, "kernel_size": 3, "strides": 2, "use_bias": False},
        (IMAGE,),
    ),
    (
        "SeparableConv2D",
        {"filters": 6, "kernel_size": 2, "dilation_rate": 2, "padding": "same"},
        (IMAGE,),
    ),
    ("MaxPooling3D", {}, (VOLUME,)),
    (
        "MaxPooling3D",
        {"pool_size": (3, 2, 2), "strides": (2, 1, 3), "padding": "same"},
        (VOLUME,),
    ),
    ("AveragePooling3D", {"pool_size": 2}, (VOLUME,)),
    ("AveragePooling3D", {"pool_size": 3, "strides": (1, 2, 2), "padding": "same"}, (VOLUME,)),
    ("GlobalMaxPooling3D", {}, (VOLUME,)),
    ("GlobalAveragePooling3D", {"keepdims": True}, (VOLUME,)),
    ("ZeroPadding3D", {}, (VOLUME,)),
    ("ZeroPadding3D", {"padding": ((1, 0), (2, 3), (0, 1))}, (VOLUME,)),
    ("Cropping3D", {}, (VOLUME,)),
    ("Cropping3D", {"cropping": (2, 0, 1)}, (VOLUME,)),
    ("Cropping3D", {"cropping": ((0, 2), (3, 0), (1, 1))}, (VOLUME,)),
    ("UpSampling2D", {"size": (2, 3), "interpolation": "lanczos3"}, (IMAGE,)),
    ("UpSampling2D", {"interpolation": "lanczos5"}, (IMAGE,)),
    ("UpSampling3D", {}, (VOLUME,)),
    ("UpSampling3D", {"size": (3, 1, 2)}, (VOLUME,)),
]


@pytest.mark.parametrize("row", SAME_SETTINGS, ids=label)
def test_equals_keras(row: Row):
    assert_equals_keras(row, training=True)


@pytest.mark.parametrize("keepdims", [False, True])
def test_average_over_the_steps_that_count_equals_keras(keepdims: bool):
    x = jnp.asarray(batches((SEQUENCE,)))
    mask = np.asarray([[1, 1, 0, 1, 0, 0, 0, 0, 0], [1] * 9, [0] * 8 + [1]], bool)
    ours = layers.GlobalAveragePooling1D(keepdims)
    theirs = keras.layers.GlobalAveragePooling1D(keepdims=keepdims)

    def run(x):
        return ours.apply({}, {}, x, key=KEY, training=True, mask=jnp.asarray(mask))[0]

    np.testing.assert_allclose(run(x), theirs(x, mask=mask), rtol=1e-5, atol=1e-6)
    wanted = jax.grad(lambda x: jnp.sum(theirs(x, mask=mask) ** 2))(x)
    np.testing.assert_allclose(jax.grad(lambda x: jnp.sum(run(x) ** 2))(x), wanted, atol=1e-5)
    assert ours.mask_of(x, jnp.asarray(mask)) is None
