"""An ordinary Keras script, run unchanged by whoever is measured: iris in five folds."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold

x, y = load_iris(return_X_y=True)


def build() -> keras.Sequential:
    model = keras.Sequential(
        [
            keras.Input(shape=(4,)),
            layers.Normalization(),
            layers.Dense(10, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


keras.utils.set_random_seed(0)
found = []
for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(x, y):
    model = build()
    model.layers[0].adapt(x[train])
    model.fit(x[train], y[train], batch_size=16, epochs=100, verbose=0)
    found.append(model.evaluate(x[test], y[test], verbose=0))
loss, accuracy = np.mean(found, axis=0)
print(f"test loss {loss:.3f}, accuracy {accuracy:.3f}")
