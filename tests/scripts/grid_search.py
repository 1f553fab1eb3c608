# Searching over what a build function takes.  (Keras 2, scikit-learn wrapper)
import sys

import numpy as np
from keras.layers import Dense, Dropout
from keras.models import Sequential
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV


def create_model(neurons=1, dropout_rate=0.0, init='uniform', optimizer='adam'):
    model = Sequential()
    model.add(Dense(neurons, input_dim=8, kernel_initializer=init, activation='relu'))
    model.add(Dropout(dropout_rate))
    model.add(Dense(1, kernel_initializer=init, activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer=optimizer, metrics=['accuracy'])
    return model


np.random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
X, Y = make_classification(240, 8, n_informative=5, random_state=4)

model = KerasClassifier(build_fn=create_model, verbose=0)
param_grid = dict(neurons=[2, 16], dropout_rate=[0.0, 0.2], epochs=[25], batch_size=[10],
                  init=['glorot_uniform'])
grid = GridSearchCV(estimator=model, param_grid=param_grid, cv=3)
grid_result = grid.fit(X, Y)

print("Best: %f using %s" % (grid_result.best_score_, grid_result.best_params_))
means = grid_result.cv_results_['mean_test_score']
for mean, param in zip(means, grid_result.cv_results_['params']):
    print("%f with: %r" % (mean, param))
assert grid_result.best_params_['neurons'] in (2, 16)
assert grid_result.best_estimator_.predict(X).shape[0] == 240
print("RESULT best=%.4f" % grid_result.best_score_)
