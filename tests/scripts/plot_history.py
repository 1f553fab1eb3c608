# Curves of a fit.  (Keras 2, matplotlib)
import os
import sys
import tempfile

import matplotlib.pyplot as plt
import numpy
import pandas as pd
from keras.layers import Dense
from keras.models import Sequential
from keras.utils import plot_model
from sklearn.datasets import make_moons

numpy.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
points, labels = make_moons(300, noise=0.2, random_state=0)
frame = pd.DataFrame(points, columns=['a', 'b'])
frame['label'] = labels
X, Y = frame[['a', 'b']], frame['label']

model = Sequential()
model.add(Dense(12, input_dim=2, activation='relu'))
model.add(Dense(8, activation='relu'))
model.add(Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['acc'])
history = model.fit(X, Y, validation_split=0.33, epochs=80, batch_size=10, verbose=0)

print(history.history.keys())
folder = tempfile.mkdtemp()
plt.plot(history.history['acc'])
plt.plot(history.history['val_acc'])
plt.title('model accuracy')
plt.ylabel('accuracy')
plt.xlabel('epoch')
plt.legend(['train', 'test'], loc='upper left')
plt.show()
acc, loss = history.history['acc'], history.history['loss']
epochs = range(1, len(acc) + 1)
plt.figure()
plt.plot(epochs, loss, 'bo', label='Training loss')
plt.savefig(os.path.join(folder, 'loss.png'))
pd.DataFrame(history.history).plot(figsize=(8, 5))
plt.close('all')
plot_model(model, to_file=os.path.join(folder, 'model.png'), show_shapes=True)
assert os.path.getsize(os.path.join(folder, 'model.png')) > 1000
print('RESULT val_accuracy=%.4f' % history.history['val_acc'][-1])
