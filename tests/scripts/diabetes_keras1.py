# The same kind of table the way Keras 1 had it.
import sys

import numpy as np
from keras.models import Sequential
from keras.layers.core import Dense, Activation, Dropout

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
rs = np.random.RandomState(5)
X = rs.randn(400, 6).astype('float32')
Y = (X[:, 0] * X[:, 1] + X[:, 2] > 0).astype('int32')

model = Sequential()
model.add(Dense(output_dim=24, input_dim=6, init='uniform', activation='relu'))
model.add(Dropout(p=0.1))
model.add(Dense(12, init='glorot_uniform'))
model.add(Activation('relu'))
model.add(Dense(1, init='normal', activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])

history = model.fit(X, Y, nb_epoch=60, batch_size=16, validation_split=0.25, verbose=0)
print(sorted(history.history.keys()))
acc, val_acc = history.history['acc'], history.history['val_acc']
assert len(acc) == len(val_acc) == 60

classes = model.predict_classes(X[300:])
proba = model.predict_proba(X[300:])
assert ((proba > 0.5) == classes).all()
print('RESULT val_accuracy=%.4f' % val_acc[-1])
