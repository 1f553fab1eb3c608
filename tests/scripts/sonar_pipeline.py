# Standardising inside a pipeline, so that no fold sees the others' figures.  (tf.keras wrapper)
import sys

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder, StandardScaler
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.wrappers.scikit_learn import KerasClassifier

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7
np.random.seed(seed)
data = load_breast_cancer()
X = data.data
encoder = LabelEncoder()
encoded_Y = encoder.fit_transform(np.where(data.target, 'benign', 'malignant'))


def create_smaller():
    model = Sequential()
    model.add(Dense(15, input_dim=30, kernel_initializer='normal', activation='relu'))
    model.add(Dense(1, kernel_initializer='normal', activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model


estimators = [('standardize', StandardScaler()),
              ('mlp', KerasClassifier(build_fn=create_smaller, epochs=15, batch_size=16, verbose=0))]
pipeline = Pipeline(estimators)
kfold = StratifiedKFold(n_splits=4, shuffle=True, random_state=seed)
results = cross_val_score(pipeline, X, encoded_Y, cv=kfold)
print("Smaller: %.2f%% (%.2f%%)" % (results.mean() * 100, results.std() * 100))
print("RESULT accuracy=%.4f" % results.mean())
