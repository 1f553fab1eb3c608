"""What a network is as a scikit-learn estimator: its parameters, its fit, its pickle."""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Float, Shaped
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.base.errors import ConfigError, explain
from pellucid.data.ends import Ends
from pellucid.estimators.building import Ending, built, set_scale
from pellucid.estimators.weighing import Weighted, merged, weighted
from pellucid.interop.packing import packed, unpacked
from pellucid.models.history import History
from pellucid.models.loading import load
from pellucid.models.model import Model
from pellucid.optimizers.optimizer import OPTIMIZERS
from pellucid.training.rules import EarlyStopping

E = TypeVar("E", bound="Estimator")

IN_A_BATCH = 32  # rows of a mini-batch, where "auto" leaves it to us
MOST_MERGED = 2000  # rows among which equals are looked for


class Task(NamedTuple):
    """What a network is to learn, and how it ends."""

    targets: Shaped[np.ndarray, "rows ..."]
    ending: Ending


class Estimator(BaseEstimator, ABC):
    """What the classifier and the regressor have in common.

    Parameters:
        network              units of the hidden layers; or the hidden layers themselves; or a
                             whole model, whose weights are drawn anew
        activation           of the hidden layers given by their units
        optimizer            a name or an optimizer
        learning_rate        of an optimizer given by its name; None for its own
        batch_size           rows of a mini-batch; "auto" for all, at most 32; or "full"
        epochs               times all rows are visited, at most
        scale                whether columns come to mean 0 and deviation 1, by training rows
        early_stopping       whether to stop, at the best weights, when held-out rows get worse
        validation_fraction  the share of rows held out for that
        patience             epochs to wait for something better
        random_state         draws weights and orders; None stands for a new draw each fit
        verbose              as in `Model.fit`
        doctor               as in `Model.fit`; what it found is in `findings_`

    After fit: `model_` (which scales by itself), `history_`, `findings_`, `n_iter_` (epochs),
    `n_features_in_`, `feature_ends_` (the least and the greatest number of each column), and
    `feature_names_in_` where columns have names. Predicting warns of columns whose numbers lie
    where none of training did, as other units would.
    """

    def __init__(
        self,
        network: Any = (100,),
        *,
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
        self.network = network
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.scale = scale
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.random_state = random_state
        self.verbose = verbose
        self.doctor = doctor

    @abstractmethod
    def _task(self, y: Any, weight: Float[np.ndarray, " rows"], *, first: bool) -> Task:
        """Return what is to be learnt of the targets; the `first` ones settle its kind."""

    @property
    def model_(self) -> Model:
        """The model that was trained, from rows as they are to answers as they are."""
        check_is_fitted(self)
        return self._model

    def fit(self: E, X: Any, y: Any, sample_weight: Any = None) -> E:
        """Train a new network, and return the estimator."""
        X, y = validate_data(self, X, y, dtype=np.float32, multi_output=True)
        self.feature_ends_ = _ends(X)
        rows = weighted(X, y, sample_weight, self._by_class(y))
        once = merged(rows) if len(rows.x) <= MOST_MERGED else rows
        whole = len(once.x) <= self._size(len(once.x))
        self._train(once if whole else rows, self.epochs, first=True)
        return self

    def _partial_fit(self: E, X: Any, y: Any, sample_weight: Any = None) -> E:
        """Train the network that there is for one more epoch, or a new one."""
        first = not hasattr(self, "_model")
        X, y = validate_data(self, X, y, dtype=np.float32, multi_output=True, reset=first)
        self.feature_ends_ = _ends(X if first else np.concatenate([self.feature_ends_, X]))
        self._train(weighted(X, y, sample_weight, self._by_class(y)), 1, first=first)
        return self

    def _by_class(self, y: Any) -> Any:
        """Return what a row's weight is multiplied by for its class."""
        del y
        return 1.0

    def _size(self, rows: int) -> int:
        """Return how many rows make a mini-batch."""
        if self.batch_size == "auto":
            return min(IN_A_BATCH, rows)
        return rows if self.batch_size == "full" else self.batch_size

    def _begin(self, rows: Weighted, ending: Ending) -> None:
        """Make a new network."""
        seed = int(check_random_state(self.random_state).randint(2**31))
        features, whole = rows.x.shape[1], isinstance(self.network, Model)
        self._model = built(self.network, self.activation, bool(self.scale), features, ending, seed)
        if self.scale and not whole:
            set_scale(self._model, rows.x, rows.weight)
        if self._model._recipe is None:
            self._model.compile(self._optimizer(), ending.loss, metrics=ending.metrics)
        self.history_ = History([])
        self.n_iter_ = 0

    def _train(self, rows: Weighted, epochs: int, *, first: bool) -> None:
        """Train for some epochs; the `first` ones, a new network."""
        targets, ending = self._task(rows.y, rows.weight, first=first)
        if first:
            self._begin(rows, ending)
        rules: Sequence[Any] = ()
        if self.early_stopping and epochs > 1:
            rules = (EarlyStopping("val_loss", self.patience, restore_best_weights=True),)
        history = self._model.fit(
            rows.x,
            targets,
            batch_size=self._size(len(rows.x)),
            epochs=epochs,
            validation_split=self.validation_fraction if rules else 0.0,
            sample_weight=rows.weight.astype(np.float32),
            callbacks=rules,
            verbose=self.verbose,
            doctor=self.doctor,
        )
        self.history_.records.extend(history.records)
        self.findings_ = self._model.findings
        self.n_iter_ += len(history.records)

    def _outputs(self, X: Any) -> Float[np.ndarray, "rows units"]:
        """Return what the network answers to each row."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False)
        self._warn_of_strange(X)
        return self._model.predict(X)

    def _warn_of_strange(self, X: Float[np.ndarray, "rows features"]) -> None:
        """Warn of columns whose numbers lie where none of training did."""
        low, high = self.feature_ends_
        names = getattr(self, "feature_names_in_", None)
        for place in np.flatnonzero(((low > X) | (high < X)).any(axis=0)):
            name = str(place) if names is None else repr(str(names[place]))
            ends = Ends(float(low[place]), float(high[place]))
            told = ends.strangeness(name, X[:, place], lambda row: f"row {row}")
            if told:
                warnings.warn(told, UserWarning, stacklevel=4)

    def _optimizer(self) -> Any:
        if not isinstance(self.optimizer, str):
            if self.learning_rate is not None:
                what = "An optimizer of one's own brings its own learning rate."
                expected = "learning_rate=None"
                raise ConfigError(explain(what, got=self.learning_rate, expected=expected))
            return self.optimizer
        given = {} if self.learning_rate is None else {"learning_rate": self.learning_rate}
        return OPTIMIZERS[self.optimizer](**given)

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        state = dict(state)
        if "_model" in state:
            state["_model"] = packed(state["_model"].save)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "_model" in state:
            state = {**state, "_model": unpacked(state["_model"], load)}
        super().__setstate__(state)


def _ends(X: Float[np.ndarray, "rows features"]) -> Float[np.ndarray, "2 features"]:
    """Return the least and the greatest number of each column."""
    return np.stack([X.min(axis=0), X.max(axis=0)])
