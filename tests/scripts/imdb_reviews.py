"""Reviews as rows of zeros and ones, as the books begin with text. tf.keras."""

import sys

import numpy as np
from tensorflow.keras.datasets import imdb
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
(train_data, train_labels), (test_data, test_labels) = imdb.load_data(num_words=500)
train_data, train_labels = train_data[:2000], train_labels[:2000]
test_data, test_labels = test_data[:500], test_labels[:500]

word_index = imdb.get_word_index()
reverse_word_index = dict([(value, key) for (key, value) in word_index.items()])
print(" ".join([reverse_word_index.get(i - 3, "?") for i in train_data[0]][:12]))
assert max(max(sequence) for sequence in train_data) < 500


def vectorize_sequences(sequences, dimension=500):
    results = np.zeros((len(sequences), dimension))
    for i, sequence in enumerate(sequences):
        for j in sequence:
            results[i, j] = 1.
    return results


x_train = vectorize_sequences(train_data)
x_test = vectorize_sequences(test_data)
y_train = np.asarray(train_labels).astype("float32")
y_test = np.asarray(test_labels).astype("float32")

model = keras.Sequential([
    layers.Dense(16, activation="relu"),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid")
])
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x_train[400:], y_train[400:], epochs=6, batch_size=128, verbose=0,
                    validation_data=(x_train[:400], y_train[:400]))
history_dict = history.history
print(history_dict.keys())
results = model.evaluate(x_test, y_test, verbose=0)
print("RESULT accuracy=%.4f" % results[1])
