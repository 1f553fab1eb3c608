# Several labels at once: sigmoid outputs.  (tf.keras)
import sys

import numpy as np
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import f1_score
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
import tensorflow as tf

tf.random.set_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, y = make_multilabel_classification(n_samples=800, n_features=12, n_classes=4, n_labels=2,
                                      random_state=1)
X = (X - X.mean(axis=0)) / X.std(axis=0)


def get_model(n_inputs, n_outputs):
    model = Sequential()
    model.add(Dense(24, input_dim=n_inputs, kernel_initializer='he_uniform', activation='relu'))
    model.add(Dense(n_outputs, activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer='adam',
                  metrics=[tf.keras.metrics.BinaryAccuracy(name='accuracy')])
    return model


model = get_model(X.shape[1], y.shape[1])
model.fit(X[:600], y[:600], verbose=0, epochs=50)
yhat = model.predict(X[600:]).round()
accuracy = model.evaluate(X[600:], y[600:], verbose=0)[1]
assert abs(accuracy - np.mean(yhat == y[600:])) < 1e-4
print('RESULT accuracy=%.4f f1=%.4f' % (accuracy, f1_score(y[600:], yhat, average='micro')))
