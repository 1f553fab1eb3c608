# One network for both of a pair, and the distance between what it makes of them.  (Keras 2)
import sys

import numpy as np
from keras import backend as K
from keras.layers import Dense, Dropout, Input, Lambda
from keras.models import Model, Sequential
from keras.optimizers import RMSprop
from sklearn.datasets import load_digits

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
x, y = load_digits(return_X_y=True)
x = (x / 16).astype('float32')
rs = np.random.RandomState(0)
first, second = rs.randint(0, len(x), (2, 4000))
same = np.where(rs.rand(4000) < 0.5)[0]
by_label = [np.where(y == d)[0] for d in range(10)]
for i in same:
    second[i] = rs.choice(by_label[y[first[i]]])
target = (y[first] == y[second]).astype('float32')


def euclidean_distance(vects):
    a, b = vects
    return K.sqrt(K.maximum(K.sum(K.square(a - b), axis=1, keepdims=True), K.epsilon()))


def contrastive_loss(y_true, y_pred):
    margin = 1
    return K.mean(y_true * K.square(y_pred) +
                  (1 - y_true) * K.square(K.maximum(margin - y_pred, 0)))


def create_base_network(input_dim):
    seq = Sequential()
    seq.add(Dense(64, input_shape=(input_dim,), activation='relu'))
    seq.add(Dropout(0.1))
    seq.add(Dense(32, activation='relu'))
    return seq


base_network = create_base_network(64)
input_a = Input(shape=(64,))
input_b = Input(shape=(64,))
processed_a = base_network(input_a)
processed_b = base_network(input_b)
distance = Lambda(euclidean_distance, output_shape=(1,))([processed_a, processed_b])
model = Model([input_a, input_b], distance)
model.compile(loss=contrastive_loss, optimizer=RMSprop(learning_rate=0.002))
assert model.count_params() == base_network.count_params()
model.fit([x[first[:3000]], x[second[:3000]]], target[:3000], batch_size=64, epochs=8, verbose=0)

pred = model.predict([x[first[3000:]], x[second[3000:]]]).ravel()
accuracy = np.mean((pred < 0.5) == (target[3000:] == 1))
print('RESULT accuracy=%.4f' % accuracy)
