"""Layers of one's own, saved and loaded again. Keras 3."""

import os
import sys
import tempfile

import keras
import numpy as np
from keras import ops
from sklearn.datasets import make_friedman1

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)


@keras.saving.register_keras_serializable(package="course")
class Linear(keras.layers.Layer):
    def __init__(self, units=32, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="glorot_uniform", trainable=True, name="w"
        )
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True, name="b")

    def call(self, inputs):
        return self.activation(ops.matmul(inputs, self.w) + self.b)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        config = super().get_config()
        config.update(
            {"units": self.units, "activation": keras.activations.serialize(self.activation)}
        )
        return config


class Scale(keras.layers.Layer):
    """Counts its calls in a weight that is not trained."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.total = self.add_weight(shape=(), initializer="zeros", trainable=False, name="total")

    def call(self, inputs, training=None):
        if training:
            self.total.assign_add(1.0)
        return inputs * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


X, y = make_friedman1(400, noise=0.3, random_state=0)
y = y / 10
model = keras.Sequential(
    [keras.Input((10,)), Linear(32, activation="relu"), Scale(0.5), Linear(1, name="out")]
)
model.compile("adam", "mse")
model.fit(X[:300], y[:300], epochs=40, batch_size=20, verbose=0)
assert float(np.asarray(model.layers[1].total)) == 40 * 15, model.layers[1].total
path = os.path.join(tempfile.mkdtemp(), "linear.keras")
model.save(path)
again = keras.models.load_model(path, custom_objects={"Scale": Scale})
assert again.layers[1].factor == 0.5
assert np.allclose(again.predict(X, verbose=0), model.predict(X, verbose=0), atol=1e-6)
print("RESULT mse=%.4f" % model.evaluate(X[300:], y[300:], verbose=0))
