"""Metrics as Keras spells them, as classes and as functions of (y_true, y_pred)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.functions import metrics as core
from pellucid.keras import losses
from pellucid.keras.engine.base.eager import compute, is_traced
from pellucid.keras.engine.base.partials import Call
from pellucid.keras.engine.base.tensor import symbols_in
from pellucid.keras.engine.objects import scoring
from pellucid.keras.engine.objects.metric import ROOM, Running, TranslatedMean, TranslatedSums
from pellucid.keras.engine.objects.metric import Metric as Metric
from pellucid.keras.engine.objects.own_metric import OwnMean
from pellucid.keras.engine.objects.spoken import spoken, spoken_function
from pellucid.keras.engine.operations.operation import apply_operation

binary_crossentropy = losses.binary_crossentropy
binary_focal_crossentropy = losses.binary_focal_crossentropy
categorical_crossentropy = losses.categorical_crossentropy
categorical_focal_crossentropy = losses.categorical_focal_crossentropy
categorical_hinge, hinge, squared_hinge = (
    losses.categorical_hinge,
    losses.hinge,
    losses.squared_hinge,
)
huber, kl_divergence, log_cosh, poisson = (
    losses.huber,
    losses.kl_divergence,
    losses.log_cosh,
    losses.poisson,
)
mean_absolute_error, mean_squared_error = losses.mean_absolute_error, losses.mean_squared_error
mean_absolute_percentage_error = losses.mean_absolute_percentage_error
mean_squared_logarithmic_error = losses.mean_squared_logarithmic_error
sparse_categorical_crossentropy = losses.sparse_categorical_crossentropy


def _function(line: str, score: Callable[..., Any]) -> Any:
    """Return the function that Keras spells so."""

    def scores(y_true: Any, y_pred: Any, **settings: Any) -> Any:
        call = Call.of(score, settings)
        if symbols_in((y_true, y_pred)) or is_traced((y_true, y_pred)):
            return apply_operation(score.__name__, call, y_true, y_pred)
        return compute(call, y_true, y_pred)

    return spoken_function(line, scores, score.__doc__ or "")


accuracy = _function("accuracy(y_true, y_pred)", scoring.accuracy)
binary_accuracy = _function(
    "binary_accuracy(y_true, y_pred, threshold=0.5)", scoring.binary_accuracy
)
categorical_accuracy = _function(
    "categorical_accuracy(y_true, y_pred)", scoring.categorical_accuracy
)
sparse_categorical_accuracy = _function(
    "sparse_categorical_accuracy(y_true, y_pred)", scoring.sparse_categorical_accuracy
)
top_k_categorical_accuracy = _function(
    "top_k_categorical_accuracy(y_true, y_pred, k=5)", scoring.top_k_categorical_accuracy
)
sparse_top_k_categorical_accuracy = _function(
    "sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False)",
    scoring.sparse_top_k_categorical_accuracy,
)
pearson_correlation = _function(
    "pearson_correlation(y_true, y_pred, axis=-1)", scoring.pearson_correlation
)
concordance_correlation = _function(
    "concordance_correlation(y_true, y_pred, axis=-1)", scoring.concordance_correlation
)

_cosine = _function("cosine_similarity(y_true, y_pred, axis=-1)", scoring.cosine_similarity)


class Mean(Running):
    """The mean of all numbers given, each counting its weight."""

    def __init__(self, name: str = "mean", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        self._take(values, sample_weight)

    def result(self) -> Any:
        return self._mean()


class Sum(Running):
    """The sum of all numbers given, each times its weight."""

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        self._take(values, sample_weight)

    def result(self) -> Any:
        return self.total.value


class MeanMetricWrapper(Running):
    """The mean of what a function (y_true, y_pred) gives."""

    def __init__(self, fn: Any, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self._fn, self._settings = fn, kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self._take(self._values(y_true, y_pred), sample_weight)

    def _values(self, y_true: Any, y_pred: Any) -> Any:
        return self._fn(y_true, y_pred, **self._settings)

    def result(self) -> Any:
        return self._mean()

    @property
    def core(self) -> core.Metric:
        plain = type(self).update_state is MeanMetricWrapper.update_state
        return OwnMean(self._values) if plain else super().core

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "fn": ROOM.serialize(self._fn), **self._settings}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return the metric that `get_config` described."""
        return cls(**{**config, "fn": losses.get(config["fn"])})


def _mean(line: str, function: Any, core_class: Any, *names: str) -> Any:
    """File and return the class that is the mean of a function's values."""
    made = spoken(TranslatedMean, line, core_class, function=staticmethod(function))
    return ROOM.file(made, *names)


def _loss(name: str, function: Any, more: str, *names: str, title: str = "") -> Any:
    """File and return the class that is the mean of a loss."""
    line = f"{name}(name='{title or function.__name__}', dtype=None{more})"
    return _mean(line, function, function.below, *names)


def _counts(line: str, *names: str) -> Any:
    """File and return the class whose sums are those of the core's class of the same name."""
    core_class = getattr(core, line.partition("(")[0])
    return ROOM.file(spoken(TranslatedSums, line, core_class), *names)


ROOM.file(Metric)
ROOM.file(Mean)
ROOM.file(Sum)
ROOM.file(MeanMetricWrapper)

Accuracy = _mean("Accuracy(name='accuracy', dtype=None)", accuracy, scoring.accuracy)
BinaryAccuracy = _mean(
    "BinaryAccuracy(name='binary_accuracy', dtype=None, threshold=0.5)",
    *(binary_accuracy, core.BinaryAccuracy),
)
CategoricalAccuracy = _mean(
    "CategoricalAccuracy(name='categorical_accuracy', dtype=None)",
    *(categorical_accuracy, core.CategoricalAccuracy),
)
SparseCategoricalAccuracy = _mean(
    "SparseCategoricalAccuracy(name='sparse_categorical_accuracy', dtype=None)",
    *(sparse_categorical_accuracy, core.SparseCategoricalAccuracy),
)
TopKCategoricalAccuracy = _mean(
    "TopKCategoricalAccuracy(k=5, name='top_k_categorical_accuracy', dtype=None)",
    *(top_k_categorical_accuracy, core.TopKCategoricalAccuracy),
)
SparseTopKCategoricalAccuracy = _mean(
    "SparseTopKCategoricalAccuracy(k=5, name='sparse_top_k_categorical_accuracy', dtype=None, "
    "from_sorted_ids=False)",
    *(sparse_top_k_categorical_accuracy, core.SparseTopKCategoricalAccuracy),
)
PearsonCorrelation = _mean(
    "PearsonCorrelation(name='pearson_correlation', dtype=None, axis=-1)",
    *(pearson_correlation, scoring.pearson_correlation),
)
ConcordanceCorrelation = _mean(
    "ConcordanceCorrelation(name='concordance_correlation', dtype=None, axis=-1)",
    *(concordance_correlation, scoring.concordance_correlation),
)

MeanSquaredError = _loss("MeanSquaredError", mean_squared_error, "", "mse", "MSE")
MeanAbsoluteError = _loss("MeanAbsoluteError", mean_absolute_error, "", "mae", "MAE")
MeanAbsolutePercentageError = _loss(
    "MeanAbsolutePercentageError", mean_absolute_percentage_error, "", "mape", "MAPE"
)
MeanSquaredLogarithmicError = _loss(
    "MeanSquaredLogarithmicError", mean_squared_logarithmic_error, "", "msle", "MSLE"
)
BinaryCrossentropy = _loss(
    "BinaryCrossentropy",
    binary_crossentropy,
    ", from_logits=False, label_smoothing=0",
    *("bce", "BCE"),
)
CategoricalCrossentropy = _loss(
    "CategoricalCrossentropy",
    categorical_crossentropy,
    ", from_logits=False, label_smoothing=0, axis=-1",
)
SparseCategoricalCrossentropy = _loss(
    "SparseCategoricalCrossentropy",
    sparse_categorical_crossentropy,
    ", from_logits=False, ignore_class=None, axis=-1",
)
KLDivergence = _loss("KLDivergence", kl_divergence, "", "kld", "KLD")
Poisson = _loss("Poisson", poisson, "")
LogCoshError = _loss("LogCoshError", log_cosh, "", "log_cosh", title="logcosh")
Hinge = _loss("Hinge", hinge, "")
SquaredHinge = _loss("SquaredHinge", squared_hinge, "")
CategoricalHinge = _loss("CategoricalHinge", categorical_hinge, "")
CosineSimilarity = _mean(
    "CosineSimilarity(name='cosine_similarity', dtype=None, axis=-1)",
    *(_cosine, core.CosineSimilarity),
)

RootMeanSquaredError = _counts(
    "RootMeanSquaredError(name='root_mean_squared_error', dtype=None)", "rmse"
)
Precision = _counts("Precision(thresholds=None, top_k=None, class_id=None, name=None, dtype=None)")
Recall = _counts("Recall(thresholds=None, top_k=None, class_id=None, name=None, dtype=None)")
TruePositives = _counts("TruePositives(thresholds=None, name=None, dtype=None)")
TrueNegatives = _counts("TrueNegatives(thresholds=None, name=None, dtype=None)")
FalsePositives = _counts("FalsePositives(thresholds=None, name=None, dtype=None)")
FalseNegatives = _counts("FalseNegatives(thresholds=None, name=None, dtype=None)")
AUC = _counts(
    "AUC(num_thresholds=200, curve='ROC', summation_method='interpolation', name=None, "
    "dtype=None, thresholds=None, multi_label=False, num_labels=None, label_weights=None, "
    "from_logits=False)"
)
F1Score = _counts("F1Score(average=None, threshold=None, name='f1_score', dtype=None)")
FBetaScore = _counts(
    "FBetaScore(average=None, beta=1.0, threshold=None, name='fbeta_score', dtype=None)",
    "fbeta_score",
)
R2Score = _counts(
    "R2Score(class_aggregation='uniform_average', num_regressors=0, name='r2_score', dtype=None)"
)

_AT = "num_thresholds=200, class_id=None, name=None, dtype=None"
PrecisionAtRecall = _counts(f"PrecisionAtRecall(recall, {_AT})")
RecallAtPrecision = _counts(f"RecallAtPrecision(precision, {_AT})")
SensitivityAtSpecificity = _counts(f"SensitivityAtSpecificity(specificity, {_AT})")
SpecificityAtSensitivity = _counts(f"SpecificityAtSensitivity(sensitivity, {_AT})")

_SPARSE = (
    "name=None, dtype=None, ignore_class=None, sparse_y_true=True, sparse_y_pred=True, axis=-1"
)
_ONE_HOT = "name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1"
IoU = _counts(f"IoU(num_classes, target_class_ids, {_SPARSE})")
BinaryIoU = _counts(
    "BinaryIoU(target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None)",
)
MeanIoU = _counts(f"MeanIoU(num_classes, {_SPARSE})")
OneHotIoU = _counts(f"OneHotIoU(num_classes, target_class_ids, {_ONE_HOT})")
OneHotMeanIoU = _counts(f"OneHotMeanIoU(num_classes, {_ONE_HOT})")

ROOM.rename({"cosine_proximity": "cosine_similarity", "logcosh": "log_cosh"})


def get(identifier: Any) -> Any:
    """Return the metric meant by a name, a class, a description, a function or itself."""
    return None if identifier is None else ROOM.get(identifier)


def serialize(metric: Any) -> Any:
    """Return the description that Keras's files hold."""
    return ROOM.serialize(metric)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the metric that a description means."""
    return ROOM.deserialize(config, custom_objects)


def core_of(identifier: Any, *, weighted: bool = False) -> core.Metric | None:
    """Return the metric of the core that a Keras metric, its name or a function means."""
    found = get(identifier)
    if found is None or isinstance(found, core.Metric):
        return found
    if isinstance(found, Metric):
        return found.weighted_core if weighted else found.core
    if isinstance(found, losses.Loss):
        return core.LossMetric(found.core)
    below = getattr(found, "core", None)
    return core.LossMetric(below) if below is not None else OwnMean(found)
