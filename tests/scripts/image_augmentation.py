# Pictures shifted and turned a little while they are learnt.  (Keras 2)
import sys

import numpy as np
from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator
from keras.utils import to_categorical
from sklearn.datasets import load_digits

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
data = load_digits()
X = (data.images / 16.).reshape(-1, 8, 8, 1)
Y = to_categorical(data.target)
X_train, Y_train, X_test, Y_test = X[:1000], Y[:1000], X[1400:], Y[1400:]

datagen = ImageDataGenerator(rotation_range=8, width_shift_range=0.1, height_shift_range=0.1,
                             zoom_range=0.05)
datagen.fit(X_train)
flow = datagen.flow(X_train, Y_train, batch_size=50)
images, labels = next(flow)
assert images.shape == (50, 8, 8, 1) and labels.shape == (50, 10)
assert len(flow) == 20

model = Sequential()
model.add(Conv2D(12, (3, 3), padding='same', activation='relu', input_shape=(8, 8, 1)))
model.add(MaxPooling2D((2, 2)))
model.add(Flatten())
model.add(Dense(32, activation='relu'))
model.add(Dense(10, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit_generator(datagen.flow(X_train, Y_train, batch_size=50), steps_per_epoch=20, epochs=10,
                    validation_data=(X_test, Y_test), verbose=0)
print('RESULT accuracy=%.4f' % model.evaluate(X_test, Y_test, verbose=0)[1])
