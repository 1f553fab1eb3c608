"""The lectures' own network: three inputs, four sigmoid neurons, softmax. Keras 2."""

import sys

import numpy as np
from keras.layers import Activation, Dense
from keras.models import Sequential

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7
rng = np.random.RandomState(0)
x_train = rng.rand(600, 3)
labels = (x_train[:, 0] > x_train[:, 1]).astype(int) + (x_train[:, 2] > 0.6).astype(int)
y_train = np.eye(3)[labels]
x_test, y_test = x_train[500:], y_train[500:]
x_train, y_train = x_train[:500], y_train[:500]

np.random.seed(seed)
model = Sequential()
model.add(Dense(units=4, input_dim=3))
model.add(Activation('sigmoid'))
model.add(Dense(units=3))
model.add(Activation('softmax'))

model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(x_train, y_train, epochs=150, batch_size=8, verbose=2)

loss_and_metrics = model.evaluate(x_test, y_test, batch_size=128)
classes = model.predict(x_test, batch_size=128)
assert classes.shape == (100, 3)
assert np.allclose(classes.sum(axis=1), 1, atol=1e-5)
print('RESULT loss=%.4f accuracy=%.4f' % tuple(loss_and_metrics))
