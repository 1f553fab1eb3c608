"""Rosenblatt's perceptron as scikit-learn has it."""

from typing import Any, TypeVar

import numpy as np
from jaxtyping import Float
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.base.errors import DataError, explain
from pellucid.models.perceptron_rule import perceptron_rule

P = TypeVar("P", bound="Perceptron")


class Perceptron(ClassifierMixin, BaseEstimator):
    """A threshold unit trained by the perceptron rule, w <- w + eta0 (y - a) x, row by row.

    More than two classes have a unit each, one class against the rest. An epoch without a
    mistake ends the training; `max_iter` epochs end it at the latest.

    After fit: `coef_`, `intercept_`, `classes_`, `n_iter_` (epochs of the longest training),
    `converged_` (whether each unit came through an epoch without a mistake), `n_features_in_`.

    Example:
        >>> both = [[0, 0], [0, 1], [1, 0], [1, 1]]
        >>> unit = Perceptron(shuffle=False).fit(both, [0, 0, 0, 1])
        >>> unit.predict(both).tolist(), unit.coef_.tolist(), unit.intercept_.tolist()
        ([0, 0, 0, 1], [[2.0, 1.0]], [-2.0])
    """

    def __init__(
        self,
        *,
        eta0: Any = 1.0,
        max_iter: Any = 1000,
        shuffle: Any = True,
        random_state: Any = 0,
    ) -> None:
        self.eta0 = eta0
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state

    def fit(self: P, X: Any, y: Any) -> P:
        """Train from weights of 0, and return the estimator."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, index = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            what = "A perceptron needs rows of two classes or more."
            got = f"1 class, {self.classes_[0]!r}"
            raise DataError(explain(what, got=got, expected="2 classes or more"))
        seed = int(check_random_state(self.random_state).randint(2**31))
        sought = [1] if len(self.classes_) == 2 else range(len(self.classes_))
        runs = [
            perceptron_rule(
                X,
                (index == one).astype(int),
                learning_rate=self.eta0,
                epochs=self.max_iter,
                shuffle=self.shuffle,
                seed=seed,
            )
            for one in sought
        ]
        self.coef_ = np.stack([run.w for run in runs])
        self.intercept_ = np.array([run.b for run in runs])
        self.converged_ = np.array([run.converged for run in runs])
        self.n_iter_ = max(run.epochs for run in runs)
        return self

    def decision_function(self, X: Any) -> Float[np.ndarray, "rows ..."]:
        """Return z = w . x + b of each unit, in the order of `classes_`; of two, one z."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        z = X @ self.coef_.T + self.intercept_
        return z[:, 0] if z.shape[1] == 1 else z

    def predict(self, X: Any) -> np.ndarray:
        """Return the class of each row."""
        z = self.decision_function(X)
        return self.classes_[(z > 0).astype(int) if z.ndim == 1 else z.argmax(axis=1)]
