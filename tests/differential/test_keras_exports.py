"""A network of the core as a `.keras` file: Keras itself reads it, and predicts the same."""

import keras
import numpy as np
import pytest

from pellucid import layers
from pellucid.functions.initializers import HeNormal
from pellucid.functions.regularizers import L2
from pellucid.keras.saving import save_model
from pellucid.layers import Input
from pellucid.models.model import Model

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def test_keras_predicts_the_same(tmp_path):
    x, extra = Input((8, 8, 1), name="x"), Input((4,), name="extra")
    z = layers.MinMaxScaling(-1, 1)(x)
    z = layers.Conv2D(8, 3, activation="relu", kernel_regularizer=L2(0.1))(z)
    z = layers.BatchNormalization()(layers.MaxPooling2D()(z))
    z = layers.Reshape((3, -1))(z)
    z = layers.Bidirectional(layers.LSTM(5, return_sequences=True))(z)
    z = layers.MultiHeadAttention(2, 3, use_causal_mask=True)(z, z)
    z = layers.TimeDistributed(layers.Dense(3, kernel_initializer=HeNormal()))(z)
    shared = layers.Dense(4, "tanh", name="shared")
    first, second = shared(layers.GRU(4)(z)), shared(layers.Normalization()(extra))
    kind = layers.Dense(3, "softmax")(layers.Dropout(0.5)(layers.Add()(first, second)))
    model = Model([x, extra], [kind, first])
    random = np.random.default_rng(0)
    rows = [random.normal(size=(5, 8, 8, 1)).astype("float32"), random.normal(size=(5, 4))]
    rows[1] = rows[1].astype("float32")
    model.adapt(rows)
    save_model(model, tmp_path / "m.keras")
    found = keras.models.load_model(tmp_path / "m.keras").predict(rows, verbose=0)
    for theirs, ours in zip(found, model.predict(rows), strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-5)
