"""A table with words and numbers, made ready inside the model. Keras 3."""

import sys

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
rs = np.random.RandomState(3)
n = 900
age = rs.uniform(20, 80, (n, 1)).astype("float32")
income = rs.lognormal(10, 0.5, (n, 1)).astype("float32")
region = rs.randint(0, 5, (n, 1))
target = ((age[:, 0] > 50) ^ (region[:, 0] == 2) | (income[:, 0] > 40000)).astype("float32")

normalizer = layers.Normalization()
normalizer.adapt(np.concatenate([age, income], axis=1)[:700])
assert np.allclose(np.asarray(normalizer.mean).ravel()[0], age[:700].mean(), rtol=1e-4)

numbers = keras.Input(shape=(2,), name="numbers")
place = keras.Input(shape=(1,), dtype="int32", name="region")
x = layers.Concatenate()(
    [normalizer(numbers), layers.CategoryEncoding(num_tokens=5, output_mode="one_hot")(place)]
)
x = layers.Dense(32, activation="relu")(x)
x = layers.Dropout(0.1)(x)
output = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model([numbers, place], output)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
table = np.concatenate([age, income], axis=1)
model.fit(
    [table[:700], region[:700]], target[:700], epochs=40, batch_size=32, verbose=0,
    validation_split=0.1,
)
accuracy = model.evaluate([table[700:], region[700:]], target[700:], verbose=0)[1]
print("RESULT accuracy=%.4f" % accuracy)
