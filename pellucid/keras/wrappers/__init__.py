"""Keras models as scikit-learn estimators."""

from pellucid.keras.wrappers.estimators import SKLearnClassifier as SKLearnClassifier
from pellucid.keras.wrappers.estimators import SKLearnRegressor as SKLearnRegressor
from pellucid.keras.wrappers.estimators import SKLearnTransformer as SKLearnTransformer
from pellucid.keras.wrappers.scikit_learn import KerasClassifier as KerasClassifier
from pellucid.keras.wrappers.scikit_learn import KerasRegressor as KerasRegressor
