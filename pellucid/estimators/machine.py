"""A restricted Boltzmann machine as scikit-learn has it: features out of rows alone."""

from typing import Any, TypeVar

import numpy as np
from jaxtyping import Float
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.interop.packing import packed, unpacked
from pellucid.models import boltzmann

RATES = {"bernoulli": 0.05, "gaussian": 0.001}  # of learning, by visible units
M = TypeVar("M", bound="RBM")


class RBM(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Learns what is usual in rows, by contrastive divergence.

    Parameters are named as those of scikit-learn's BernoulliRBM, with `k` rounds of Gibbs
    sampling a step, `persistent` chains, and `momentum` besides. `visible` units are
    "bernoulli", for values from 0 to 1; "gaussian", for any others, whose columns are brought
    to mean 0 and variance 1; or "auto", by the rows. A learning rate of None is 0.05 for the
    former and 0.001 for the latter.

    After fit: `components_` (W, units by features), `intercept_hidden_`,
    `intercept_visible_`, `history_`, `n_iter_`, `n_features_in_`, and `machine_`, the
    `pellucid.RBM` that learnt.

    Example:
        >>> import numpy as np
        >>> rows = np.array([[1, 1, 0, 0], [0, 0, 1, 1]] * 50)
        >>> RBM(n_components=2, n_iter=5).fit_transform(rows).shape
        (100, 2)
    """

    def __init__(
        self,
        n_components: Any = 256,
        *,
        learning_rate: Any = None,
        batch_size: Any = 10,
        n_iter: Any = 10,
        visible: Any = "auto",
        k: Any = 1,
        persistent: Any = False,
        momentum: Any = 0.9,
        weight_decay: Any = 2e-4,
        verbose: Any = 0,
        random_state: Any = 0,
    ) -> None:
        self.n_components = n_components
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_iter = n_iter
        self.visible = visible
        self.k = k
        self.persistent = persistent
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.verbose = verbose
        self.random_state = random_state

    def fit(self: M, X: Any, y: Any = None) -> M:
        """Learn from the rows of X, from new weights; y is not looked at."""
        X = validate_data(self, X, dtype=np.float32)
        fits = bool(((X >= 0) & (X <= 1)).all())
        visible = ("bernoulli" if fits else "gaussian") if self.visible == "auto" else self.visible
        gaussian, spread = visible == "gaussian", X.std(axis=0)
        self.offset_ = X.mean(axis=0) if gaussian else np.zeros(X.shape[1], np.float32)
        self.scale_ = np.where((spread > 0) & gaussian, spread, np.float32(1))
        rate = RATES.get(visible, 0.05) if self.learning_rate is None else self.learning_rate
        self.machine_ = boltzmann.RBM(
            self.n_components,
            visible,
            k=self.k,
            persistent=self.persistent,
            learning_rate=rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            seed=int(check_random_state(self.random_state).randint(2**31)),
        )
        return self._learn(X, self.n_iter)

    def partial_fit(self: M, X: Any, y: Any = None) -> M:
        """Learn from the rows of X for one more epoch."""
        if not hasattr(self, "machine_"):
            return self._once(X)
        return self._learn(self._rows(X, scaled=False), 1)

    def transform(self, X: Any) -> Float[np.ndarray, "rows units"]:
        """Return p(h = 1 | v) for each row."""
        return self.machine_.transform(self._rows(X))

    def score_samples(self, X: Any) -> Float[np.ndarray, " rows"]:
        """Return how usual each row is, in nats: the higher, the more so.

        For values from 0 to 1 it is an estimate of the log pseudo-likelihood; for others the
        log-likelihood but for a constant, -F(v).
        """
        rows = self._rows(X)
        if self.machine_.machine.visible == "gaussian":
            return -self.machine_.free_energy(rows)
        return self.machine_.score_samples(rows)

    def gibbs(self, v: Any) -> Float[np.ndarray, "rows features"]:
        """Return rows drawn by one round of Gibbs sampling from the rows v."""
        v = self._rows(v)
        drawn = self.machine_.sample(len(v), 1, start=v, seed=self.machine_.seed)
        return drawn * self.scale_ + self.offset_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    @property
    def _n_features_out(self) -> int:
        return self.components_.shape[0]

    def _rows(self, X: Any, *, scaled: bool = True) -> Float[np.ndarray, "rows features"]:
        """Return rows as the machine wants them."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False)
        return (X - self.offset_) / self.scale_ if scaled else X

    def _once(self: M, X: Any) -> M:
        length, self.n_iter = self.n_iter, 1
        try:
            return self.fit(X)
        finally:
            self.n_iter = length

    def _learn(self: M, X: Any, epochs: int) -> M:
        history = self.machine_.fit(
            (X - self.offset_) / self.scale_,
            epochs=epochs,
            batch_size=self.batch_size,
            verbose=self.verbose,
        )
        weights = self.machine_.weights
        self.components_ = weights["kernel"].T
        self.intercept_hidden_ = weights["bias"]
        self.intercept_visible_ = weights["visible_bias"]
        self.history_ = history
        self.n_iter_ = int(self.machine_.state.epoch)
        return self

    def __getstate__(self) -> dict[str, Any]:
        state: Any = dict(vars(self))
        if "machine_" in state:
            state["machine_"] = packed(state["machine_"].save)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "machine_" in state:
            state = {**state, "machine_": unpacked(state["machine_"], boltzmann.RBM.load)}
        super().__setstate__(state)
