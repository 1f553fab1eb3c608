# Wide and deep, with two inputs and an auxiliary output.  (tf.keras, functional)
import sys

import numpy as np
import tensorflow as tf
from tensorflow import keras
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

assert tf.__version__ >= "2.0"
seed = int(sys.argv[1]) if len(sys.argv) > 1 else 42
np.random.seed(seed)
tf.random.set_seed(seed)

X, y = make_friedman1(1200, noise=0.5, random_state=1)
X_train, X_test, y_train, y_test = train_test_split(X, y / 5, random_state=42)
X_train, X_valid, y_train, y_valid = train_test_split(X_train, y_train, random_state=42)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_valid = scaler.transform(X_valid)
X_test = scaler.transform(X_test)

input_A = keras.layers.Input(shape=[5], name="wide_input")
input_B = keras.layers.Input(shape=[8], name="deep_input")
hidden1 = keras.layers.Dense(30, activation="relu")(input_B)
hidden2 = keras.layers.Dense(30, activation="relu")(hidden1)
concat = keras.layers.concatenate([input_A, hidden2])
output = keras.layers.Dense(1, name="main_output")(concat)
aux_output = keras.layers.Dense(1, name="aux_output")(hidden2)
model = keras.models.Model(inputs=[input_A, input_B], outputs=[output, aux_output])
model.compile(loss=["mse", "mse"], loss_weights=[0.9, 0.1],
              optimizer=keras.optimizers.SGD(learning_rate=0.02, momentum=0.9))

split = lambda X: (X[:, :5], X[:, 2:])
A_train, B_train = split(X_train)
A_valid, B_valid = split(X_valid)
A_test, B_test = split(X_test)
history = model.fit([A_train, B_train], [y_train, y_train], epochs=25, verbose=0,
                    validation_data=([A_valid, B_valid], [y_valid, y_valid]))
total_loss, main_loss, aux_loss = model.evaluate([A_test, B_test], [y_test, y_test], verbose=0)
y_pred_main, y_pred_aux = model.predict((A_test[:3], B_test[:3]))
assert y_pred_main.shape == (3, 1)
assert abs(total_loss - (0.9 * main_loss + 0.1 * aux_loss)) < 1e-4
print("RESULT main=%.4f aux=%.4f" % (main_loss, aux_loss))
