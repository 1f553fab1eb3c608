"""Eight-by-eight digits through a convnet. tf.keras."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import sys

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers

tf.get_logger().setLevel("ERROR")
tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
seed = int(sys.argv[1]) if len(sys.argv) > 1 else 42
np.random.seed(seed)
tf.random.set_seed(seed)

print("TensorFlow", tf.__version__, "Keras", keras.__version__)
gpus = tf.config.list_physical_devices("GPU")
for gpu in gpus:
    tf.config.experimental.set_memory_growth(gpu, True)

X, y = load_digits(return_X_y=True)
X = (X / 16.0).reshape(-1, 8, 8, 1).astype(np.float32)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)

tf.keras.backend.clear_session()
model = tf.keras.models.Sequential([
    layers.Conv2D(16, 3, padding="same", activation="relu", input_shape=[8, 8, 1]),
    layers.MaxPool2D(2),
    layers.Conv2D(32, 3, padding="same", activation=tf.nn.relu),
    layers.GlobalMaxPooling2D(),
    layers.Dropout(0.2),
    layers.Dense(10, activation=tf.nn.softmax),
])
model.compile(loss="sparse_categorical_crossentropy",
              optimizer=tf.keras.optimizers.Adam(learning_rate=3e-3), metrics=["accuracy"])
history = model.fit(X_train, y_train, epochs=12, batch_size=32, verbose=0,
                    validation_data=(X_test, y_test))
y_pred = np.argmax(model.predict(X_test), axis=-1)
print("RESULT accuracy=%.4f val_accuracy=%.4f"
      % (np.mean(y_pred == y_test), history.history["val_accuracy"][-1]))
