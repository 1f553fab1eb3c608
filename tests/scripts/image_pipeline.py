# Pictures through tf.image and tf.data, by the words of half precision.  (tf.keras)
import sys

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow.keras import layers

tf.random.set_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 42)
try:
    strategy = tf.distribute.TPUStrategy(tf.distribute.cluster_resolver.TPUClusterResolver())
except ValueError:
    strategy = tf.distribute.get_strategy()
tf.keras.mixed_precision.set_global_policy("mixed_float16")
X, y = load_digits(return_X_y=True)
X = X.reshape(-1, 8, 8)[..., tf.newaxis].astype("float32") / 16.0


def augment(image, label):
    image = tf.image.random_brightness(image, 0.1)
    return tf.clip_by_value(image, 0.0, 1.0), tf.one_hot(label, 10)


train_ds = (tf.data.Dataset.from_tensor_slices((X[:600], y[:600]))
            .map(augment, num_parallel_calls=tf.data.AUTOTUNE).cache()
            .shuffle(600).repeat().batch(32).prefetch(tf.data.AUTOTUNE))
test_ds = tf.data.Dataset.from_tensor_slices((X[1400:], y[1400:]))
test_ds = test_ds.map(lambda image, label: (image, tf.one_hot(label, 10))).batch(64)
assert tf.data.experimental.cardinality(test_ds).numpy() == 7
with strategy.scope():
    model = tf.keras.Sequential([
        tf.keras.Input((8, 8, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(10),
        layers.Activation("softmax", dtype="float32"),
    ])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(train_ds, steps_per_epoch=19, epochs=15, validation_data=test_ds, verbose=0)
found = np.argmax(model.predict(test_ds, verbose=0), axis=1)
matrix = tf.math.confusion_matrix(y[1400:], found)
assert matrix.numpy().sum() == 397
tf.keras.mixed_precision.set_global_policy("float32")
print("RESULT accuracy=%.4f" % model.evaluate(test_ds, verbose=0)[1])
