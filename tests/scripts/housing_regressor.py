# A regressor in a pipeline, judged by cross-validation.  (Keras 2)
import sys

import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.wrappers.scikit_learn import KerasRegressor
from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, Y = load_diabetes(return_X_y=True)
Y = Y / 100.0


def wider_model():
    model = Sequential()
    model.add(Dense(20, input_dim=10, kernel_initializer='normal', activation='relu'))
    model.add(Dense(1, kernel_initializer='normal'))
    model.compile(loss='mean_squared_error', optimizer='adam')
    return model


pipeline = Pipeline([
    ('standardize', StandardScaler()),
    ('mlp', KerasRegressor(build_fn=wider_model, epochs=50, batch_size=16, verbose=0)),
])
kfold = KFold(n_splits=4, shuffle=True, random_state=1)
results = cross_val_score(pipeline, X, Y, cv=kfold, scoring='neg_mean_squared_error')
print("Wider: %.2f (%.2f) MSE" % (-results.mean(), results.std()))
print("RESULT mse=%.4f" % -results.mean())
