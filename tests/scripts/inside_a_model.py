# Looking into a model: summary, weights, features of a layer.  (Keras 2)
import sys

import numpy as np
from keras import backend as K
from keras.layers import Dense
from keras.models import Model, Sequential
from sklearn.datasets import load_iris

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, y = load_iris(return_X_y=True)
model = Sequential()
model.add(Dense(10, input_shape=(4,), activation='tanh', name='fc1'))
model.add(Dense(3, activation='softmax', name='out'))
lines = []
model.summary(print_fn=lambda line, **_: lines.append(line))
text = '\n'.join(lines)
assert 'fc1' in text and '50' in text and '83' in text, text
model.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(X, y, epochs=80, batch_size=8, verbose=0)

weights, biases = model.layers[0].get_weights()
print('Neural network weights:', weights.shape, 'biases:', biases.shape)
for layer in model.layers:
    print(layer.name, layer.get_config()['units'], [w.shape for w in layer.get_weights()])

feature_model = Model(inputs=model.inputs, outputs=model.layers[0].output)
features = feature_model.predict(X)
assert np.allclose(features, np.tanh(X @ weights + biases), atol=1e-4)
all_outputs = Model(inputs=model.input, outputs=[layer.output for layer in model.layers])
assert [a.shape for a in all_outputs.predict(X)] == [(150, 10), (150, 3)]

get_output = K.function([model.layers[0].input], [model.layers[0].output])
assert np.allclose(get_output([X])[0], features, atol=1e-5)

twin = Sequential.from_config(model.get_config())
twin.set_weights(model.get_weights())
assert (twin.predict_classes(X) == model.predict(X).argmax(axis=-1)).all()
model.get_layer('out').set_weights([np.zeros((10, 3)), np.array([0., 1., 0.])])
assert (model.predict(X).argmax(-1) == 1).all()
print('RESULT accuracy=%.4f' % np.mean(twin.predict(X).argmax(-1) == y))
