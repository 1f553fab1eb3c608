# Learning the alphabet by a stateful LSTM, one letter at a time.  (Keras 2)
import sys

import numpy
from keras.layers import LSTM, Dense
from keras.models import Sequential
from keras.utils import np_utils

numpy.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
char_to_int = dict((c, i) for i, c in enumerate(alphabet))
dataX = [[char_to_int[char]] for char in alphabet[:-1]]
dataY = [char_to_int[char] for char in alphabet[1:]]
X = numpy.reshape(dataX, (len(dataX), 1, 1)) / float(len(alphabet))
y = np_utils.to_categorical(dataY, len(alphabet))

batch_size = 1
model = Sequential()
model.add(LSTM(50, batch_input_shape=(batch_size, X.shape[1], X.shape[2]), stateful=True))
model.add(Dense(y.shape[1], activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
for i in range(100):
    history = model.fit(X, y, epochs=1, batch_size=batch_size, verbose=0, shuffle=False)
    model.reset_states()
first = model.evaluate(X, y, batch_size=batch_size, verbose=0)
again = model.evaluate(X, y, batch_size=batch_size, verbose=0)
assert first != again, 'the second pass begins where the first one ended'
model.reset_states()
assert model.evaluate(X, y, batch_size=batch_size, verbose=0) == first
print('Model Accuracy: %.2f%%' % (first[1] * 100))
print('RESULT accuracy=%.4f' % first[1])
