"""Every layer against the Keras layer of the same name: forward, state after, and backward."""

import re
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from twins import KEY, Row, assert_equals_keras, label, twins

from pellucid.layers import LAYERS

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
IMAGE, SEQUENCE = (9, 8, 4), (9, 4)

SAME_SETTINGS: list[Row] = [
    ("Activation", {"activation": "sigmoid"}, ((5,),)),
    ("Identity", {}, ((5,),)),
    ("ReLU", {}, ((5,),)),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.2, "threshold": 0.5}, ((5,),)),
    ("LeakyReLU", {}, ((5,),)),
    ("LeakyReLU", {"negative_slope": 0.05}, ((5,),)),
    ("ELU", {}, ((5,),)),
    ("ELU", {"alpha": 0.3}, ((5,),)),
    ("PReLU", {}, (IMAGE,)),
    ("PReLU", {"shared_axes": [1, 2]}, (IMAGE,)),
    ("Softmax", {}, ((5,),)),
    ("Softmax", {"axis": 1}, (SEQUENCE,)),
    ("Dense", {"units": 3, "activation": "tanh"}, (SEQUENCE,)),
    ("Dense", {"units": 3, "use_bias": False}, ((5,),)),
    ("Conv1D", {"filters": 6, "kernel_size": 3}, (SEQUENCE,)),
    ("Conv1D", {"filters": 6, "kernel_size": 4, "strides": 2, "padding": "same"}, (SEQUENCE,)),
    ("Conv1D", {"filters": 6, "kernel_size": 3, "dilation_rate": 2, "groups": 2}, (SEQUENCE,)),
    ("Conv1D", {"filters": 6, "kernel_size": 3, "padding": "causal", "strides": 2}, (SEQUENCE,)),
    (
        "Conv1D",
        {"filters": 2, "kernel_size": 2, "padding": "causal", "dilation_rate": 3},
        (SEQUENCE,),
    ),
    ("Conv2D", {"filters": 6, "kernel_size": 3, "activation": "relu"}, (IMAGE,)),
    ("Conv2D", {"filters": 6, "kernel_size": 3, "padding": "same"}, ((9, 8, 1),)),
    ("Conv2D", {"filters": 6, "kernel_size": (2, 3), "strides": (2, 3)}, (IMAGE,)),
    ("Conv2D", {"filters": 6, "kernel_size": (4, 3), "strides": 2, "padding": "same"}, (IMAGE,)),
    ("Conv2D", {"filters": 6, "kernel_size": 1, "strides": 2, "padding": "same"}, (IMAGE,)),
    ("Conv2D", {"filters": 6, "kernel_size": 3, "dilation_rate": (2, 1)}, (IMAGE,)),
    ("Conv2D", {"filters": 6, "kernel_size": 3, "dilation_rate": 2, "padding": "same"}, (IMAGE,)),
    ("Conv2D", {"filters": 8, "kernel_size": 2, "groups": 2, "use_bias": False}, (IMAGE,)),
    ("Conv2D", {"filters": 8, "kernel_size": 3, "groups": 4, "strides": 2}, (IMAGE,)),
    ("MaxPooling1D", {}, (SEQUENCE,)),
    ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, (SEQUENCE,)),
    ("MaxPooling2D", {}, (IMAGE,)),
    ("MaxPooling2D", {"padding": "same"}, (IMAGE,)),
    ("MaxPooling2D", {"pool_size": 3, "strides": 1}, (IMAGE,)),
    ("MaxPooling2D", {"pool_size": (3, 2), "strides": (2, 3), "padding": "same"}, (IMAGE,)),
    ("MaxPooling2D", {"pool_size": 2, "strides": 3}, (IMAGE,)),
    ("AveragePooling1D", {"pool_size": 2}, (SEQUENCE,)),
    ("AveragePooling1D", {"pool_size": 4, "strides": 1, "padding": "same"}, (SEQUENCE,)),
    ("AveragePooling2D", {"pool_size": 2}, (IMAGE,)),
    ("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, (IMAGE,)),
    ("GlobalMaxPooling1D", {}, (SEQUENCE,)),
    ("GlobalMaxPooling2D", {"keepdims": True}, (IMAGE,)),
    ("GlobalAveragePooling1D", {"keepdims": True}, (SEQUENCE,)),
    ("GlobalAveragePooling2D", {}, (IMAGE,)),
    ("BatchNormalization", {}, ((5,),)),
    ("BatchNormalization", {"momentum": 0.7, "epsilon": 0.1}, (IMAGE,)),
    ("BatchNormalization", {"axis": 1, "center": False}, (SEQUENCE,)),
    ("BatchNormalization", {"scale": False}, (SEQUENCE,)),
    ("LayerNormalization", {}, (SEQUENCE,)),
    ("LayerNormalization", {"axis": [1, 2], "epsilon": 0.1}, (SEQUENCE,)),
    ("LayerNormalization", {"axis": 1, "scale": False}, (SEQUENCE,)),
    ("GroupNormalization", {"groups": 2}, (IMAGE,)),
    ("GroupNormalization", {"groups": -1, "center": False}, (IMAGE,)),
    ("GroupNormalization", {"groups": 3, "axis": 1}, (IMAGE,)),
    ("RMSNormalization", {}, (SEQUENCE,)),
    ("UnitNormalization", {}, (SEQUENCE,)),
    ("UnitNormalization", {"axis": [1, 2]}, (SEQUENCE,)),
    ("Flatten", {}, (IMAGE,)),
    ("Reshape", {"target_shape": (6, -1)}, (IMAGE,)),
    ("Permute", {"dims": (3, 1, 2)}, (IMAGE,)),
    ("RepeatVector", {"n": 4}, ((5,),)),
    ("ZeroPadding1D", {}, (SEQUENCE,)),
    ("ZeroPadding1D", {"padding": (2, 1)}, (SEQUENCE,)),
    ("ZeroPadding2D", {"padding": (2, 1)}, (IMAGE,)),
    ("ZeroPadding2D", {"padding": ((1, 0), (2, 3))}, (IMAGE,)),
    ("Cropping1D", {"cropping": 2}, (SEQUENCE,)),
    ("Cropping2D", {"cropping": ((1, 0), (2, 3))}, (IMAGE,)),
    ("UpSampling1D", {"size": 3}, (SEQUENCE,)),
    ("UpSampling2D", {"size": (3, 2)}, (IMAGE,)),
    ("UpSampling2D", {"interpolation": "bilinear"}, (IMAGE,)),
    ("UpSampling2D", {"size": 3, "interpolation": "bicubic"}, (IMAGE,)),
    ("Add", {}, (SEQUENCE, SEQUENCE, SEQUENCE)),
    ("Add", {}, (SEQUENCE, (1, 4))),
    ("Subtract", {}, (SEQUENCE, SEQUENCE)),
    ("Multiply", {}, (SEQUENCE, SEQUENCE, SEQUENCE)),
    ("Average", {}, (SEQUENCE, SEQUENCE, SEQUENCE)),
    ("Maximum", {}, (SEQUENCE, SEQUENCE, SEQUENCE)),
    ("Minimum", {}, (SEQUENCE, SEQUENCE)),
    ("Concatenate", {}, ((5,), (3,))),
    ("Concatenate", {"axis": 1}, ((2, 4), (3, 4))),
    ("Dot", {"axes": 1}, ((5,), (5,))),
    ("Dot", {"axes": -1, "normalize": True}, ((5,), (5,))),
    ("Dot", {"axes": (2, 1)}, ((3, 4), (4, 2))),
    ("Dot", {"axes": (1, 1)}, ((3, 4), (3,))),
    ("Dot", {"axes": (1, 3)}, ((3, 4), (2, 5, 3))),
    ("Rescaling", {"scale": 0.5, "offset": -1.0}, (IMAGE,)),
    (
        "Normalization",
        {"mean": [1.0, 2.0, 3.0, 4.0], "variance": [1.0, 4.0, 0.5, 2.0]},
        (SEQUENCE,),
    ),
    ("Normalization", {"axis": None, "mean": 1.0, "variance": 4.0}, (SEQUENCE,)),
]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("row", SAME_SETTINGS, ids=label)
def test_equals_keras(row: Row, training: bool):
    assert_equals_keras(row, training)


def test_embedding_equals_keras():
    ours, params, state, theirs = twins("Embedding", {"input_dim": 5, "output_dim": 3}, ((4,),))
    ids = jnp.asarray([[0, 1, 4, 4], [3, 2, 0, 1]], jnp.int32)
    z, _ = ours.apply(params, state, ids, key=KEY, training=False)
    np.testing.assert_array_equal(z, theirs(np.asarray(ids)))


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("ids", [[[0], [3]], [[0, 2, 2], [3, 3, 3]], [1, 3]])
def test_category_encoding_equals_keras(mode: str, ids: Any):
    x = np.asarray(ids, np.int32)
    layer = LAYERS["CategoryEncoding"](4, mode)
    z, _ = layer.apply({}, {}, jnp.asarray(x), key=KEY, training=False)
    with jax.numpy_dtype_promotion("standard"):
        expected = keras.layers.CategoryEncoding(4, mode)(x)
    if x.ndim == 1 and mode != "one_hot":  # Keras takes the whole batch for one example here
        expected = np.eye(4)[x]
    np.testing.assert_array_equal(z, expected)


@pytest.mark.parametrize("axis", [-1, (1, 2), 1, None])
def test_normalization_learns_what_keras_does(axis: Any):
    x = np.random.default_rng(6).normal(3, 2, (50, 6, 4)).astype(np.float32)
    ours, theirs = LAYERS["Normalization"](axis), keras.layers.Normalization(axis)
    with jax.numpy_dtype_promotion("standard"):
        theirs.adapt(x)
        expected = theirs(x)
    state = jax.tree.map(jnp.asarray, ours.learn(x))
    z, _ = ours.apply({}, state, jnp.asarray(x), key=KEY, training=False)
    np.testing.assert_allclose(z, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "settings", "shape"),
    [
        ("Dropout", {"rate": 0.3}, (400,)),
        ("SpatialDropout1D", {"rate": 0.3}, (20, 400)),
        ("SpatialDropout2D", {"rate": 0.3}, (4, 5, 400)),
        ("SpatialDropout3D", {"rate": 0.3}, (1, 4, 5, 400)),
        ("GaussianNoise", {"stddev": 0.7}, (400,)),
        ("GaussianDropout", {"rate": 0.3}, (400,)),
        ("AlphaDropout", {"rate": 0.3}, (400,)),
    ],
)
def test_noise_has_the_moments_of_keras_noise(name: str, settings: Any, shape: Any):
    """Draws differ, distributions do not: 80,000 or more numbers, so 1 % is far outside chance."""
    x = np.full((200, *shape), 1.5, np.float32)
    ours, theirs = LAYERS[name](**settings), getattr(keras.layers, name)(**settings, seed=1)
    z, _ = ours.apply({}, {}, jnp.asarray(x), key=KEY, training=True)
    with jax.numpy_dtype_promotion("standard"):
        expected = np.asarray(theirs(x, training=True))
    np.testing.assert_allclose(np.mean(z), expected.mean(), atol=0.015)
    np.testing.assert_allclose(np.std(z), expected.std(), atol=0.015)


def test_every_layer_that_keras_has_is_compared():
    """Here, or in a file beside this one that is about other layers."""
    here = Path(__file__).parent
    files = [*here.glob("test_*layers.py"), here / "test_masks.py"]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    shared = [name for name in LAYERS if hasattr(keras.layers, name)]
    assert [
        name for name in shared if not re.search(rf'"{name}"|(layers|kinds)\.{name}\(', text)
    ] == []
