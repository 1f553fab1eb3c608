"""An ordinary Keras script, run unchanged by whoever is measured: iris, 4-10-3, 200 epochs."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

TABLE = Path(__file__).parents[1] / "pellucid" / "data" / "files" / "iris.csv"
cells = np.loadtxt(TABLE, delimiter=",", dtype=str, skiprows=1)
x, y = cells[:, :4].astype(float), np.unique(cells[:, 4], return_inverse=True)[1]
order = np.random.default_rng(0).permutation(len(x))
x, x_test, y, y_test = x[order[:120]], x[order[120:]], y[order[:120]], y[order[120:]]
mean, deviation = x.mean(axis=0), x.std(axis=0)
x, x_test = (x - mean) / deviation, (x_test - mean) / deviation

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input(shape=(4,)),
        layers.Dense(10, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, batch_size=16, epochs=200, validation_split=0.2, verbose=0)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
hits = model.predict(x_test, verbose=0).argmax(axis=1) == y_test
print(f"test loss {loss:.3f}, accuracy {accuracy:.3f}, {hits.sum()} of {len(hits)} right")
