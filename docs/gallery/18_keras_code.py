"""# 18. The lectures' Keras code, as it stands

The lectures build a network in Keras, layer by layer: three inputs, four sigmoid units,
softmax over three classes; then compile, fit, evaluate, predict. Here is a script with those
lines. `pellucid run` runs it without a change: inside, `keras` is Pellucid's. Nothing is
installed in its place, and Keras need not be there.

With `from pellucid.keras...` the same code runs by itself. The last part says the same
network in the functional form, in which a layer is called on what comes before it, so that a
network may also branch.

![Loss and accuracy of the functional model, on training rows and on rows held out](18-history.svg)

[What of Keras there is, and where it differs](../keras.md).
"""

import subprocess
import sys
from pathlib import Path

import numpy as np

from pellucid.keras.layers import Activation, Dense, Input
from pellucid.keras.models import Model, Sequential
from pellucid.keras.utils import set_random_seed
from pellucid.plots.history import curves

QUICK = "--quick" in sys.argv
EPOCHS = 5 if QUICK else 100  # quick: fewer epochs

SCRIPT = """
import sys
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Activation

rng = np.random.RandomState(0)
x_train, x_test = rng.rand(500, 3), rng.rand(100, 3)
def one_hot(x):
    return np.eye(3)[(x[:, 0] > x[:, 1]).astype(int) + (x[:, 2] > 0.6)]
y_train, y_test = one_hot(x_train), one_hot(x_test)

model = Sequential()
model.add(Dense(units=4, input_dim=3))
model.add(Activation('sigmoid'))
model.add(Dense(units=3))
model.add(Activation('softmax'))

model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(x_train, y_train, epochs=int(sys.argv[1]), batch_size=8, verbose=0)

loss, accuracy = model.evaluate(x_test, y_test, batch_size=128, verbose=0)
classes = model.predict(x_test, batch_size=128, verbose=0)
print('the script: loss %.3f, accuracy %.3f on %d rows' % (loss, accuracy, len(classes)))
"""
Path("lecture.py").write_text(SCRIPT, encoding="utf-8")
command = [sys.executable, "-m", "pellucid", "run", "--no-summary", "lecture.py", str(EPOCHS)]
print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())

rng = np.random.RandomState(0)
x = rng.rand(600, 3)
y = np.eye(3)[(x[:, 0] > x[:, 1]).astype(int) + (x[:, 2] > 0.6)]
taught, held = slice(500), slice(500, 600)

set_random_seed(1)
chain = Sequential()
chain.add(Dense(units=4, input_dim=3))
chain.add(Activation("sigmoid"))
chain.add(Dense(units=3))
chain.add(Activation("softmax"))
chain.summary()

inputs = Input(shape=(3,))
hidden = Dense(4, activation="sigmoid")(inputs)
functional = Model(inputs=inputs, outputs=Dense(3, activation="softmax")(hidden))
functional.set_weights(chain.get_weights())  # the same start, so the same training

for name, model in (("Sequential", chain), ("functional", functional)):
    set_random_seed(2)
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    told = model.fit(
        x[taught], y[taught], epochs=EPOCHS, batch_size=8, verbose=0,
        validation_data=(x[held], y[held]),
    )  # fmt: skip
    loss, accuracy = model.evaluate(x[held], y[held], verbose=0)
    print(f"{name}: loss {loss:.4f}, accuracy {accuracy:.3f} on rows held out")
same = np.array_equal(chain.predict(x, verbose=0), functional.predict(x, verbose=0))
print("both forms predict the same:", same)
curves(told.history).savefig("18-history.svg")
