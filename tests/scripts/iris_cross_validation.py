# Iris by ten-fold cross-validation through scikit-learn.  (Keras 2)
import sys

import numpy
from keras.layers import Dense
from keras.models import Sequential
from keras.utils import np_utils
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.datasets import load_iris
from sklearn.model_selection import KFold, cross_val_score
from sklearn.preprocessing import LabelEncoder

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7
numpy.random.seed(seed)

iris = load_iris()
X = iris.data.astype(float)
names = iris.target_names[iris.target]

encoder = LabelEncoder()
encoder.fit(names)
encoded_Y = encoder.transform(names)
dummy_y = np_utils.to_categorical(encoded_Y)


def baseline_model():
    model = Sequential()
    model.add(Dense(8, input_dim=4, activation='relu'))
    model.add(Dense(3, activation='softmax'))
    model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model


estimator = KerasClassifier(build_fn=baseline_model, epochs=100, batch_size=5, verbose=0)
kfold = KFold(n_splits=5, shuffle=True, random_state=seed)
results = cross_val_score(estimator, X, dummy_y, cv=kfold)
print("Baseline: %.2f%% (%.2f%%)" % (results.mean() * 100, results.std() * 100))
print("RESULT accuracy=%.4f" % results.mean())
