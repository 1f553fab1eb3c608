"""What scikit-learn asks of every estimator, with nothing left out."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from pellucid.estimators import RBM, PellucidClassifier, PellucidRegressor, Perceptron

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@parametrize_with_checks(
    [
        PellucidClassifier((16,), epochs=30, learning_rate=0.03, doctor="off"),
        PellucidRegressor((16,), epochs=30, learning_rate=0.03, doctor="off"),
        RBM(4, n_iter=3),
        Perceptron(max_iter=50),
    ]
)
def test_scikit_learn_finds_nothing_amiss(estimator, check):
    check(estimator)
