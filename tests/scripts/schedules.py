# Four ways to let the learning rate fall.  (Keras 2 and 3 spellings)
import math
import sys

import keras
import numpy as np
from keras.callbacks import LearningRateScheduler, ReduceLROnPlateau
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD
from sklearn.datasets import make_classification

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, Y = make_classification(500, 12, n_informative=6, random_state=2)
results = {}


def fit(name, optimizer, callbacks=()):
    model = Sequential()
    model.add(Dense(24, input_dim=12, kernel_initializer='normal', activation='relu'))
    model.add(Dense(1, kernel_initializer='normal', activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer=optimizer, metrics=['accuracy'])
    history = model.fit(X, Y, validation_split=0.33, epochs=30, batch_size=28,
                        callbacks=list(callbacks), verbose=0)
    results[name] = history.history['val_loss'][-1]
    return model, history


def step_decay(epoch):
    initial_lrate = 0.1
    drop = 0.5
    epochs_drop = 10.0
    return initial_lrate * math.pow(drop, math.floor((1 + epoch) / epochs_drop))


model, history = fit('step', SGD(learning_rate=0.0, momentum=0.9), [LearningRateScheduler(step_decay)])
rates = history.history.get('learning_rate', history.history.get('lr'))
assert np.isclose(rates[0], 0.1) and np.isclose(rates[-1], step_decay(29)), rates
assert np.isclose(float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)), step_decay(29))

fit('scaled', SGD(learning_rate=0.1, momentum=0.9),
    [LearningRateScheduler(lambda epoch, lr: lr * 0.95 if epoch else lr, verbose=0)])

_, history = fit('plateau', SGD(learning_rate=0.2, momentum=0.9),
                 [ReduceLROnPlateau(monitor='val_loss', factor=0.5, patience=3, min_lr=0.001)])
assert history.history['learning_rate'][-1] <= 0.2

schedule = keras.optimizers.schedules.ExponentialDecay(0.2, decay_steps=100, decay_rate=0.7,
                                                       staircase=True)
assert abs(float(schedule(250)) - 0.2 * 0.7 ** 2) < 1e-6
fit('exponential', SGD(learning_rate=schedule, momentum=0.9))
print('RESULT', *['%s=%.4f' % item for item in results.items()])
