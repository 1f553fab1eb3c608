# A functional model in Keras 1's words.
import sys

import numpy as np
from keras.layers import Dense, Embedding, Flatten, Input, merge
from keras.models import Model
from keras.regularizers import l2

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
rs = np.random.RandomState(0)
users, items, size = 40, 30, 3000
u, m = rs.randint(users, size=size), rs.randint(items, size=size)
taste, kind = rs.randn(users, 3), rs.randn(items, 3)
rating = (taste[u] * kind[m]).sum(1) / 3

user_in = Input(shape=(1,), dtype='int64', name='user_in')
item_in = Input(shape=(1,), dtype='int64', name='item_in')
user = Embedding(users, 8, input_length=1, W_regularizer=l2(1e-5))(user_in)
item = Embedding(items, 8, input_length=1, W_regularizer=l2(1e-5))(item_in)
x = merge([user, item], mode='concat')
x = Flatten()(x)
x = Dense(48, activation='relu')(x)
x = Dense(1)(x)
model = Model(input=[user_in, item_in], output=x)
model.compile('adam', loss='mse')
model.fit([u[:2400], m[:2400]], rating[:2400], batch_size=64, nb_epoch=30, verbose=0,
          validation_data=([u[2400:], m[2400:]], rating[2400:]))
mse = model.evaluate([u[2400:], m[2400:]], rating[2400:], verbose=0)
print('RESULT mse=%.4f' % mse)
