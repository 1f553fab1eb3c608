"""A network that tells classes apart, as scikit-learn has it."""

from typing import Any, TypeVar

import numpy as np
from jaxtyping import Float
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from pellucid.base.errors import DataError, explain
from pellucid.estimators.building import Ending
from pellucid.estimators.estimator import Estimator, Task

C = TypeVar("C", bound="PellucidClassifier")


class PellucidClassifier(ClassifierMixin, Estimator):
    """A network for classes: labels of any kind, or several zeros and ones for each row.

    The last layer is one sigmoid for two classes, a softmax for more, and a sigmoid for each
    column where a row may have several. `class_weight` is None, "balanced", or weights by label.

    Example:
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(return_X_y=True)
        >>> PellucidClassifier((10,), epochs=100).fit(X, y).score(X, y) > 0.95
        True
    """

    def __init__(
        self,
        network: Any = (100,),
        *,
        class_weight: Any = None,
        activation: Any = "relu",
        optimizer: Any = "adam",
        learning_rate: Any = None,
        batch_size: Any = "auto",
        epochs: Any = 200,
        scale: Any = True,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        patience: Any = 10,
        random_state: Any = 0,
        verbose: Any = 0,
        doctor: Any = "report",
    ) -> None:
        super().__init__(
            network,
            activation=activation,
            optimizer=optimizer,
            learning_rate=learning_rate,
            batch_size=batch_size,
            epochs=epochs,
            scale=scale,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            patience=patience,
            random_state=random_state,
            verbose=verbose,
            doctor=doctor,
        )
        self.class_weight = class_weight

    def partial_fit(self: C, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> C:
        """Train for one epoch on these rows; the first call names all `classes`."""
        if not hasattr(self, "_model"):
            self._named = classes
        return self._partial_fit(X, y, sample_weight)

    def fit(self: C, X: Any, y: Any, sample_weight: Any = None) -> C:
        """Train a new network on rows X and labels y, and return the estimator."""
        self._named = None
        return super().fit(X, y, sample_weight)

    def predict(self, X: Any) -> np.ndarray:
        """Return the label of each row; of several at once, a row of zeros and ones."""
        found = self._outputs(X)
        if self.several_:
            return (found > 0.5).astype(int)
        index = (found[:, 0] > 0.5).astype(int) if found.shape[1] == 1 else found.argmax(axis=1)
        return self.classes_[index]

    def predict_proba(self, X: Any) -> Float[np.ndarray, "rows classes"]:
        """Return the probability of each class, in the order of `classes_`."""
        found = self._outputs(X)
        if found.shape[1] == 1 and not self.several_:
            return np.concatenate([1 - found, found], axis=1)
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _by_class(self, y: Any) -> Any:
        check_classification_targets(y)
        return 1.0 if self.class_weight is None else compute_sample_weight(self.class_weight, y)

    def _task(self, y: Any, weight: Float[np.ndarray, " rows"], *, first: bool) -> Task:
        del weight
        if first:
            self._take_classes(y)
        if self.several_:
            count = len(self.classes_)
            ending = Ending(count, "sigmoid", "binary_crossentropy", ("accuracy",))
            return Task(np.asarray(y, np.float32), ending)
        index = self._indices(y)
        if len(self.classes_) == 2:
            ending = Ending(1, "sigmoid", "binary_crossentropy", ("accuracy",))
            return Task(index[:, None].astype(np.float32), ending)
        count = len(self.classes_)
        ending = Ending(count, "softmax", "sparse_categorical_crossentropy", ("accuracy",))
        return Task(index.astype(np.int32), ending)

    def _take_classes(self, y: Any) -> None:
        self.several_ = type_of_target(y).startswith("multilabel")
        if self.several_:
            self.classes_ = np.arange(y.shape[1])
            return
        self.classes_ = np.unique(np.ravel(y) if self._named is None else self._named)
        if len(self.classes_) < 2:
            what = "A classifier needs rows of at least two classes."
            got = f"1 class, {self.classes_[0]!r}"
            raise DataError(explain(what, got=got, expected="2 classes or more"))

    def _indices(self, y: Any) -> np.ndarray:
        y = column_or_1d(y, warn=True)
        unknown = ~np.isin(y, self.classes_)
        if unknown.any():
            what = f"Row {int(unknown.argmax())} has a label that is none of the classes."
            expected = f"one of {list(self.classes_[:10])}"
            raise DataError(explain(what, got=repr(y[unknown][0]), expected=expected))
        return np.searchsorted(self.classes_, y)
