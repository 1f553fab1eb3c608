# Wide and deep by subclassing, with two outputs in a tuple.  (tf.keras)
import sys

import tensorflow as tf
from sklearn.datasets import make_regression

tf.random.set_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 42)
X, y = make_regression(600, 8, noise=3, random_state=42)
y = y.reshape(-1, 1) / 100


class WideAndDeepModel(tf.keras.Model):
    def __init__(self, units=30, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.hidden1 = tf.keras.layers.Dense(units, activation=activation)
        self.hidden2 = tf.keras.layers.Dense(units, activation=activation)
        self.main_output = tf.keras.layers.Dense(1)
        self.aux_output = tf.keras.layers.Dense(1)

    def call(self, inputs):
        input_wide, input_deep = inputs
        hidden2 = self.hidden2(self.hidden1(input_deep))
        concat = tf.keras.layers.concatenate([input_wide, hidden2])
        return self.main_output(concat), self.aux_output(hidden2)


class Ratio(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs):
        self.ratio = logs["val_loss"] / logs["loss"]


model = WideAndDeepModel(name="my_cool_model")
model.compile(loss=["mse", "mae"], loss_weights=[0.9, 0.1], optimizer="adam", metrics=["mae", "mse"])
parts, held_out = (X[:450, :5], X[:450, 2:]), (X[450:, :5], X[450:, 2:])
history = model.fit(parts, (y[:450], y[:450]), epochs=20, verbose=0, callbacks=[Ratio()],
                    validation_data=(held_out, (y[450:], y[450:])))
assert sorted(history.history)[:5] == ["loss", "mae", "mae_loss", "mse", "mse_loss"]
assert len(model.evaluate(held_out, (y[450:], y[450:]), verbose=0)) == 5
y_main, y_aux = model.predict(held_out, verbose=0)
assert y_main.shape == y_aux.shape == (150, 1)
print("RESULT loss=%.4f val_loss=%.4f" % (history.history["loss"][-1], history.history["val_loss"][-1]))
