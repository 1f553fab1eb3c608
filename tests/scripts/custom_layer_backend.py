# The custom layer of the old documentation, with K.dot.  (Keras 2)
import sys

import numpy as np
from keras import backend as K
from keras.engine.topology import Layer
from keras.layers import Dense, Input
from keras.models import Model

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)


class MyLayer(Layer):

    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super(MyLayer, self).__init__(**kwargs)

    def build(self, input_shape):
        self.kernel = self.add_weight(name='kernel',
                                      shape=(input_shape[1], self.output_dim),
                                      initializer='uniform',
                                      trainable=True)
        super(MyLayer, self).build(input_shape)

    def call(self, x):
        return K.dot(x, self.kernel)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.output_dim)


rs = np.random.RandomState(0)
X = rs.randn(400, 6)
y = np.tanh(X[:, :1] - X[:, 1:2]) + 0.05 * rs.randn(400, 1)
inputs = Input(shape=(6,))
x = MyLayer(20)(inputs)
x = Dense(12, activation='tanh')(x)
model = Model(inputs=inputs, outputs=Dense(1)(x))
model.compile(loss='mse', optimizer='adam')
model.fit(X[:300], y[:300], epochs=60, batch_size=25, verbose=0)
assert K.int_shape(x) == (None, 12)
print('RESULT mse=%.4f' % model.evaluate(X[300:], y[300:], verbose=0))
