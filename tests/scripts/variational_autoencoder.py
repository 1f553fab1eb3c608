"""A variational autoencoder with its penalty by add_loss. Keras 3."""

import sys

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
x = (load_digits().data / 16).astype("float32")
latent_dim = 2


class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(shape=ops.shape(z_mean), seed=self.seed_generator)
        divergence = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))
        self.add_loss(ops.mean(ops.sum(divergence, axis=1)) / 64)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


encoder_inputs = keras.Input(shape=(64,))
h = layers.Dense(32, activation="relu")(encoder_inputs)
z_mean = layers.Dense(latent_dim, name="z_mean")(h)
z_log_var = layers.Dense(latent_dim, name="z_log_var")(h)
z = Sampling()([z_mean, z_log_var])
encoder = keras.Model(encoder_inputs, [z_mean, z_log_var, z], name="encoder")

latent_inputs = keras.Input(shape=(latent_dim,))
d = layers.Dense(32, activation="relu")(latent_inputs)
decoder = keras.Model(latent_inputs, layers.Dense(64, activation="sigmoid")(d), name="decoder")

outputs = decoder(encoder(encoder_inputs)[2])
vae = keras.Model(encoder_inputs, outputs, name="vae")
vae.compile(optimizer=keras.optimizers.Adam(0.005), loss="binary_crossentropy")
history = vae.fit(x, x, epochs=25, batch_size=64, verbose=0)
means = encoder.predict(x, verbose=0)[0]
assert means.shape == (1797, 2)
assert decoder.predict(np.zeros((1, 2)), verbose=0).shape == (1, 64)
print("RESULT loss=%.4f" % history.history["loss"][-1])
