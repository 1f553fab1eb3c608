'''A convnet, and models merged, in the words of Keras 1.'''
from __future__ import print_function
import sys

import numpy as np
np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 1337)
from keras.layers import Convolution2D, Input, Merge, ZeroPadding2D, merge
from keras.layers.advanced_activations import PReLU
from keras.layers.core import Activation, Dense, Dropout, Flatten
from keras.layers.normalization import BatchNormalization
from keras.models import Model, Sequential, model_from_json
from keras.optimizers import SGD
from keras.regularizers import activity_l2, l2
from keras.utils import np_utils
from keras import backend as K
from sklearn.datasets import load_digits

nb_classes, nb_epoch, nb_filters = 10, 6, 8
X, y = load_digits(return_X_y=True)
X = X.astype('float32').reshape(-1, 8, 8, 1) / 16
Y = np_utils.to_categorical(y, nb_classes)


def mean_pred(y_true, y_pred):
    return K.mean(y_pred)


model = Sequential()
model.add(Convolution2D(nb_filters, 3, 3, border_mode='valid', input_shape=(8, 8, 1)))
model.add(Activation('relu'))
model.add(ZeroPadding2D((1, 1)))
model.add(Convolution2D(nb_filters, 3, 3, init='he_normal', W_regularizer=l2(0.0001)))
model.add(BatchNormalization(mode=0, axis=-1))
model.add(PReLU())
model.add(Flatten())
model.add(Dense(32, activation='relu', activity_regularizer=activity_l2(0.0001)))
model.add(Dropout(0.25))
model.add(Dense(output_dim=nb_classes))
model.add(Activation('softmax'))
sgd = SGD(lr=0.05, decay=1e-6, momentum=0.9, nesterov=True)
model.compile(loss='categorical_crossentropy', optimizer=sgd, metrics=['accuracy', mean_pred])
model.fit(X[:1400], Y[:1400], batch_size=64, nb_epoch=nb_epoch, verbose=0)
score = model.evaluate(X[1400:], Y[1400:], verbose=0)
print('Test score:', score[0])

again = model_from_json(model.to_json())  # which says mean_pred, and is not told what that is
again.set_weights(model.get_weights())
assert np.allclose(again.predict(X[:5]), model.predict(X[:5]))

left = Sequential([Dense(8, input_dim=64)])
right = Sequential([Dense(8, input_dim=64)])
both = Sequential([Merge([left, right], mode='concat', concat_axis=1), Dense(10, activation='softmax')])
both.compile('rmsprop', 'categorical_crossentropy')
both.fit([X.reshape(-1, 64), X.reshape(-1, 64)], Y, nb_epoch=1, verbose=0)
a, b, shared = Input(shape=(64,)), Input(shape=(64,)), Dense(5, activation='relu')
total = merge([shared(a), shared(b)], mode='sum')
assert Model(input=[a, b], output=total).predict([X.reshape(-1, 64)] * 2).shape == (1797, 5)
print('RESULT accuracy=%.4f' % score[1])
