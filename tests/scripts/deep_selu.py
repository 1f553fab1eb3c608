# Many thin layers, kept alive by selu; a callback of tf.keras; hidden layers in a loop.
import sys

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

K = keras.backend
seed = int(sys.argv[1]) if len(sys.argv) > 1 else 42
keras.backend.clear_session()
np.random.seed(seed)
tf.random.set_seed(seed)
X, y = load_digits(return_X_y=True)
X = StandardScaler().fit_transform(X).astype(np.float32)

model = keras.models.Sequential()
model.add(keras.layers.Flatten(input_shape=[64]))
for _ in range(12):
    model.add(keras.layers.Dense(30, activation="selu", kernel_initializer="lecun_normal"))
model.add(keras.layers.AlphaDropout(rate=0.05))
model.add(keras.layers.Dense(10, activation="softmax"))


class ExponentialLearningRate(keras.callbacks.Callback):
    def __init__(self, factor):
        self.factor = factor
        self.rates = []

    def on_batch_end(self, batch, logs=None):
        self.rates.append(float(K.get_value(self.model.optimizer.learning_rate)))
        K.set_value(self.model.optimizer.learning_rate,
                    self.model.optimizer.learning_rate * self.factor)


model.compile(loss="sparse_categorical_crossentropy",
              optimizer=keras.optimizers.Nadam(learning_rate=2e-3), metrics=["accuracy"])
falling = ExponentialLearningRate(factor=0.999)
early = keras.callbacks.EarlyStopping(patience=10)
history = model.fit(X[:1300], y[:1300], epochs=12, validation_data=(X[1300:1500], y[1300:1500]),
                    callbacks=[falling, early], verbose=0)
assert falling.rates[-1] < falling.rates[0]
assert len(falling.rates) == 41 * len(history.epoch), len(falling.rates)
print("RESULT accuracy=%.4f" % model.evaluate(X[1500:], y[1500:], verbose=0)[1])
