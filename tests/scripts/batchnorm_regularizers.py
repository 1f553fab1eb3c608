"""Normalisation between layers, penalties on weights and activities. Keras 3."""

import sys

import keras
import numpy as np
from keras import layers, regularizers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, y = load_digits(return_X_y=True)
X = X / 16.0

model = keras.models.Sequential(
    [
        layers.Input((64,)),
        layers.BatchNormalization(),
        layers.Dense(60, use_bias=False, kernel_initializer="he_normal"),
        layers.BatchNormalization(momentum=0.9),
        layers.Activation("relu"),
        layers.Dense(
            40,
            kernel_regularizer=regularizers.l2(1e-3),
            bias_regularizer="l1",
            activity_regularizer=regularizers.L1(1e-4),
        ),
        layers.LeakyReLU(negative_slope=0.1),
        layers.Dense(
            10, activation="softmax", kernel_regularizer=regularizers.l1_l2(l1=1e-5, l2=1e-4)
        ),
    ]
)
print([(var.name, var.trainable) for var in model.layers[0].variables])
model.compile(
    loss="sparse_categorical_crossentropy",
    optimizer=keras.optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True, clipnorm=1.0),
    metrics=["accuracy"],
)
history = model.fit(X[:1400], y[:1400], epochs=15, verbose=0, validation_data=(X[1400:], y[1400:]))
loss, accuracy = model.evaluate(X[1400:], y[1400:], verbose=0)
plain = -np.mean(np.log(model.predict(X[1400:], verbose=0)[np.arange(397), y[1400:]]))
assert loss > plain, "the penalties belong to the loss"
print(f"RESULT loss={loss:.4f} accuracy={accuracy:.4f}")
