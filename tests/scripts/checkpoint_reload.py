# Save, load, go on: whole models and weights, in old files and new.  (tf.keras)
import os
import sys
import tempfile

import numpy as np
from sklearn.datasets import load_wine
from tensorflow import keras

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7
keras.utils.set_random_seed(seed)
X, y = load_wine(return_X_y=True)
X = (X - X.mean(0)) / X.std(0)
folder = tempfile.mkdtemp()


def create_model():
    model = keras.models.Sequential([
        keras.layers.Dense(16, activation='relu', input_shape=(13,), name='hidden'),
        keras.layers.Dense(3, activation='softmax', name='classes'),
    ])
    model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    return model


model = create_model()
checkpoint = keras.callbacks.ModelCheckpoint(
    os.path.join(folder, 'cp-{epoch:04d}-{val_loss:.2f}.weights.h5'),
    save_weights_only=True, verbose=0)
model.fit(X, y, epochs=8, validation_split=0.2, callbacks=[checkpoint], verbose=0)
files = sorted(os.listdir(folder))
print(files)
assert len(files) == 8 and files[0].startswith('cp-0001-')

expected = model.predict(X)
for name in ('model.h5', 'model.keras'):
    path = os.path.join(folder, name)
    model.save(path)
    loaded = keras.models.load_model(path)
    assert np.allclose(loaded.predict(X), expected, atol=1e-6), name
    assert loaded.get_layer('hidden').get_weights()[0].shape == (13, 16)

model.save_weights(os.path.join(folder, 'my.weights.h5'))
fresh = create_model()
assert not np.allclose(fresh.predict(X), expected, atol=1e-3)
fresh.load_weights(os.path.join(folder, 'my.weights.h5'))
assert np.allclose(fresh.predict(X), expected, atol=1e-6)

# the optimizer's memory is in the file: both go on alike
loaded.fit(X, y, epochs=2, shuffle=False, verbose=0)
model.fit(X, y, epochs=2, shuffle=False, verbose=0)
assert np.allclose(loaded.predict(X), model.predict(X), atol=1e-5)
model.fit(X, y, epochs=40, verbose=0)
loss, acc = model.evaluate(X, y, verbose=2)
print('RESULT accuracy=%.4f' % acc)
