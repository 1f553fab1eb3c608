# The architecture to JSON, the weights to HDF5, and back.  (Keras 2)
import os
import sys
import tempfile

import numpy
from keras.layers import Dense
from keras.models import Sequential, model_from_json
from sklearn.datasets import load_breast_cancer

numpy.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, Y = load_breast_cancer(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
os.chdir(tempfile.mkdtemp())

model = Sequential()
model.add(Dense(12, input_dim=30, kernel_initializer='uniform', activation='relu'))
model.add(Dense(8, kernel_initializer='uniform', activation='relu'))
model.add(Dense(1, kernel_initializer='uniform', activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(X, Y, epochs=20, batch_size=20, verbose=0)
scores = model.evaluate(X, Y, verbose=0)
print("%s: %.2f%%" % (model.metrics_names[1], scores[1] * 100))

model_json = model.to_json()
with open("model.json", "w") as json_file:
    json_file.write(model_json)
model.save_weights("model.h5")
print("Saved model to disk")

json_file = open('model.json', 'r')
loaded_model_json = json_file.read()
json_file.close()
loaded_model = model_from_json(loaded_model_json)
loaded_model.load_weights("model.h5")
print("Loaded model from disk")

loaded_model.compile(loss='binary_crossentropy', optimizer='rmsprop', metrics=['accuracy'])
score = loaded_model.evaluate(X, Y, verbose=0)
print("%s: %.2f%%" % (loaded_model.metrics_names[1], score[1] * 100))
assert abs(score[0] - scores[0]) < 1e-5
assert Sequential.from_config(model.get_config()).count_params() == model.count_params()
print("RESULT accuracy=%.4f" % score[1])
