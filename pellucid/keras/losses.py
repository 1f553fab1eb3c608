"""Losses as Keras spells them, as classes and as functions of (y_true, y_pred)."""

from __future__ import annotations

from typing import Any

from pellucid.functions import losses as core
from pellucid.keras.engine.base.eager import compute, is_traced
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.partials import Call
from pellucid.keras.engine.base.strictness import strict
from pellucid.keras.engine.base.tensor import symbols_in
from pellucid.keras.engine.objects import batchwise
from pellucid.keras.engine.objects.loss import ROOM, Translated
from pellucid.keras.engine.objects.loss import Loss as Loss
from pellucid.keras.engine.objects.loss import LossFunctionWrapper as LossFunctionWrapper
from pellucid.keras.engine.objects.loss import Reduction as Reduction
from pellucid.keras.engine.objects.placewise import costs_by_place
from pellucid.keras.engine.objects.spoken import spoken, spoken_function
from pellucid.keras.engine.operations.operation import apply_operation

RED = "reduction='sum_over_batch_size'"
LOGITS = "from_logits=False, label_smoothing=0.0, axis=-1"


def _made_function(line: str, what: Any, *names: str) -> Any:
    """File and return the function of a core loss, or of a plain function of arrays."""

    def costs(y_true: Any, y_pred: Any, **settings: Any) -> Any:
        call = _call(what, settings)
        if symbols_in((y_true, y_pred)) or is_traced((y_true, y_pred)):
            return apply_operation(made.__name__, call, y_true, y_pred)
        return compute(call, y_true, y_pred)

    made = spoken_function(line, costs, what.__doc__ or "")
    made.below = what
    if isinstance(what, type):
        made.core = what()
    return ROOM.file(made, *names)


def _call(what: Any, settings: dict[str, Any]) -> Call:
    if not isinstance(what, type):
        return Call.of(what, settings)
    axis = settings.pop("axis", -1)
    given = {"loss": what(**settings), "axis": axis, "strict": strict()}
    return Call.of(costs_by_place, given)


def _made(line: str, function: Any) -> Any:
    """File and return the class whose places cost what `function` says."""
    return ROOM.file(spoken(Translated, line, function.below, function=staticmethod(function)))


mean_squared_error = _made_function(
    "mean_squared_error(y_true, y_pred)", core.MeanSquaredError, "mse", "MSE"
)
mean_absolute_error = _made_function(
    "mean_absolute_error(y_true, y_pred)", core.MeanAbsoluteError, "mae", "MAE"
)
mean_absolute_percentage_error = _made_function(
    "mean_absolute_percentage_error(y_true, y_pred)",
    core.MeanAbsolutePercentageError,
    *("mape", "MAPE"),
)
mean_squared_logarithmic_error = _made_function(
    "mean_squared_logarithmic_error(y_true, y_pred)",
    core.MeanSquaredLogarithmicError,
    *("msle", "MSLE"),
)
binary_crossentropy = _made_function(
    "binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1)",
    core.BinaryCrossentropy,
    *("bce", "BCE"),
)
categorical_crossentropy = _made_function(
    "categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1)",
    core.CategoricalCrossentropy,
)
sparse_categorical_crossentropy = _made_function(
    "sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, "
    "axis=-1)",
    core.SparseCategoricalCrossentropy,
)
binary_focal_crossentropy = _made_function(
    "binary_focal_crossentropy(y_true, y_pred, apply_class_balancing=False, alpha=0.25, "
    "gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1)",
    core.BinaryFocalCrossentropy,
)
categorical_focal_crossentropy = _made_function(
    "categorical_focal_crossentropy(y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, "
    "label_smoothing=0.0, axis=-1)",
    core.CategoricalFocalCrossentropy,
)
huber = _made_function("huber(y_true, y_pred, delta=1.0)", core.Huber)
log_cosh = _made_function("log_cosh(y_true, y_pred)", core.LogCosh)
hinge = _made_function("hinge(y_true, y_pred)", core.Hinge)
squared_hinge = _made_function("squared_hinge(y_true, y_pred)", core.SquaredHinge)
categorical_hinge = _made_function("categorical_hinge(y_true, y_pred)", core.CategoricalHinge)
kl_divergence = _made_function("kl_divergence(y_true, y_pred)", core.KLDivergence, "kld", "KLD")
poisson = _made_function("poisson(y_true, y_pred)", core.Poisson)
cosine_similarity = _made_function(
    "cosine_similarity(y_true, y_pred, axis=-1)", core.CosineSimilarity
)
dice = _made_function("dice(y_true, y_pred, axis=None)", batchwise.dice)
tversky = _made_function(
    "tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None)", batchwise.tversky
)
circle = _made_function(
    "circle(y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, "
    "gamma=80, margin=0.4)",
    batchwise.circle,
)
ctc = _made_function("ctc(y_true, y_pred)", batchwise.ctc)
categorical_generalized_cross_entropy = _made_function(
    "categorical_generalized_cross_entropy(y_true, y_pred, q)", batchwise.generalized
)

MeanSquaredError = _made(
    f"MeanSquaredError({RED}, name='mean_squared_error', dtype=None)", mean_squared_error
)
MeanAbsoluteError = _made(
    f"MeanAbsoluteError({RED}, name='mean_absolute_error', dtype=None)", mean_absolute_error
)
MeanAbsolutePercentageError = _made(
    f"MeanAbsolutePercentageError({RED}, name='mean_absolute_percentage_error', dtype=None)",
    mean_absolute_percentage_error,
)
MeanSquaredLogarithmicError = _made(
    f"MeanSquaredLogarithmicError({RED}, name='mean_squared_logarithmic_error', dtype=None)",
    mean_squared_logarithmic_error,
)
BinaryCrossentropy = _made(
    f"BinaryCrossentropy({LOGITS}, {RED}, name='binary_crossentropy', dtype=None)",
    binary_crossentropy,
)
CategoricalCrossentropy = _made(
    f"CategoricalCrossentropy({LOGITS}, {RED}, name='categorical_crossentropy', dtype=None)",
    categorical_crossentropy,
)
SparseCategoricalCrossentropy = _made(
    f"SparseCategoricalCrossentropy(from_logits=False, ignore_class=None, {RED}, axis=-1, "
    "name='sparse_categorical_crossentropy', dtype=None)",
    sparse_categorical_crossentropy,
)
BinaryFocalCrossentropy = _made(
    "BinaryFocalCrossentropy(apply_class_balancing=False, alpha=0.25, gamma=2.0, "
    f"{LOGITS}, {RED}, name='binary_focal_crossentropy', dtype=None)",
    binary_focal_crossentropy,
)
CategoricalFocalCrossentropy = _made(
    f"CategoricalFocalCrossentropy(alpha=0.25, gamma=2.0, {LOGITS}, {RED}, "
    "name='categorical_focal_crossentropy', dtype=None)",
    categorical_focal_crossentropy,
)
Huber = _made(f"Huber(delta=1.0, {RED}, name='huber_loss', dtype=None)", huber)
LogCosh = _made(f"LogCosh({RED}, name='log_cosh', dtype=None)", log_cosh)
Hinge = _made(f"Hinge({RED}, name='hinge', dtype=None)", hinge)
SquaredHinge = _made(f"SquaredHinge({RED}, name='squared_hinge', dtype=None)", squared_hinge)
CategoricalHinge = _made(
    f"CategoricalHinge({RED}, name='categorical_hinge', dtype=None)", categorical_hinge
)
KLDivergence = _made(f"KLDivergence({RED}, name='kl_divergence', dtype=None)", kl_divergence)
Poisson = _made(f"Poisson({RED}, name='poisson', dtype=None)", poisson)
CosineSimilarity = _made(
    f"CosineSimilarity(axis=-1, {RED}, name='cosine_similarity', dtype=None)", cosine_similarity
)
Dice = _made(f"Dice({RED}, name='dice', axis=None, dtype=None)", dice)
Tversky = _made(
    f"Tversky(alpha=0.5, beta=0.5, {RED}, name='tversky', axis=None, dtype=None)", tversky
)
Circle = _made(
    f"Circle(gamma=80.0, margin=0.4, remove_diagonal=True, {RED}, name='circle', dtype=None)",
    circle,
)
CTC = _made(f"CTC({RED}, name='ctc', dtype=None)", ctc)
CategoricalGeneralizedCrossEntropy = _made(
    f"CategoricalGeneralizedCrossEntropy(q=0.5, {RED}, "
    "name='categorical_generalized_cross_entropy', dtype=None)",
    categorical_generalized_cross_entropy,
)

ROOM.file(Loss)
ROOM.file(LossFunctionWrapper)
ROOM.rename(
    {
        "logcosh": "log_cosh",
        "huber_loss": "huber",
        "cosine_proximity": "cosine_similarity",
        "kullback_leibler_divergence": "kl_divergence",
    }
)
ALIASES = {"mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "bce", "BCE", "kld", "KLD"}


def get(identifier: Any) -> Any:
    """Return the loss meant by a name, a class, a description, a function or itself."""
    return None if identifier is None else ROOM.get(identifier)


def serialize(loss: Any) -> Any:
    """Return the description that Keras's files hold."""
    return ROOM.serialize(loss)


def deserialize(name: Any, custom_objects: Any = None) -> Any:
    """Return the loss that a name or description means."""
    return ROOM.deserialize(name, custom_objects)


def core_of(identifier: Any) -> core.Loss | None:
    """Return the loss of the core that a Keras loss, its name or a function means."""
    found = get(identifier)
    if found is None or isinstance(found, core.Loss):
        return found
    below = getattr(found, "core", None)
    return LossFunctionWrapper(found).core if below is None else below


def __getattr__(name: str) -> Any:
    """Give the short names that Keras 2 had here, and old names, with a hint."""
    if name in ROOM.old:
        return ROOM.named(name)
    if name in ALIASES:
        full = ROOM.named(name).__name__
        hint(f"losses.{name}", f"keras.losses.{name} is called keras.losses.{full} in Keras 3")
        return ROOM.named(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
