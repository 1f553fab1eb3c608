# Only the best weights are kept, in an HDF5 file.  (Keras 2)
import os
import sys
import tempfile

import numpy
from keras.callbacks import ModelCheckpoint
from keras.layers import Dense
from keras.models import Sequential
from sklearn.datasets import make_moons

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 42
numpy.random.seed(seed)
X, Y = make_moons(400, noise=0.25, random_state=3)


def build():
    model = Sequential()
    model.add(Dense(12, input_dim=2, kernel_initializer='uniform', activation='relu'))
    model.add(Dense(8, kernel_initializer='uniform', activation='relu'))
    model.add(Dense(1, kernel_initializer='uniform', activation='sigmoid'))
    return model


model = build()
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
filepath = os.path.join(tempfile.mkdtemp(), "weights.best.hdf5")
checkpoint = ModelCheckpoint(filepath, monitor='val_accuracy', verbose=1, save_best_only=True,
                             mode='max')
callbacks_list = [checkpoint]
history = model.fit(X, Y, validation_split=0.33, epochs=60, batch_size=10,
                    callbacks=callbacks_list, verbose=0)

model = build()
model.load_weights(filepath)
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
print("Created model and loaded weights from file")
split_at = int(400 * (1 - 0.33))
scores = model.evaluate(X[split_at:], Y[split_at:], verbose=0)
best = max(history.history['val_accuracy'])
assert abs(scores[1] - best) < 1e-6, (scores, best)
print("RESULT accuracy=%.4f" % scores[1])
