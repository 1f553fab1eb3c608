# Which of three movements is in a window of two sensors: Conv1D.  (Keras 2)
import sys

import numpy as np
from keras.layers import Conv1D, Dense, Dropout, GlobalAveragePooling1D, MaxPooling1D
from keras.models import Sequential
from keras.utils import to_categorical

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
rs = np.random.RandomState(2)
n, steps = 900, 40
label = rs.randint(0, 3, n)
t = np.arange(steps) / steps
speed = np.array([2.0, 4.0, 7.0])[label][:, None]
phase = rs.uniform(0, 6.28, (n, 1))
trainX = np.stack([np.sin(6.28 * speed * t + phase), np.cos(6.28 * speed * t + phase)], axis=-1)
trainX += rs.normal(0, 1.0, trainX.shape)
trainy = to_categorical(label)
testX, testy = trainX[700:], trainy[700:]
trainX, trainy = trainX[:700], trainy[:700]

verbose, epochs, batch_size = 0, 12, 32
n_timesteps, n_features, n_outputs = trainX.shape[1], trainX.shape[2], trainy.shape[1]
model = Sequential()
model.add(Conv1D(filters=16, kernel_size=5, activation='relu', input_shape=(n_timesteps, n_features)))
model.add(Conv1D(filters=16, kernel_size=3, activation='relu'))
model.add(Dropout(0.3))
model.add(MaxPooling1D(pool_size=2))
model.add(Conv1D(16, 3, padding='causal', activation='relu', strides=1))
model.add(GlobalAveragePooling1D())
model.add(Dense(n_outputs, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(trainX, trainy, epochs=epochs, batch_size=batch_size, verbose=verbose)
_, accuracy = model.evaluate(testX, testy, batch_size=batch_size, verbose=0)
print('RESULT accuracy=%.4f' % accuracy)
