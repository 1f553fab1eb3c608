# Rows from generators and from a Sequence.  (Keras 2)
import sys

import numpy as np
from keras.layers import Dense
from keras.models import Sequential as Net
from keras.utils import Sequence
from sklearn.datasets import load_digits

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, y = load_digits(return_X_y=True)
X = X / 16.


class Batches(Sequence):
    def __init__(self, x_set, y_set, batch_size):
        self.x, self.y = x_set, y_set
        self.batch_size = batch_size
        self.ends = 0

    def __len__(self):
        return int(np.ceil(len(self.x) / float(self.batch_size)))

    def __getitem__(self, idx):
        part = slice(idx * self.batch_size, (idx + 1) * self.batch_size)
        return self.x[part], self.y[part]

    def on_epoch_end(self):
        self.ends += 1


def generator(x, y, batch_size):
    while True:
        order = np.random.permutation(len(x))
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = order[start:start + batch_size]
            yield x[rows], y[rows]


def build():
    model = Net([Dense(40, activation='relu', input_shape=(64,)), Dense(10, activation='softmax')])
    model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
    return model


model = build()
history = model.fit_generator(generator(X[:1400], y[:1400], 50), steps_per_epoch=28, epochs=8,
                              validation_data=(X[1400:], y[1400:]), verbose=0)
by_generator = history.history['val_accuracy'][-1]
assert len(history.history['loss']) == 8

model = build()
batches, held = Batches(X[:1400], y[:1400], 50), Batches(X[1400:], y[1400:], 64)
model.fit(batches, epochs=8, validation_data=held, verbose=0)
assert batches.ends >= 7, batches.ends
by_sequence = model.evaluate_generator(held)[1]
assert model.predict(held).shape == (397, 10)
assert model.predict_generator(generator(X, y, 50), steps=2).shape == (100, 10)
print('RESULT generator=%.4f sequence=%.4f' % (by_generator, by_sequence))
