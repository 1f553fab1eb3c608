# Dropout between layers, weights kept short.  (Keras 2)
import sys

import numpy
from keras.constraints import maxnorm
from keras.layers import Dense, Dropout
from keras.models import Sequential
from keras.optimizers import SGD
from sklearn.datasets import make_classification

numpy.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, Y = make_classification(400, 30, n_informative=10, random_state=1)

model = Sequential()
model.add(Dropout(0.2, input_shape=(30,)))
model.add(Dense(60, kernel_initializer='normal', activation='relu', kernel_constraint=maxnorm(1)))
model.add(Dropout(0.2))
model.add(Dense(30, kernel_initializer='normal', activation='relu', kernel_constraint=maxnorm(1)))
model.add(Dense(1, kernel_initializer='normal', activation='sigmoid'))
sgd = SGD(lr=0.1, momentum=0.9, decay=0.0, nesterov=False)
model.compile(loss='binary_crossentropy', optimizer=sgd, metrics=['accuracy'])
model.fit(X[:300], Y[:300], epochs=40, batch_size=16, verbose=0)
for layer in (model.layers[1], model.layers[3]):
    lengths = numpy.linalg.norm(layer.get_weights()[0], axis=0)
    assert lengths.max() < 1.0001, lengths.max()
print('RESULT accuracy=%.4f' % model.evaluate(X[300:], Y[300:], verbose=0)[1])
