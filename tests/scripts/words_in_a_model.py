"""Reviews classified by a model that takes them as texts. tf.keras, TextVectorization."""

import re
import string
import sys

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 42
tf.random.set_seed(seed)
rng = np.random.RandomState(0)
moods = ["good great fine superb lovely".split(), "bad awful poor dull boring".split()]
neutral = "the a film movie was is and it i saw".split()


def review(mood):
    words = [*rng.choice(neutral, 8), *rng.choice(moods[mood], 2)]
    rng.shuffle(words)
    return " ".join(words).capitalize() + "<br />!"


labels = np.arange(500) % 2
texts = np.array([review(mood) for mood in labels])
train_ds = tf.data.Dataset.from_tensor_slices((texts[:400], labels[:400])).shuffle(400).batch(32)
val_ds = tf.data.Dataset.from_tensor_slices((texts[400:], labels[400:])).batch(32)


def standardize(text):
    text = tf.strings.regex_replace(tf.strings.lower(text), "<br />", " ")
    return tf.strings.regex_replace(text, f"[{re.escape(string.punctuation)}]", "")


vectorize = layers.TextVectorization(
    standardize=standardize, max_tokens=50, output_sequence_length=12)
vectorize.adapt(train_ds.map(lambda text, label: text))
assert "br" not in vectorize.get_vocabulary()


def vectorized(text, label):
    return vectorize(tf.expand_dims(text, -1)), label


model = tf.keras.Sequential([
    layers.Embedding(50, 8, mask_zero=True),
    layers.GlobalAveragePooling1D(),
    layers.Dense(1, activation="sigmoid"),
])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(train_ds.map(vectorized).cache().prefetch(tf.data.AUTOTUNE), epochs=20,
          validation_data=val_ds.map(vectorized), verbose=0)

whole = tf.keras.Sequential([tf.keras.Input(shape=(1,), dtype=tf.string), vectorize, model])
whole.compile("adam", "binary_crossentropy", metrics=["accuracy"])
whole.summary()
loss, accuracy = whole.evaluate(val_ds, verbose=0)
assert abs(model.evaluate(val_ds.map(vectorized), verbose=0)[1] - accuracy) < 1e-6
found = whole.predict(tf.constant([["a superb film"], ["a dull film"]]))
assert found[0] < found[1]
print("RESULT accuracy=%.4f" % accuracy)
