# Callbacks of one's own: losses by batch, and stopping at a target.  (Keras 2)
import sys

import numpy as np
import keras
from keras.callbacks import Callback, LambdaCallback
from keras.layers import Dense
from keras.models import Sequential
from sklearn.datasets import load_iris

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, y = load_iris(return_X_y=True)
Y = keras.utils.to_categorical(y)


class LossHistory(keras.callbacks.Callback):
    def on_train_begin(self, logs={}):
        self.losses = []
        self.weights = []

    def on_batch_end(self, batch, logs={}):
        self.losses.append(logs.get('loss'))

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.layers[0].get_weights()[0].copy())


class StopAt(Callback):
    def __init__(self, target):
        super(StopAt, self).__init__()
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if logs.get('accuracy') > self.target:
            print('epoch %d: reached %.2f' % (epoch, logs['accuracy']))
            self.model.stop_training = True


model = Sequential([Dense(12, activation='tanh', input_shape=(4,)), Dense(3, activation='softmax')])
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
history, stop = LossHistory(), StopAt(0.95)
seen = []
every = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append((epoch, sorted(logs))),
                       on_train_end=lambda logs: print('done'))
log = model.fit(X, Y, epochs=150, batch_size=10, verbose=0, callbacks=[history, stop, every])
epochs = len(log.epoch)
assert len(history.losses) == 15 * epochs, (len(history.losses), epochs)
assert len(history.weights) == len(seen) == epochs
assert seen[0] == (0, ['accuracy', 'loss']), seen[0]
assert not (history.weights[0] == history.weights[-1]).all()
loss, acc = model.evaluate(X, Y, verbose=0)
print('RESULT accuracy=%.4f' % acc)
