# Learning the alphabet: a letter from the three before it.  (Keras 2)
import sys

import numpy
from keras.layers import LSTM, Dense
from keras.models import Sequential
from keras.preprocessing.sequence import pad_sequences
from keras.utils import np_utils

numpy.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
char_to_int = dict((c, i) for i, c in enumerate(alphabet))
int_to_char = dict((i, c) for i, c in enumerate(alphabet))
seq_length = 3
dataX, dataY = [], []
for i in range(0, len(alphabet) - seq_length, 1):
    for length in (1, 2, 3):
        dataX.append([char_to_int[char] for char in alphabet[i + 3 - length:i + 3]])
        dataY.append(char_to_int[alphabet[i + seq_length]])
X = pad_sequences(dataX, maxlen=seq_length, dtype='float32')
X = numpy.reshape(X, (X.shape[0], seq_length, 1))
X = X / float(len(alphabet))
y = np_utils.to_categorical(dataY)

batch_size = 1
model = Sequential()
model.add(LSTM(32, input_shape=(X.shape[1], 1)))
model.add(Dense(y.shape[1], activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(X, y, epochs=80, batch_size=batch_size, verbose=0)
scores = model.evaluate(X, y, verbose=0)
print("Model Accuracy: %.2f%%" % (scores[1] * 100))
for pattern in dataX[:6]:
    x = pad_sequences([pattern], maxlen=seq_length, dtype='float32')
    x = numpy.reshape(x, (1, seq_length, 1)) / float(len(alphabet))
    index = numpy.argmax(model.predict(x, verbose=0))
    print([int_to_char[value] for value in pattern], "->", int_to_char[index])
print("RESULT accuracy=%.4f" % scores[1])
