"""Subclasses of Loss and Metric. Keras 3."""

import sys

import keras
import numpy as np
from keras import ops
from sklearn.datasets import make_regression

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)


class HuberLoss(keras.losses.Loss):
    def __init__(self, threshold=1.0, **kwargs):
        self.threshold = threshold
        super().__init__(**kwargs)

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        is_small = ops.abs(error) < self.threshold
        squared = ops.square(error) / 2
        linear = self.threshold * ops.abs(error) - self.threshold**2 / 2
        return ops.mean(ops.where(is_small, squared, linear), axis=-1)

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}


class RootMeanSquare(keras.metrics.Metric):
    def __init__(self, name="rms", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(ops.sum(ops.square(y_true - y_pred)))
        self.count.assign_add(ops.cast(ops.size(y_true), "float32"))

    def result(self):
        return ops.sqrt(self.total / self.count)


X, y = make_regression(400, 6, noise=3.0, random_state=0)
y = (y / y.std())[:, None].astype("float32")
model = keras.Sequential(
    [keras.layers.Dense(24, activation="selu", kernel_initializer="lecun_normal"), keras.layers.Dense(1)]
)
model.compile(
    loss=HuberLoss(0.8),
    optimizer="nadam",
    metrics=[RootMeanSquare(), keras.metrics.RootMeanSquaredError(name="theirs")],
)
model.fit(X[:300], y[:300], epochs=40, batch_size=20, verbose=0)
values = model.evaluate(X[300:], y[300:], verbose=0, return_dict=True)
assert abs(values["rms"] - values["theirs"]) < 1e-5, values
assert abs(values["rms"] - np.sqrt(np.mean((model.predict(X[300:], verbose=0) - y[300:]) ** 2))) < 1e-5
print("RESULT loss=%.5f rms=%.4f" % (values["loss"], values["rms"]))
