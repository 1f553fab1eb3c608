"""House-price style regression with k folds by hand, the way books do it. Keras 3."""

import sys

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_diabetes

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)

data, targets = load_diabetes(return_X_y=True)
order = np.random.RandomState(0).permutation(len(data))
train_data, test_data = data[order[:360]], data[order[360:]]
train_targets, test_targets = targets[order[:360]], targets[order[360:]]

mean = train_data.mean(axis=0)
std = train_data.std(axis=0)
train_data = (train_data - mean) / std
test_data = (test_data - mean) / std


def get_model():
    model = keras.Sequential(
        [
            layers.Dense(32, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer="rmsprop", loss="mean_squared_error", metrics=["mean_absolute_error"])
    return model


k = 4
num_val_samples = len(train_data) // k
num_epochs = 30
all_mae_histories = []
for i in range(k):
    print(f"Processing fold #{i}")
    val_data = train_data[i * num_val_samples : (i + 1) * num_val_samples]
    val_targets = train_targets[i * num_val_samples : (i + 1) * num_val_samples]
    rest_x = np.concatenate(
        [train_data[: i * num_val_samples], train_data[(i + 1) * num_val_samples :]], axis=0
    )
    rest_y = np.concatenate(
        [train_targets[: i * num_val_samples], train_targets[(i + 1) * num_val_samples :]], axis=0
    )
    model = get_model()
    history = model.fit(
        rest_x,
        rest_y,
        validation_data=(val_data, val_targets),
        epochs=num_epochs,
        batch_size=16,
        verbose=0,
    )
    all_mae_histories.append(history.history["val_mean_absolute_error"])

average = [np.mean([x[i] for x in all_mae_histories]) for i in range(num_epochs)]
model = get_model()
model.fit(train_data, train_targets, epochs=num_epochs, batch_size=16, verbose=0)
test_mse, test_mae = model.evaluate(test_data, test_targets, verbose=0)
print(f"RESULT fold_mae={average[-1]:.4f} test_mae={test_mae:.4f}")
