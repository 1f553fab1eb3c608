"""A network that predicts amounts, as scikit-learn has it."""

from typing import Any, TypeVar

import numpy as np
from jaxtyping import Float
from sklearn.base import RegressorMixin

from pellucid.estimators.building import Ending, in_units
from pellucid.estimators.estimator import Estimator, Task
from pellucid.models.model import Model

R = TypeVar("R", bound="PellucidRegressor")


class PellucidRegressor(RegressorMixin, Estimator):
    """A network for amounts, one or several of a row.

    The network learns them at mean 0 and deviation 1, by the training rows, so that amounts of
    all sizes are learnt alike; a last layer of `model_` gives them in their own units.

    After fit, besides what every estimator has: `target_mean_`, `target_deviation_`.

    Example:
        >>> import numpy as np
        >>> x = np.linspace(-2, 2, 200)[:, None]
        >>> y = 1000 * x[:, 0] ** 2
        >>> PellucidRegressor((30,), epochs=300).fit(x, y).score(x, y) > 0.95
        True
    """

    def partial_fit(self: R, X: Any, y: Any, sample_weight: Any = None) -> R:
        """Train for one epoch on these rows; the first ones settle the scales."""
        return self._partial_fit(X, y, sample_weight)

    @property
    def model_(self) -> Model:
        """The model that was trained, from rows as they are to answers in their own units."""
        return in_units(super().model_, self.target_deviation_, self.target_mean_)

    def predict(self, X: Any) -> Float[np.ndarray, "rows ..."]:
        """Return the amounts of each row."""
        found = self._outputs(X) * self.target_deviation_ + self.target_mean_
        return found[:, 0] if self.single_ else found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags

    def _task(self, y: Any, weight: Float[np.ndarray, " rows"], *, first: bool) -> Task:
        targets = np.asarray(y, np.float64).reshape(len(y), -1)
        if first:
            self.single_ = np.ndim(y) == 1
            share = (weight / weight.sum())[:, None]
            self.target_mean_ = (share * targets).sum(axis=0)
            variance = (share * (targets - self.target_mean_) ** 2).sum(axis=0)
            self.target_deviation_ = np.where(variance > 0, np.sqrt(variance), 1.0)
        scaled = (targets - self.target_mean_) / self.target_deviation_
        return Task(scaled.astype(np.float32), Ending(targets.shape[1], "linear", "mse"))
