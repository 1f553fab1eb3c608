"""Keras 3's scikit-learn wrappers: a compiled model, or a function of X and y that makes one."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin, clone
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_array, check_is_fitted

from pellucid.base.errors import DataError, ShapeError, StateError, explain
from pellucid.keras.models import Model, clone_model
from pellucid.keras.wrappers.packing import pack, unpack


class Wrapper(BaseEstimator, ABC):
    """What the three have in common.

    `model` is a compiled model, which is cloned, or a function called with `X`, `y` and
    `model_kwargs`. `fit_kwargs` go to the model's `fit`. With `warm_start` a second fit goes
    on with the model of the first.

    After `fit`: `model_`, `history_` and `n_features_in_`.
    """

    def __init__(
        self,
        model: Any,
        warm_start: bool = False,
        model_kwargs: Mapping[str, Any] | None = None,
        fit_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        self.model, self.warm_start = model, warm_start
        self.model_kwargs, self.fit_kwargs = model_kwargs, fit_kwargs

    @abstractmethod
    def _learnt(self, y: np.ndarray) -> np.ndarray:
        """Return targets as the model is to learn them."""

    def __sklearn_clone__(self) -> "Wrapper":
        settings = {"model_kwargs": self.model_kwargs, "fit_kwargs": self.fit_kwargs}
        copies: Any = {name: clone(value, safe=False) for name, value in settings.items()}
        return type(self)(self.model, self.warm_start, **copies)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __getstate__(self) -> dict[str, Any]:
        state = dict(vars(self))
        for name in ("model", "model_"):
            if isinstance(state.get(name), Model):
                state[name] = Packed(pack(state[name]))
        return state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, unpack(value) if isinstance(value, Packed) else value)

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Any:
        """Train a model; `kwargs` go to its `fit`, before `fit_kwargs`."""
        x = check_array(X, allow_nd=True, ensure_min_samples=2)
        targets = self._learnt(np.asarray(y))
        self.n_features_in_ = x.shape[1]
        going_on = self.warm_start and self.__sklearn_is_fitted__()
        model = self.model_ if going_on else self._made(x, targets)
        self.history_ = model.fit(x, targets, **{**(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def _made(self, x: np.ndarray, y: np.ndarray) -> Any:
        if isinstance(self.model, Model):
            model = clone_model(self.model)
            if model.optimizer is None and self.model.optimizer is not None:
                model.compile_from_config(self.model.get_compile_config())
        else:
            model = self.model(X=x, y=y, **(self.model_kwargs or {}))
        if getattr(model, "optimizer", None) is None:
            what = "The model must be compiled before it can be wrapped."
            hint = "call model.compile(optimizer, loss)"
            raise StateError(
                explain(what, got="no optimizer", expected="a compiled model", hint=hint)
            )
        return model

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        x = check_array(X, allow_nd=True)
        if x.shape[1] != self.n_features_in_:
            what = "The rows have another number of features than those that were learnt from."
            raise ShapeError(explain(what, got=x.shape[1], expected=self.n_features_in_))
        return np.asarray(self.model_.predict(x, verbose=0))


class Packed(bytes):
    """A model's file, in the place of the model."""


class SKLearnClassifier(ClassifierMixin, Wrapper):
    """A classifier whose model learns one-hot rows. `classes_` are the labels in order."""

    def predict(self, X: Any) -> np.ndarray:
        """Return the label of each row."""
        return self.classes_[self._outputs(X).argmax(axis=-1)]

    def decision_function(self, X: Any) -> np.ndarray:
        """Return what the model puts out for each class."""
        return self._outputs(X)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class, where the model puts out such."""
        return self._outputs(X)

    def _learnt(self, y: np.ndarray) -> np.ndarray:
        kind = type_of_target(y)
        if kind not in ("binary", "multiclass"):
            what = "A classifier learns one class of each row."
            raise DataError(explain(what, got=f"targets that are {kind}", expected="labels"))
        self.classes_, indices = np.unique(y, return_inverse=True)
        if len(self.classes_) == 1:
            what = "A classifier cannot learn from one class."
            raise DataError(explain(what, got=f"only {self.classes_[0]!r}", expected="two or more"))
        return np.eye(len(self.classes_))[indices.reshape(-1)]


class SKLearnRegressor(RegressorMixin, Wrapper):
    """A regressor."""

    def predict(self, X: Any) -> np.ndarray:
        """Return the number of each row, in the shape in which numbers were learnt."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._flat and outputs.ndim == 2 else outputs

    def _learnt(self, y: np.ndarray) -> np.ndarray:
        self._flat = y.ndim == 1
        return y[:, None] if self._flat else y


class SKLearnTransformer(TransformerMixin, Wrapper):
    """A transformer: what the model puts out is what the next step gets."""

    def transform(self, X: Any) -> np.ndarray:
        """Return the model's outputs."""
        return self._outputs(X)

    def _learnt(self, y: np.ndarray) -> np.ndarray:
        return y[:, None] if y.ndim == 1 else y
