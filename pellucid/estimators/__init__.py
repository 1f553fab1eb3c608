"""Networks as scikit-learn estimators: for pipelines, searches and cross-validation."""

from pellucid.estimators.classifier import PellucidClassifier as PellucidClassifier
from pellucid.estimators.machine import RBM as RBM
from pellucid.estimators.perceptron import Perceptron as Perceptron
from pellucid.estimators.regressor import PellucidRegressor as PellucidRegressor
