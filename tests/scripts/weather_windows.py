"""Tomorrow's temperature from windows of the last days, with a GRU. Keras 3."""

import sys

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
rs = np.random.RandomState(1)
hours = np.arange(2400)
temperature = 10 * np.sin(hours / 24 * 6.28) + rs.normal(0, 1, 2400)
raw_data = np.stack([temperature, rs.normal(size=2400), np.cos(hours / 24 * 6.28)], axis=1)

num_train = 1500
raw_data -= raw_data[:num_train].mean(axis=0)
raw_data /= raw_data[:num_train].std(axis=0)
temperature = raw_data[:, 0]

sequence_length = 24
delay = sequence_length + 3
train_dataset = keras.utils.timeseries_dataset_from_array(
    raw_data[:-delay],
    targets=temperature[delay:],
    sequence_length=sequence_length,
    shuffle=True,
    batch_size=64,
    start_index=0,
    end_index=num_train,
)
val_dataset = keras.utils.timeseries_dataset_from_array(
    raw_data[:-delay],
    targets=temperature[delay:],
    sequence_length=sequence_length,
    batch_size=64,
    start_index=num_train,
)
for samples, targets in train_dataset:
    print("samples shape:", samples.shape)
    print("targets shape:", targets.shape)
    break

inputs = keras.Input(shape=(sequence_length, raw_data.shape[-1]))
x = layers.GRU(16, recurrent_dropout=0.0)(inputs)
x = layers.Dropout(0.2)(x)
outputs = layers.Dense(1)(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
history = model.fit(train_dataset, epochs=6, validation_data=val_dataset, verbose=0)
print("RESULT val_mae=%.4f" % history.history["val_mae"][-1])
