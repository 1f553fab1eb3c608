# Losses and metrics of one's own.  (Keras 2, K.*)
import sys

import numpy as np
import keras.backend as K
from keras.layers import Dense
from keras.models import Sequential

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
rs = np.random.RandomState(4)
X = rs.uniform(-2, 2, (600, 2))
y = (np.sin(X[:, 0]) * X[:, 1] + rs.standard_t(2, 600) * 0.1)[:, None]


def rmse(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1))


def r_squared(y_true, y_pred):
    residual = K.sum(K.square(y_true - y_pred))
    total = K.sum(K.square(y_true - K.mean(y_true)))
    return 1 - residual / (total + K.epsilon())


def huber(delta=1.0):
    def loss(y_true, y_pred):
        error = K.abs(y_true - y_pred)
        quadratic = K.clip(error, 0., delta)
        return K.mean(0.5 * K.square(quadratic) + delta * (error - quadratic), axis=-1)
    return loss


model = Sequential()
model.add(Dense(32, input_dim=2, activation='tanh'))
model.add(Dense(32, activation='tanh'))
model.add(Dense(1))
model.compile(loss=huber(0.5), optimizer='adam', metrics=[rmse, r_squared, 'mae'])
history = model.fit(X[:450], y[:450], batch_size=30, epochs=60, verbose=0,
                    validation_data=(X[450:], y[450:]))
assert {'rmse', 'r_squared', 'val_rmse', 'mae'} <= set(history.history), history.history.keys()
scores = model.evaluate(X[450:], y[450:], verbose=0)
print(dict(zip(model.metrics_names, scores)))
print('RESULT huber=%.4f rmse=%.4f mae=%.4f' % (scores[0], scores[1], scores[3]))
