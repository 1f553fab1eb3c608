"""A model as a class, with its own call and training flag. Keras 3."""

import sys

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_wine

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)


class Classifier(keras.Model):
    def __init__(self, hidden, classes, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.BatchNormalization()
        self.blocks = [layers.Dense(hidden, activation="relu") for _ in range(2)]
        self.dropout = layers.Dropout(0.3)
        self.head = layers.Dense(classes, activation="softmax")

    def call(self, inputs, training=False):
        x = self.norm(inputs, training=training)
        for block in self.blocks:
            x = block(x)
        if training:
            x = self.dropout(x, training=training)
        return self.head(x)


X, y = load_wine(return_X_y=True)
order = np.random.RandomState(0).permutation(len(X))
X, y = X[order].astype("float32"), y[order]
model = Classifier(24, 3)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(X[:120], y[:120], epochs=60, batch_size=16, verbose=0)
model.summary()
loss, accuracy = model.evaluate(X[120:], y[120:], verbose=0)
predictions = model.predict(X[120:], verbose=0)
assert np.allclose(model(X[120:]), predictions, atol=1e-5)
assert abs(np.mean(predictions.argmax(-1) == y[120:]) - accuracy) < 1e-6
print("RESULT accuracy=%.4f" % accuracy)
