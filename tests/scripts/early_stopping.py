"""Stopping when held-out loss no longer falls, with the best weights brought back. Keras 3."""

import sys

import keras
import numpy as np
from sklearn.datasets import make_circles

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, y = make_circles(n_samples=300, noise=0.1, random_state=1)
trainX, testX = X[:150], X[150:]
trainy, testy = y[:150], y[150:]

model = keras.Sequential()
model.add(keras.layers.Input(shape=(2,)))
model.add(keras.layers.Dense(60, activation="relu"))
model.add(keras.layers.Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.02), metrics=["accuracy"])
es = keras.callbacks.EarlyStopping(
    monitor="val_loss", mode="min", verbose=1, patience=15, restore_best_weights=True
)
history = model.fit(
    trainX, trainy, validation_data=(testX, testy), epochs=400, verbose=0, callbacks=[es]
)
losses = history.history["val_loss"]
assert len(losses) < 400
assert es.stopped_epoch == len(losses) - 1
best = int(np.argmin(losses))
test_loss, test_acc = model.evaluate(testX, testy, verbose=0)
assert abs(test_loss - losses[best]) < 1e-5, (test_loss, losses[best])
print(f"stopped after {len(losses)} epochs, best was {best + 1}")
print(f"RESULT loss={test_loss:.4f} accuracy={test_acc:.4f}")
