# Batches from tf.data.  (tf.keras)
import sys

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 42
tf.random.set_seed(seed)
AUTOTUNE = tf.data.AUTOTUNE
X, y = load_digits(return_X_y=True)
X = X.reshape(-1, 8, 8, 1).astype("float32")


def scale(image, label):
    return tf.cast(image, tf.float32) / 16.0, label


train_ds = (tf.data.Dataset.from_tensor_slices((X[:1400], y[:1400]))
            .map(scale, num_parallel_calls=AUTOTUNE)
            .cache()
            .shuffle(1400)
            .batch(32)
            .prefetch(AUTOTUNE))
test_ds = tf.data.Dataset.from_tensor_slices((X[1400:], y[1400:])).map(scale).batch(64)
for image_batch, label_batch in train_ds.take(1):
    print(image_batch.shape, label_batch.shape)
    assert image_batch.numpy().max() <= 1.0

model = tf.keras.Sequential([
    tf.keras.layers.Conv2D(8, 3, activation="relu", input_shape=(8, 8, 1)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(10),
])
model.compile(optimizer="adam",
              loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=["accuracy"])
history = model.fit(train_ds, validation_data=test_ds, epochs=10, verbose=0)
loss, accuracy = model.evaluate(test_ds, verbose=0)
assert model.predict(test_ds).shape == (397, 10)
print("RESULT accuracy=%.4f" % accuracy)
