"""Layers in the words of Keras 1 and 2."""

import warnings

import numpy as np
import pytest

from pellucid.base.errors import ConfigError
from pellucid.keras import Input, Model, Sequential, layers
from pellucid.keras.engine.base.hints import KerasHint, forget_hints

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(autouse=True)
def fresh_hints():
    forget_hints()


def kernel(layer):
    return layer.kernel_size, layer.strides, layer.padding


def test_old_convolutions_have_their_sizes_one_by_one():
    old = layers.Convolution2D(8, 3, 5, border_mode="same", subsample=(2, 1), dim_ordering="tf")
    assert type(old) is layers.Conv2D
    assert kernel(old) == ((3, 5), (2, 1), "same")
    assert kernel(layers.Convolution2D(8, 3, 3, "he_normal", "relu")) == ((3, 3), (1, 1), "valid")
    assert kernel(layers.Convolution2D(8, (3, 3), strides=2)) == ((3, 3), (2, 2), "valid")
    assert kernel(layers.Convolution1D(8, 3, "uniform", "relu")) == ((3,), (1,), "valid")
    assert kernel(layers.Convolution3D(2, 1, 2, 3)) == ((1, 2, 3), (1, 1, 1), "valid")


def test_present_names_keep_their_meaning_with_a_hint():
    with pytest.warns(KerasHint, match=r"strides of 3.*Conv2D\(8, \(3, 3\)\)"):
        assert kernel(layers.Conv2D(8, 3, 3)) == ((3, 3), (3, 3), "valid")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kernel(layers.Conv2D(8, 3, 2)) == ((3, 3), (2, 2), "valid")


def test_present_names_with_old_words_have_the_old_meaning():
    assert kernel(layers.Conv2D(8, 3, 3, border_mode="same")) == ((3, 3), (1, 1), "same")


def test_relatives_of_convolutions():
    assert layers.AtrousConvolution2D(8, 3, 3, atrous_rate=(2, 2)).dilation_rate == (2, 2)
    made = layers.Deconvolution2D(8, 3, 3, (None, 14, 14, 8), subsample=(2, 2))
    assert isinstance(made, layers.Conv2DTranspose)
    assert kernel(made) == ((3, 3), (2, 2), "valid")
    with pytest.warns(KerasHint, match="pool_size=2"):
        assert layers.AveragePooling2D().pool_size == (2, 2)


def test_an_old_spelling_gives_one_hint_a_process():
    with pytest.warns(KerasHint, match="CuDNNLSTM is called LSTM"):
        layers.CuDNNLSTM(3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layers.CuDNNLSTM(3)


@pytest.mark.parametrize(
    "old, new",
    [
        (lambda: layers.CuDNNGRU(3), "GRU"),
        (lambda: layers.TimeDistributedDense(3), "Dense"),
        (lambda: layers.ThresholdedReLU(0.5), "ReLU"),
        (lambda: layers.SyncBatchNormalization(), "BatchNormalization"),
    ],
    ids=["CuDNNGRU", "TimeDistributedDense", "ThresholdedReLU", "SyncBatchNormalization"],
)
def test_old_names(old, new):
    assert type(old()) is getattr(layers, new)


def test_a_thresholded_relu_is_zero_below_its_threshold():
    found = layers.ThresholdedReLU(0.5)(np.array([[0.2, 0.7, -3.0]], "float32"))
    np.testing.assert_allclose(found, [[0, 0.7, 0]], atol=1e-6)


def test_an_initializer_of_an_embedding_is_its_own():
    assert layers.Embedding(5, 2, init="normal").embeddings_initializer.stddev == 0.05


A = np.arange(6, dtype="float32").reshape(2, 3)
B = A[::-1] - 2
JOINED = {
    "sum": A + B,
    "mul": A * B,
    "ave": (A + B) / 2,
    "max": np.maximum(A, B),
    "concat": np.concatenate([A, B], axis=1),
    "dot": (A * B).sum(axis=1, keepdims=True),
}


@pytest.mark.parametrize("mode", JOINED)
def test_merge_joins(mode):
    inputs = [Input(3), Input(3)]
    model = Model(inputs, layers.merge(inputs, mode=mode, concat_axis=1))
    np.testing.assert_allclose(model.predict([A, B]), JOINED[mode], rtol=1e-5)


def test_merge_takes_a_function():
    inputs = [Input(3), Input(3)]
    model = Model(inputs, layers.merge(inputs, mode=lambda x: x[0] - x[1], output_shape=(3,)))
    np.testing.assert_allclose(model.predict([A, B]), A - B)


def test_merge_knows_its_modes():
    with pytest.raises(ConfigError, match="'summ'"):
        layers.merge([Input(3), Input(3)], mode="summ")


def test_a_merge_of_models_stands_first_in_a_sequential():
    left = Sequential([layers.Dense(4, input_dim=3)])
    right = Sequential([layers.Dense(4, input_dim=2)])
    model = Sequential()
    model.add(layers.Merge([left, right], mode="concat"))
    model.add(layers.Dense(1))
    model.compile("sgd", "mse")
    x, y = [A, B[:, :2]], np.ones(2)
    before = left.get_weights()[0].copy()
    model.fit(x, y, epochs=2, verbose=0)
    assert not np.allclose(left.get_weights()[0], before)
    both = np.concatenate([left.predict(x[0]), right.predict(x[1])], axis=1)
    w, b = model.layers[-1].get_weights()
    np.testing.assert_allclose(model.predict(x), both @ w + b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["MaxoutDense", "Highway", "ConvLSTM2D", "RandAugment"])
def test_what_is_not_here_says_what_to_use_instead(name):
    with pytest.raises(ConfigError, match=f"(?s){name} is not here.*try:"):
        getattr(layers, name)(3)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(AttributeError, match="'Dense'"):
        layers.Dens  # noqa: B018
