# Three recurrent networks on the same sequences.  (Keras 2)
import sys

import numpy as np
from keras.layers import GRU, LSTM, Bidirectional, Dense, SimpleRNN, TimeDistributed
from keras.models import Sequential

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)


def generate_time_series(batch_size, n_steps, rs):
    freq1, freq2, offsets1, offsets2 = rs.rand(4, batch_size, 1)
    time = np.linspace(0, 1, n_steps)
    series = 0.5 * np.sin((time - offsets1) * (freq1 * 10 + 10))
    series += 0.2 * np.sin((time - offsets2) * (freq2 * 20 + 20))
    series += 0.05 * (rs.rand(batch_size, n_steps) - 0.5)
    return series[..., np.newaxis].astype(np.float32)


n_steps = 30
series = generate_time_series(1500, n_steps + 1, np.random.RandomState(0))
X_train, y_train = series[:1200, :n_steps], series[:1200, -1]
X_valid, y_valid = series[1200:, :n_steps], series[1200:, -1]

results = {}
for name, layer in [('rnn', SimpleRNN(16)), ('lstm', LSTM(16)), ('both', Bidirectional(GRU(8)))]:
    model = Sequential()
    model.add(SimpleRNN(8, return_sequences=True, input_shape=[None, 1]))
    model.add(layer)
    model.add(Dense(1))
    model.compile(loss='mse', optimizer='adam')
    model.fit(X_train, y_train, epochs=6, verbose=0)
    results[name] = model.evaluate(X_valid, y_valid, verbose=0)

Y_train = series[:1200, 1:]
model = Sequential([
    LSTM(12, return_sequences=True, input_shape=[None, 1]),
    TimeDistributed(Dense(1)),
])
model.compile(loss='mse', optimizer='adam')
model.fit(X_train, Y_train, epochs=4, verbose=0)
assert model.predict(X_valid).shape == (300, n_steps, 1)
results['sequence'] = model.evaluate(X_valid, series[1200:, 1:], verbose=0)
print('RESULT', *['%s=%.5f' % item for item in results.items()])
