# Layers learnt on the digits 0-4 are kept for 5-9, frozen.  (Keras 2)
import sys

import numpy as np
from keras.layers import Activation, Dense, Dropout
from keras.models import Sequential
from keras.utils import np_utils
from sklearn.datasets import load_digits

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, y = load_digits(return_X_y=True)
X = X.astype('float32') / 16
low, high = y < 5, y >= 5

feature_layers = [Dense(48, input_shape=(64,)), Activation('relu'), Dense(24), Activation('relu'),
                  Dropout(0.2)]
classification_layers = [Dense(32), Activation('relu'), Dense(5), Activation('softmax')]
model = Sequential(feature_layers + classification_layers)


def train_model(model, X, Y, epochs):
    X_train, X_test, Y_train, Y_test = X[:600], X[600:], Y[:600], Y[600:]
    model.compile(loss='categorical_crossentropy', optimizer='adadelta', metrics=['accuracy'])
    model.optimizer.learning_rate = 1.0
    model.fit(X_train, Y_train, batch_size=16, epochs=epochs, verbose=0,
              validation_data=(X_test, Y_test))
    return model.evaluate(X_test, Y_test, verbose=0)[1]


first = train_model(model, X[low], np_utils.to_categorical(y[low], 5), 20)
before = [w.copy() for layer in feature_layers for w in layer.get_weights()]
for l in feature_layers:
    l.trainable = False
assert len(model.trainable_weights) == 4 and len(model.non_trainable_weights) == 4
second = train_model(model, X[high], np_utils.to_categorical(y[high] - 5, 5), 20)
after = [w for layer in feature_layers for w in layer.get_weights()]
assert all((b == a).all() for b, a in zip(before, after))

# and a new head in place of the old one
for _ in classification_layers:
    model.pop()
assert len(model.layers) == 5
model.add(Dense(10, activation='softmax'))
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(X[:1400], y[:1400], epochs=20, verbose=0)
third = model.evaluate(X[1400:], y[1400:], verbose=0)[1]
print('RESULT first=%.4f second=%.4f third=%.4f' % (first, second, third))
