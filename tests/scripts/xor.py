"""XOR, the first thing a perceptron cannot do. Keras 2."""

import sys

import numpy as np
from keras.layers import Activation, Dense
from keras.models import Sequential
from keras.optimizers import SGD

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
y = np.array([[0], [1], [1], [0]], "float32")

model = Sequential()
model.add(Dense(16, input_dim=2))
model.add(Activation("tanh"))
model.add(Dense(1))
model.add(Activation("sigmoid"))

sgd = SGD(lr=0.05, momentum=0.9)
model.compile(loss="binary_crossentropy", optimizer=sgd, metrics=["accuracy"])
model.fit(X, y, batch_size=1, epochs=300, verbose=0)

print(model.predict(X).round(2))
score = model.evaluate(X, y, verbose=0)
print("RESULT loss=%.6f accuracy=%.4f" % (score[0], score[1]))
