# Learning rate that falls with each update, as SGD(decay=...) had it.  (Keras 2)
import sys

import numpy
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD
from sklearn.datasets import make_classification

numpy.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, Y = make_classification(352, 34, n_informative=12, random_state=6)

model = Sequential()
model.add(Dense(34, input_dim=34, kernel_initializer='normal', activation='relu'))
model.add(Dense(1, kernel_initializer='normal', activation='sigmoid'))
epochs = 50
learning_rate = 0.1
decay_rate = learning_rate / epochs
momentum = 0.8
sgd = SGD(lr=learning_rate, momentum=momentum, decay=decay_rate, nesterov=False)
model.compile(loss='binary_crossentropy', optimizer=sgd, metrics=['accuracy'])
history = model.fit(X, Y, validation_split=0.33, epochs=epochs, batch_size=28, verbose=0)
print(history.history['val_accuracy'][-3:])
print('RESULT accuracy=%.4f val_accuracy=%.4f'
      % (history.history['accuracy'][-1], history.history['val_accuracy'][-1]))
