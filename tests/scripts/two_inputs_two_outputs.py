"""Numbers and words in, a price and a category out: losses by name. Keras 3."""

import sys

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
rs = np.random.RandomState(0)
n = 800
numbers = rs.normal(size=(n, 5)).astype("float32")
words = rs.randint(1, 20, (n, 6))
price = (numbers[:, :1] * 2 + (words == 3).sum(1, keepdims=True)).astype("float32")
kind = ((words < 8).sum(1) > 2).astype(int)

number_input = keras.Input(shape=(5,), name="numbers")
word_input = keras.Input(shape=(6,), dtype="int32", name="words")
embedded = layers.Embedding(20, 4)(word_input)
features = layers.GlobalAveragePooling1D()(embedded)
x = layers.concatenate([number_input, features])
x = layers.Dense(32, activation="relu")(x)
price_output = layers.Dense(1, name="price")(x)
kind_output = layers.Dense(2, activation="softmax", name="kind")(x)

model = keras.Model(inputs=[number_input, word_input], outputs=[price_output, kind_output])
model.compile(
    optimizer=keras.optimizers.RMSprop(1e-2),
    loss={"price": "mse", "kind": keras.losses.SparseCategoricalCrossentropy()},
    loss_weights={"price": 0.5, "kind": 1.0},
    metrics={"price": ["mae"], "kind": ["accuracy"]},
)
train = {"numbers": numbers[:600], "words": words[:600]}
test = {"numbers": numbers[600:], "words": words[600:]}
history = model.fit(
    train,
    {"price": price[:600], "kind": kind[:600]},
    epochs=25,
    batch_size=32,
    verbose=0,
    validation_data=(test, {"price": price[600:], "kind": kind[600:]}),
)
print(sorted(history.history))
prices, kinds = model.predict(test, verbose=0)
assert prices.shape == (200, 1) and kinds.shape == (200, 2)
accuracy = np.mean(kinds.argmax(-1) == kind[600:])
assert abs(accuracy - history.history["val_kind_accuracy"][-1]) < 1e-6
print("RESULT mae=%.4f accuracy=%.4f" % (history.history["val_price_mae"][-1], accuracy))
