"""Keras models as scikit-learn estimators: `KerasClassifier` and `KerasRegressor`.

They are made from a function that builds a model, as in Keras 2's `wrappers.scikit_learn`,
or as scikeras has it, `model=...` with `loss=`, `optimizer=`, `model__units=` and so on. They
are real estimators: for `clone`, `cross_val_score`, `GridSearchCV`, pipelines and pickles.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.validation import check_is_fitted

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.keras import losses, optimizers
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.seeds import set_seed
from pellucid.keras.engine.base.strictness import strict
from pellucid.keras.models import Model, clone_model
from pellucid.keras.wrappers import parameters
from pellucid.keras.wrappers.packing import pack, unpack
from pellucid.keras.wrappers.targets import Targets


class KerasEstimator(BaseEstimator, ABC):
    """What the two have in common.

    `build_fn` (or `model`) is a function that returns a model, an object with `__call__` that
    does, or a model. Every other parameter belongs to that function or to `compile`, `fit` or
    `predict`, by its name or with a prefix (`model__`, `optimizer__`, `fit__`, ...).

    After `fit`: `model_`, `history_` (the values by name) and `n_features_in_`.
    """

    def __init__(self, build_fn: Any = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.sk_params = parameters.modern(sk_params)
        parameters.check(self.sk_params, self._builder())

    @abstractmethod
    def _targets(self, y: np.ndarray, model: Any, *, first: bool) -> np.ndarray:
        """Return y as the model is to learn it."""

    # As scikit-learn wants it

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name."""
        del deep
        own = {} if self.build_fn is None else {"build_fn": self.build_fn}
        return own | self.sk_params

    def set_params(self, **params: Any) -> "KerasEstimator":
        """Change parameters, and return the estimator."""
        params = parameters.modern(params)
        if "build_fn" in params:
            self.build_fn = params.pop("build_fn")
        self.sk_params = {**self.sk_params, **params}
        parameters.check(self.sk_params, self._builder())
        return self

    def __sklearn_clone__(self) -> "KerasEstimator":
        # A model that was given is cloned by each fit: no copy is needed before.
        given = self.get_params()
        copies = {n: v if isinstance(v, Model) else clone(v, safe=False) for n, v in given.items()}
        return type(self)(**copies)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __getstate__(self) -> dict[str, Any]:
        state = dict(vars(self))
        if "model_" in state:
            state["model_"] = pack(state["model_"])
        return state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        vars(self).update(state)
        if "model_" in state:
            self.model_ = unpack(state["model_"])

    # The verbs

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Any:
        """Build a model and train it; `kwargs` go to its `fit`.

        Returns the estimator; `.history` is on it as it was on what Keras 2 returned.
        """
        if not (self.sk_params.get("warm_start") and self.__sklearn_is_fitted__()):
            vars(self).pop("model_", None)
        return self._train(X, y, sample_weight, kwargs)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Any:
        """Train one more epoch, on the model that is there."""
        return self._train(X, y, sample_weight, {"epochs": 1} | kwargs)

    def _train(self, X: Any, y: Any, sample_weight: Any, kwargs: dict[str, Any]) -> Any:
        x, y = as_rows(X), np.asarray(y)
        if len(x) != len(y):
            what = "There must be a target for each row."
            raise DataError(
                explain(what, got=f"{len(x)} rows, {len(y)} targets", expected="as many")
            )
        first = not self.__sklearn_is_fitted__()
        self.n_features_in_ = x.shape[1] if x.ndim > 1 else 1
        if self.sk_params.get("random_state") is not None:
            set_seed(_seed(self.sk_params["random_state"]))
        model = self._built(x, y) if first else self.model_
        targets = self._targets(y, model, first=first)
        given = parameters.for_verb(self.sk_params, parameters.FIT, "fit__")
        given |= parameters.modern(kwargs)
        given["callbacks"] = parameters.fresh_callbacks(
            given.get("callbacks"), parameters.prefixed(self.sk_params, "callbacks__")
        )
        if sample_weight is not None:
            given["sample_weight"] = np.asarray(sample_weight)
        self._adapt(given, model, y)
        history = model.fit(x, targets, **given)
        self.model_ = model
        before = {} if first else self.history_
        series = {**before, **{n: before.get(n, []) + v for n, v in history.history.items()}}
        self.history_ = type(history.history)(series)
        return self

    def _adapt(self, given: dict[str, Any], model: Any, y: np.ndarray) -> None:
        """Change arguments of fit that are told in the words of the caller's labels."""
        del y
        held_out = given.get("validation_data")
        if held_out is not None:
            rows, labels, *weight = held_out
            targets = self._targets(np.asarray(labels), model, first=False)
            given["validation_data"] = (as_rows(rows), targets, *weight)

    def _outputs(self, X: Any, kwargs: dict[str, Any]) -> np.ndarray:
        check_is_fitted(self)
        given = parameters.for_verb(self.sk_params, parameters.PREDICT, "predict__")
        return np.asarray(self.model_.predict(as_rows(X), **given | kwargs))

    # The model

    @property
    def model(self) -> Any:
        """The model after `fit`, as in Keras 2; what was given as `model=` before."""
        return vars(self).get("model_", self.sk_params.get("model"))

    @property
    def history(self) -> Any:
        """The values of the fit by name, where Keras 2's History had them."""
        check_is_fitted(self)
        return self.history_

    @property
    def epoch(self) -> list[int]:
        """The numbers of the epochs."""
        return list(range(max(map(len, self.history.values()), default=0)))

    def _builder(self) -> Any:
        if self.build_fn is not None:
            return self.build_fn
        if self.sk_params.get("model") is not None:
            return self.sk_params["model"]
        return self if callable(self) else None  # a subclass that builds by __call__

    def _built(self, x: np.ndarray, y: np.ndarray) -> Any:
        """Return a new model, compiled and built."""
        builder = self._builder()
        if builder is None:
            what = f"{type(self).__name__} has nothing to build a model with."
            raise ConfigError(explain(what, got="no build_fn", expected="a function, or a model"))
        if isinstance(builder, Model):
            model = clone_model(builder)
            if builder.optimizer is not None and getattr(model, "optimizer", None) is None:
                model.compile_from_config(builder.get_compile_config())
        else:
            given = parameters.for_builder(self.sk_params, builder)
            named, _ = parameters.arguments_of(builder)
            offered = {"meta": self._meta(x, y), "compile_kwargs": self._compile_kwargs()}
            given |= {name: offered[name] for name in parameters.GIVEN if name in named}
            model = builder(**given)
        if getattr(model, "optimizer", None) is None:
            model.compile(**self._compile_kwargs())
        if not model.built:
            model.build((None, *x.shape[1:]))
        return model

    def _compile_kwargs(self) -> dict[str, Any]:
        """Return the arguments of compile for a builder that leaves it to the estimator."""
        found = parameters.for_verb(self.sk_params, parameters.COMPILE, "compile__")
        chosen = parameters.prefixed(self.sk_params, "optimizer__")
        found["optimizer"] = parameters.made(
            found.get("optimizer", "rmsprop"), chosen, optimizers.get
        )
        if "loss" in found:
            chosen = parameters.prefixed(self.sk_params, "loss__")
            found["loss"] = parameters.made(found["loss"], chosen, losses.get)
        return found

    def _meta(self, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
        """Return what a builder may want to know of the data, in scikeras's words."""
        width = y.shape[1] if y.ndim > 1 else 1
        return {"n_features_in_": self.n_features_in_, "X_shape_": x.shape, "X_dtype_": x.dtype} | {
            "y_ndim_": y.ndim,
            "y_dtype_": y.dtype,
            "n_outputs_": 1,
            "n_outputs_expected_": width,
        }


class KerasClassifier(ClassifierMixin, KerasEstimator):
    """A classifier. It takes labels of any kind and gives back the same kind.

    After `fit`, `classes_` are the labels in order; one-hot rows count as classes 0, 1, ....
    """

    def predict(self, X: Any, **kwargs: Any) -> np.ndarray:
        """Return the label of each row."""
        outputs = self._outputs(X, kwargs)
        if self.target_.several:
            return (outputs > self._border()).astype(int)
        if outputs.shape[-1] == 1:
            indices = (outputs.reshape(len(outputs)) > self._border()).astype(int)
        else:
            indices = outputs.argmax(axis=-1)
        if self.target_.rows_given and self.build_fn is None:
            return np.eye(len(self.classes_), dtype=int)[indices]  # as scikeras gives them back
        return self.target_.decode(indices)

    def predict_classes(self, X: Any, **kwargs: Any) -> np.ndarray:
        """Return the label of each row: Keras 2's other name."""
        return self.predict(X, **kwargs)

    def predict_proba(self, X: Any, **kwargs: Any) -> np.ndarray:
        """Return the probability of each class in each row."""
        outputs = self._outputs(X, kwargs).astype(np.float64)
        single = outputs.shape[-1] == 1
        if getattr(self.model_.loss, "from_logits", False):
            outputs = _sigmoid(outputs) if single or self.target_.several else _softmax(outputs)
        return np.hstack([1 - outputs, outputs]) if single else outputs

    def score(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> float:
        """Return the accuracy."""
        found, y = self.predict(X, **kwargs), np.asarray(y)
        if not self.target_.several:
            y = self.target_.indices(y)
            known = found.argmax(axis=1) if found.ndim == 2 else self.target_.indices(found)
            found = known
        return float(accuracy_score(y, found, sample_weight=sample_weight))

    def _targets(self, y: np.ndarray, model: Any, *, first: bool) -> np.ndarray:
        if first:
            self.target_ = Targets(y)
            self.classes_ = self.target_.classes
            self.n_classes_ = len(self.classes_)
        return self.target_.encode(y, loss_name(model.loss), width_of(model))

    def _adapt(self, given: dict[str, Any], model: Any, y: np.ndarray) -> None:
        KerasEstimator._adapt(self, given, model, y)
        weights = given.get("class_weight")
        if weights is None or self.target_.several:
            return
        if isinstance(weights, str):
            labels = self.target_.decode(self.target_.indices(y))
            found = compute_class_weight(weights, classes=self.classes_, y=labels)
            given["class_weight"] = dict(enumerate(found.tolist()))
        elif set(weights) <= set(self.classes_.tolist()):
            places = {label: place for place, label in enumerate(self.classes_.tolist())}
            given["class_weight"] = {places[label]: weight for label, weight in weights.items()}

    def _meta(self, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
        target = Targets(y)
        kind = "multiclass" if len(target.classes) > 2 else "binary"
        kind = "multilabel-indicator" if target.several else kind
        classes = {"classes_": target.classes, "n_classes_": len(target.classes)}
        return KerasEstimator._meta(self, x, y) | classes | {"target_type_": kind}

    def _border(self) -> float:
        loss = self.model_.loss
        zero = "hinge" in loss_name(loss) or getattr(loss, "from_logits", False)
        return 0.0 if zero else 0.5


class KerasRegressor(RegressorMixin, KerasEstimator):
    """A regressor."""

    def predict(self, X: Any, **kwargs: Any) -> np.ndarray:
        """Return the number of each row, or the row of numbers."""
        outputs = self._outputs(X, kwargs)
        return outputs[..., 0] if outputs.shape[-1] == 1 else outputs

    def score(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> float:
        """Return R squared; with strict Keras, minus the loss, as Keras 2 did."""
        if strict():
            given = {"verbose": 0} | kwargs
            found = self.model_.evaluate(as_rows(X), np.asarray(y, np.float32), **given)
            return -float(found[0] if isinstance(found, list) else found)
        hint(
            "KerasRegressor.score",
            "KerasRegressor.score is R squared, as scikit-learn has it; Keras 2's was minus the "
            "loss: say scoring='neg_mean_squared_error' for that",
        )
        y = np.asarray(y)
        found = self.predict(X, **kwargs)
        return float(r2_score(y.reshape(found.shape), found, sample_weight=sample_weight))

    def _targets(self, y: np.ndarray, model: Any, *, first: bool) -> np.ndarray:
        del model, first
        if y.dtype.kind not in "iufb":
            what = "A regressor learns numbers."
            raise DataError(explain(what, got=f"targets of type {y.dtype}", expected="numbers"))
        return y.astype(np.float32)


def as_rows(x: Any) -> np.ndarray:
    """Return rows as an array of numbers."""
    rows = np.asarray(x.toarray() if hasattr(x, "toarray") else x)
    if rows.dtype == object:
        rows = rows.astype(np.float32)
    return rows[:, None] if rows.ndim == 1 else rows


def loss_name(loss: Any) -> str:
    """Return what a loss is called, in small letters with lines under."""
    name = loss if isinstance(loss, str) else getattr(loss, "name", None)
    return str(name or getattr(loss, "__name__", type(loss).__name__)).lower()


def width_of(model: Any) -> int | None:
    """Return how many outputs a row has, of a model with one output."""
    shape = model.output_shape
    return shape[-1] if isinstance(shape, tuple) and shape and not _nested(shape) else None


def _nested(shape: Any) -> bool:
    return any(isinstance(part, tuple | list) for part in shape)


def _seed(state: Any) -> int:
    return int(state.randint(2**31 - 1)) if hasattr(state, "randint") else int(state)


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


def _softmax(z: np.ndarray) -> np.ndarray:
    shifted = np.exp(z - z.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)
