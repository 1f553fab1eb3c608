# How the start matters: several initialisations of one network.  (Keras 2)
import sys

import numpy as np
from keras import initializers
from keras.layers import Dense
from keras.models import Sequential
from sklearn.datasets import load_digits

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7
np.random.seed(seed)
X, y = load_digits(return_X_y=True)
X = X / 16.
results = {}
for name, init in [('zeros', 'zeros'), ('he_normal', 'he_normal'),
                   ('glorot', initializers.glorot_uniform(seed=seed)),
                   ('normal', initializers.RandomNormal(mean=0.0, stddev=0.05, seed=seed)),
                   ('lecun', initializers.get('lecun_normal'))]:
    model = Sequential()
    model.add(Dense(32, input_shape=(64,), kernel_initializer=init, bias_initializer='zeros',
                    activation='relu'))
    model.add(Dense(10, kernel_initializer=init, activation='softmax'))
    kernel = model.layers[0].get_weights()[0]
    print(name, kernel.mean(), kernel.std())
    assert (kernel.std() == 0) == (name == 'zeros')
    model.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
    model.fit(X[:1200], y[:1200], epochs=8, batch_size=32, verbose=0)
    results[name] = model.evaluate(X[1200:], y[1200:], verbose=0)[1]
assert results['zeros'] < 0.2 < results['he_normal']
print('RESULT', *['%s=%.4f' % item for item in results.items()])
