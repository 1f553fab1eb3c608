"""An autoencoder, with its encoder and decoder as models of their own. Keras 3."""

import sys

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
x, _ = load_digits(return_X_y=True)
x = (x / 16).astype("float32")
x_train, x_test = x[:1500], x[1500:]

encoding_dim = 12
input_img = keras.Input(shape=(64,))
encoded = layers.Dense(encoding_dim, activation="relu")(input_img)
decoded = layers.Dense(64, activation="sigmoid")(encoded)

autoencoder = keras.Model(input_img, decoded)
encoder = keras.Model(input_img, encoded)

encoded_input = keras.Input(shape=(encoding_dim,))
decoder_layer = autoencoder.layers[-1]
decoder = keras.Model(encoded_input, decoder_layer(encoded_input))

autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
autoencoder.fit(
    x_train,
    x_train,
    epochs=40,
    batch_size=64,
    shuffle=True,
    verbose=0,
    validation_data=(x_test, x_test),
)
codes = encoder.predict(x_test, verbose=0)
assert codes.shape == (297, 12)
images = decoder.predict(codes, verbose=0)
whole = autoencoder.predict(x_test, verbose=0)
assert np.allclose(images, whole, atol=1e-5)
print("RESULT mse=%.5f" % np.mean((whole - x_test) ** 2))
