"""A loop of one's own over batches: a small GAN on two-dimensional points. Keras 3."""

import sys

import keras
import numpy as np
from keras import layers

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7
keras.utils.set_random_seed(seed)
rs = np.random.RandomState(seed)
latent_dim, n_batch = 5, 64


def real_samples(n):
    x = rs.uniform(-0.5, 0.5, n)
    return np.stack([x, x * x], axis=1), np.ones((n, 1))


discriminator = keras.Sequential(
    [layers.Input((2,)), layers.Dense(25, activation="relu"), layers.Dense(1, activation="sigmoid")]
)
discriminator.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
generator = keras.Sequential(
    [layers.Input((latent_dim,)), layers.Dense(15, activation="relu"), layers.Dense(2)]
)

fixed = keras.Sequential([layers.Input((2,)), layers.Dense(25, activation="relu"),
                          layers.Dense(1, activation="sigmoid")])
fixed.set_weights(discriminator.get_weights())
fixed.trainable = False
gan = keras.Sequential([generator, fixed])
gan.compile(loss="binary_crossentropy", optimizer="adam")

for step in range(200):
    x_real, y_real = real_samples(n_batch // 2)
    x_fake = generator.predict_on_batch(rs.randn(n_batch // 2, latent_dim))
    d_real = discriminator.train_on_batch(x_real, y_real)
    d_fake = discriminator.train_on_batch(x_fake, np.zeros((n_batch // 2, 1)))
    fixed.set_weights(discriminator.get_weights())
    g_loss = gan.train_on_batch(rs.randn(n_batch, latent_dim), np.ones((n_batch, 1)))

assert len(d_real) == 2 and len(d_fake) == 2
assert int(discriminator.optimizer.iterations) == 400
loss, accuracy = discriminator.test_on_batch(*real_samples(100))
print("generator's loss:", float(np.mean(g_loss)))
points = generator.predict(rs.randn(500, latent_dim), verbose=0)

# and a classifier by hand
model = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1)])
model.compile("adam", "mse")
x = rs.rand(512, 2)
y = x.sum(axis=1)
losses = []
for epoch in range(30):
    for start in range(0, 512, 64):
        logs = model.train_on_batch(x[start : start + 64], y[start : start + 64], return_dict=True)
    losses.append(logs["loss"])
final = model.test_on_batch(x, y)
assert losses[-1] < losses[0]
print("RESULT spread=%.4f" % np.isfinite(points).mean())
