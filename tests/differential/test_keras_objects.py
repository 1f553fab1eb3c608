"""Keras's losses, metrics, optimizers, ... give the numbers and the descriptions Keras gives."""

import importlib

import jax.numpy as jnp
import keras
import numpy as np
import pytest

from pellucid.keras import Variable, ops
from pellucid.keras import activations as our_activations
from pellucid.keras import initializers as our_initializers
from pellucid.keras import losses as our_losses
from pellucid.keras import metrics as our_metrics
from pellucid.keras import optimizers as our_optimizers

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

rng = np.random.default_rng(7)
PROBABILITIES = rng.dirichlet(np.ones(3), 8).astype("float32")
CLASSES = rng.integers(0, 3, 8).astype("int32")
DATA = {
    "numbers": (rng.normal(0, 1, (8, 3)).astype("float32"), rng.normal(0, 1, (8, 3)).astype("f")),
    "positive": (
        rng.uniform(0.2, 2, (8, 3)).astype("float32"),
        rng.uniform(0.2, 2, (8, 3)).astype("f"),
    ),
    "one-hot": (np.eye(3, dtype="float32")[CLASSES], PROBABILITIES),
    "classes": (CLASSES, PROBABILITIES),
    "yes-no": (
        rng.integers(0, 2, (8, 3)).astype("float32"),
        rng.uniform(0.02, 0.98, (8, 3)).astype("f"),
    ),
    "shares": (rng.dirichlet(np.ones(3), 8).astype("float32"), PROBABILITIES),
    "steps": (
        rng.normal(0, 1, (4, 5, 3)).astype("float32"),
        rng.normal(0, 1, (4, 5, 3)).astype("f"),
    ),
    "letters": (
        rng.integers(1, 4, (4, 3)).astype("int32"),
        rng.normal(0, 1, (4, 8, 5)).astype("f"),
    ),
    "points": (CLASSES, keras.utils.normalize(rng.normal(0, 1, (8, 4))).astype("float32")),
}
WEIGHT = np.linspace(0.2, 2, 8).astype("float32")

LOSSES = [
    ("MeanSquaredError", "numbers", {}),
    ("MeanSquaredError", "steps", {}),
    ("MeanAbsoluteError", "numbers", {}),
    ("MeanAbsolutePercentageError", "positive", {}),
    ("MeanSquaredLogarithmicError", "positive", {}),
    ("Huber", "numbers", {"delta": 0.7}),
    ("LogCosh", "numbers", {}),
    ("CosineSimilarity", "numbers", {}),
    ("CosineSimilarity", "steps", {"axis": 1}),
    ("Poisson", "positive", {}),
    ("KLDivergence", "shares", {}),
    ("Hinge", "numbers", {}),
    ("SquaredHinge", "numbers", {}),
    ("CategoricalHinge", "one-hot", {}),
    ("BinaryCrossentropy", "yes-no", {}),
    ("BinaryCrossentropy", "yes-no", {"from_logits": True, "label_smoothing": 0.1}),
    ("CategoricalCrossentropy", "one-hot", {}),
    ("CategoricalCrossentropy", "one-hot", {"from_logits": True, "label_smoothing": 0.1}),
    ("SparseCategoricalCrossentropy", "classes", {}),
    ("SparseCategoricalCrossentropy", "classes", {"ignore_class": 1}),
    ("BinaryFocalCrossentropy", "yes-no", {"apply_class_balancing": True}),
    ("CategoricalFocalCrossentropy", "one-hot", {"gamma": 1.5}),
    ("CategoricalGeneralizedCrossEntropy", "classes", {"q": 0.3}),
    ("Dice", "yes-no", {}),
    ("Dice", "yes-no", {"axis": 1}),
    ("Tversky", "yes-no", {"alpha": 0.3, "beta": 0.6}),
    ("Circle", "points", {"gamma": 10.0}),
    ("CTC", "letters", {}),
]
REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)
# A description that leaves an argument out loses it in Keras; ours has it, and Keras reads it.
LOST_BY_KERAS = {
    *("Huber", "CosineSimilarity", "Identity", "SparseTopKCategoricalAccuracy"),
    *("SparseCategoricalCrossentropy", "Dice", "Tversky", "AUC"),
}


def close(ours, theirs, rtol=2e-5, atol=2e-6):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=rtol, atol=atol)


def same_description(ours, theirs):
    """Compare two get_config(), up to what Keras loses and to float32's digits."""
    name = type(ours).__name__
    mine, yours = ours.get_config(), theirs.get_config()
    assert set(mine) == set(yours) or (name in LOST_BY_KERAS and set(yours) <= set(mine))
    for key, value in yours.items():
        if isinstance(value, float):
            assert mine[key] == pytest.approx(value, rel=1e-6), key
        else:
            listed = list(mine[key]) if isinstance(mine[key], tuple) else mine[key]
            assert listed == (list(value) if isinstance(value, tuple) else value), key
    assert type(theirs).from_config(mine).get_config() == yours
    again = type(ours).from_config(mine)
    assert type(again) is type(ours)
    assert again.get_config() == mine


@pytest.mark.parametrize("name, data, settings", LOSSES, ids=str)
class TestLosses:
    def test_values_and_reductions(self, name, data, settings):
        y, a = DATA[data]
        ours, theirs = getattr(our_losses, name), getattr(keras.losses, name)
        for reduction in REDUCTIONS:
            made = ours(reduction=reduction, **settings)
            close(made(y, a), theirs(reduction=reduction, **settings)(y, a), rtol=2e-4)

    def test_weights(self, name, data, settings):
        y, a = DATA[data]
        weight = WEIGHT[: len(a)] if data != "steps" else rng.uniform(0, 1, (4, 5)).astype("f")
        if "axis" in settings and data == "steps":
            weight = weight[:, :3]
        if name in ("Dice", "Tversky") and "axis" not in settings:
            weight = np.float32(0.7)  # one number for the batch has one weight
        for reduction in ("sum_over_batch_size", "sum", "mean_with_sample_weight"):
            ours = getattr(our_losses, name)(reduction=reduction, **settings)
            theirs = getattr(keras.losses, name)(reduction=reduction, **settings)
            close(ours(y, a, weight), theirs(y, a, weight), rtol=2e-4)

    def test_descriptions(self, name, data, settings):
        ours, theirs = (
            getattr(our_losses, name)(**settings),
            getattr(keras.losses, name)(**settings),
        )
        same_description(ours, theirs)
        described = our_losses.serialize(ours)
        assert described["module"] == "keras.losses"
        assert our_losses.deserialize(described).get_config() == ours.get_config()


@pytest.mark.parametrize("name", sorted(n for n in dir(keras.losses) if n[0].islower()))
def test_loss_functions_are_found_by_name(name):
    if name in ("get", "serialize", "deserialize"):
        return
    assert our_losses.get(name) is getattr(our_losses, name)
    assert our_losses.serialize(getattr(our_losses, name)) == keras.losses.serialize(
        getattr(keras.losses, name)
    )


METRICS = [
    ("Accuracy", "classes-twice", {}),
    ("BinaryAccuracy", "yes-no", {"threshold": 0.4}),
    ("CategoricalAccuracy", "one-hot", {}),
    ("SparseCategoricalAccuracy", "classes", {}),
    ("TopKCategoricalAccuracy", "one-hot", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", "classes", {"k": 2}),
    ("MeanSquaredError", "numbers", {}),
    ("MeanSquaredError", "steps", {}),
    ("RootMeanSquaredError", "numbers", {}),
    ("MeanAbsoluteError", "numbers", {}),
    ("MeanAbsolutePercentageError", "positive", {}),
    ("MeanSquaredLogarithmicError", "positive", {}),
    ("R2Score", "numbers", {}),
    ("CosineSimilarity", "numbers", {}),
    ("LogCoshError", "numbers", {}),
    ("BinaryCrossentropy", "yes-no", {"label_smoothing": 0.1}),
    ("CategoricalCrossentropy", "one-hot", {}),
    ("SparseCategoricalCrossentropy", "classes", {}),
    ("KLDivergence", "shares", {}),
    ("Poisson", "positive", {}),
    ("Hinge", "numbers", {}),
    ("SquaredHinge", "numbers", {}),
    ("CategoricalHinge", "one-hot", {}),
    ("Precision", "yes-no", {}),
    ("Precision", "one-hot", {"class_id": 1}),
    ("Recall", "yes-no", {"thresholds": 0.3}),
    ("Recall", "yes-no", {"thresholds": [0.3, 0.6]}),
    ("Precision", "one-hot", {"top_k": 2}),
    ("F1Score", "yes-no", {"threshold": 0.5}),
    ("FBetaScore", "one-hot", {"beta": 2.0, "average": "weighted"}),
    ("R2Score", "numbers", {"class_aggregation": None}),
    ("AUC", "yes-no", {"multi_label": True, "summation_method": "majoring"}),
    ("PrecisionAtRecall", "yes-no", {"recall": 0.6}),
    ("RecallAtPrecision", "yes-no", {"precision": 0.5}),
    ("SensitivityAtSpecificity", "yes-no", {"specificity": 0.5}),
    ("SpecificityAtSensitivity", "yes-no", {"sensitivity": 0.5}),
    ("IoU", "classes-twice", {"num_classes": 3, "target_class_ids": [0, 2]}),
    ("MeanIoU", "classes-twice", {"num_classes": 3}),
    ("OneHotIoU", "one-hot", {"num_classes": 3, "target_class_ids": [0, 2]}),
    ("OneHotMeanIoU", "one-hot", {"num_classes": 3}),
    ("BinaryIoU", "yes-no", {"threshold": 0.4}),
    ("TruePositives", "yes-no", {}),
    ("TrueNegatives", "yes-no", {}),
    ("FalsePositives", "yes-no", {"thresholds": 0.3}),
    ("FalseNegatives", "yes-no", {}),
    ("AUC", "yes-no", {}),
    ("AUC", "yes-no", {"curve": "PR", "num_thresholds": 50}),
    ("F1Score", "one-hot", {"average": "macro"}),
    ("PearsonCorrelation", "numbers", {}),
    ("ConcordanceCorrelation", "numbers", {}),
]
DATA["classes-twice"] = (CLASSES, rng.integers(0, 3, 8).astype("int32"))


@pytest.mark.parametrize("name, data, settings", METRICS, ids=str)
class TestMetrics:
    def test_batches_of_unequal_size(self, name, data, settings):
        y, a = DATA[data]
        pair = getattr(our_metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
        for part in (slice(0, 3), slice(3, 8)):
            for metric in pair:
                metric.update_state(y[part], a[part])
            close(pair[0].result(), pair[1].result(), rtol=1e-4)
        for metric in pair:
            metric.reset_state()
            metric.update_state(y[:3], a[:3])
        close(pair[0].result(), pair[1].result(), rtol=1e-4)

    def test_weights(self, name, data, settings):
        y, a = DATA[data]
        if "IoU" in name:
            settings = {**settings, "dtype": "float32"}  # else Keras cuts weights to integers
        pair = getattr(our_metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
        weight = WEIGHT[: len(a)]
        if name == "BinaryIoU":  # for which Keras wants one a number
            weight = np.repeat(weight[:, None], 3, axis=1)
        for metric in pair:
            metric.update_state(y, a, sample_weight=weight)
        close(pair[0].result(), pair[1].result(), rtol=1e-4)

    def test_the_core_below_gives_the_same(self, name, data, settings):
        y, a = DATA[data]
        metric = getattr(our_metrics, name)(**settings)
        below = metric.core
        rows = jnp.asarray(a, "float32")
        if data == "classes-twice":
            y, rows = y[:, None], rows[:, None]
        sums = below.sums(jnp.asarray(y), rows, jnp.asarray(WEIGHT[: len(a)]))
        metric.update_state(y, a, sample_weight=WEIGHT[: len(a)])
        close(below.value(sums), metric.result(), rtol=1e-4)

    def test_descriptions(self, name, data, settings):
        ours, theirs = (
            getattr(our_metrics, name)(**settings),
            getattr(keras.metrics, name)(**settings),
        )
        settings = {**settings, "name": theirs.name}
        ours = getattr(our_metrics, name)(**settings)
        same_description(ours, theirs)


OPTIMIZERS = [
    ("SGD", {"learning_rate": 0.05}),
    ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True, "clipnorm": 0.3}),
    ("RMSprop", {"learning_rate": 0.01, "momentum": 0.5, "centered": True}),
    ("Adam", {"learning_rate": 0.02, "amsgrad": True, "global_clipnorm": 0.5}),
    ("Adam", {"learning_rate": 0.02, "gradient_accumulation_steps": 2}),
    ("AdamW", {"learning_rate": 0.02, "weight_decay": 0.1}),
    ("Adamax", {"learning_rate": 0.02}),
    ("Nadam", {"learning_rate": 0.02}),
    ("Adagrad", {"learning_rate": 0.05}),
    ("Adadelta", {"learning_rate": 1.0}),
    ("Ftrl", {"learning_rate": 0.05, "l1_regularization_strength": 0.01}),
    ("Lion", {"learning_rate": 0.005, "clipvalue": 0.2}),
    ("Lamb", {"learning_rate": 0.01}),
    ("Adafactor", {"learning_rate": 0.01}),
    ("ScheduleFreeAdamW", {"learning_rate": 0.01}),
]


@pytest.mark.parametrize("name, settings", OPTIMIZERS, ids=str)
class TestOptimizers:
    def test_steps_by_hand(self, name, settings):
        ours = getattr(our_optimizers, name)(**settings)
        theirs = getattr(keras.optimizers, name)(**settings)
        draw = np.random.default_rng(3)
        starts = [draw.normal(0, 1, shape).astype("float32") for shape in ((4, 3), (3,))]
        mine, yours = [Variable(s) for s in starts], [keras.Variable(s) for s in starts]
        for _ in range(4):
            slopes = [draw.normal(0, 1, s.shape).astype("float32") for s in starts]
            ours.apply_gradients(zip(slopes, mine, strict=True))
            theirs.apply_gradients(list(zip(slopes, yours, strict=True)))
        for one, other in zip(mine, yours, strict=True):
            close(one, other, rtol=3e-4, atol=1e-5)
        assert int(ours.iterations) == int(theirs.iterations)

    def test_descriptions(self, name, settings):
        ours = getattr(our_optimizers, name)(**settings)
        theirs = getattr(keras.optimizers, name)(name=ours.name, **settings)
        same_description(ours, theirs)


SCHEDULES = [
    ("ExponentialDecay", (0.1, 10, 0.5, True)),
    ("InverseTimeDecay", (0.1, 10, 0.5)),
    ("PolynomialDecay", (0.1, 10, 0.01, 2.0, True)),
    ("CosineDecay", (0.1, 10, 0.0, "CosineDecay", 0.3, 4)),
    ("CosineDecayRestarts", (0.1, 5)),
    ("PiecewiseConstantDecay", ([3, 8], [0.3, 0.2, 0.1])),
]


@pytest.mark.parametrize("name, given", SCHEDULES, ids=str)
def test_schedules(name, given):
    ours = getattr(our_optimizers.schedules, name)(*given)
    theirs = getattr(keras.optimizers.schedules, name)(*given)
    for step in (0, 1, 3, 4, 7, 12, 25):
        close(ours(step), theirs(step))
    same_description(ours, theirs)
    held = our_optimizers.SGD(ours).get_config()["learning_rate"]
    assert held == keras.optimizers.SGD(theirs).get_config()["learning_rate"]


SEEDED = [
    *("GlorotUniform", "GlorotNormal", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform"),
    *("RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Orthogonal"),
]


@pytest.mark.parametrize("name", SEEDED)
def test_initializers_with_a_seed(name):
    ours, theirs = (getattr(m, name)(seed=3) for m in (our_initializers, keras.initializers))
    close(ours((6, 4)), theirs((6, 4)), rtol=1e-4, atol=1e-6)
    same_description(ours, theirs)


@pytest.mark.parametrize(
    "name, given",
    [("Zeros", {}), ("Ones", {}), ("Constant", {"value": 0.3}), ("Identity", {"gain": 2.0})],
)
def test_initializers_that_draw_nothing(name, given):
    ours, theirs = (getattr(m, name)(**given) for m in (our_initializers, keras.initializers))
    close(ours((4, 4)), theirs((4, 4)))
    same_description(ours, theirs)


PARTS = [
    ("regularizers", "L1", {"l1": 0.25}),
    ("regularizers", "L2", {"l2": 0.25}),
    ("regularizers", "L1L2", {"l1": 0.25, "l2": 0.5}),
    ("regularizers", "OrthogonalRegularizer", {"factor": 0.25, "mode": "rows"}),
    ("constraints", "MaxNorm", {"max_value": 0.8, "axis": 1}),
    ("constraints", "NonNeg", {}),
    ("constraints", "UnitNorm", {}),
    ("constraints", "MinMaxNorm", {"min_value": 0.4, "max_value": 0.7, "rate": 0.5}),
]


@pytest.mark.parametrize("module, name, given", PARTS, ids=str)
def test_regularizers_and_constraints(module, name, given):
    ours = getattr(importlib.import_module(f"pellucid.keras.{module}"), name)(**given)
    theirs = getattr(getattr(keras, module), name)(**given)
    weights = rng.normal(0, 1, (6, 4)).astype("float32")
    close(ours(weights), theirs(weights), rtol=1e-4)
    same_description(ours, theirs)


@pytest.mark.parametrize(
    "module", ["initializers", "regularizers", "constraints", "metrics", "losses"]
)
def test_every_name_of_keras_means_the_same_class(module):
    table = importlib.import_module(f"keras.src.{module}").ALL_OBJECTS_DICT
    ours = importlib.import_module(f"pellucid.keras.{module}")
    bases = {"Initializer", "Regularizer", "Constraint", "Metric", "Loss", "STFT"}
    for name, thing in table.items():
        if not isinstance(name, str) or thing.__name__ in bases | {"LossFunctionWrapper"}:
            continue
        assert ours.ROOM.named(name).__name__ == thing.__name__, name


@pytest.mark.parametrize("name", sorted(our_activations.ROOM.things))
def test_activations(name):
    if name == "step":  # the lectures' own
        return
    x = np.linspace(-3, 3, 12).reshape(3, 4).astype("float32")
    more = {"threshold": 0.5, "default_value": 0.1} if name == "threshold" else {}
    ours, theirs = our_activations.get(name), keras.activations.get(name)
    if name == "sparsemax":  # whose rows do not sum to 1 in Keras 3.15.1
        close(np.sum(ours(x), axis=-1), np.ones(3))
    else:
        close(ours(x, **more), theirs(x, **more))
    assert our_activations.serialize(ours) == keras.activations.serialize(theirs)


X = rng.normal(0, 1, (3, 4)).astype("float32")
BIG = rng.normal(0, 1, (2, 6, 6, 3)).astype("float32")
OPS = [
    ("mean", (X,), {"axis": -1}),
    ("sum", ([[1.0, 2.0], [3.0, 4.0]],), {"axis": 0, "keepdims": True}),
    ("max", (X,), {"axis": [0, 1]}),
    ("argmax", (X,), {"axis": 1}),
    ("concatenate", ([X, X],), {"axis": 1}),
    ("stack", ([X, X],), {}),
    ("where", (X > 0, X, 0.0), {}),
    ("matmul", (X, X.T), {}),
    ("reshape", (X, (2, -1)), {}),
    ("transpose", (X,), {"axes": (1, 0)}),
    ("clip", (X, -0.5, 0.5), {}),
    ("norm", (X,), {"axis": 1}),
    ("softmax", (X,), {}),
    ("relu", (X,), {}),
    ("one_hot", ([0, 2], 3), {}),
    ("top_k", (X, 2), {}),
    ("in_top_k", (np.array([1, 2, 0]), X, 2), {}),
    ("logsumexp", (X,), {"axis": 1}),
    ("einsum", ("ij,kj->ik", X, X), {}),
    ("take", (X, [0, 2]), {"axis": 1}),
    ("split", (X, 2), {"axis": 1}),
    ("pad", (X, ((1, 0), (0, 2))), {}),
    ("expand_dims", (X, 1), {}),
    ("cumsum", (X,), {"axis": 0}),
    ("cast", (X, "int32"), {}),
    ("arange", (3,), {}),
    ("linspace", (0.0, 1.0, 5), {}),
    ("moments", (X, [0]), {}),
    ("normalize", (X,), {}),
    ("slice", (X, (1, 1), (2, 2)), {}),
    ("scatter", (np.array([[0], [2]]), np.array([1.0, 2.0], "f"), (4,)), {}),
    ("segment_sum", (X, np.array([0, 1, 0])), {"num_segments": 2}),
    ("conv", (BIG, rng.normal(0, 1, (3, 3, 3, 4)).astype("f")), {"strides": 2, "padding": "same"}),
    ("depthwise_conv", (BIG, rng.normal(0, 1, (3, 3, 3, 2)).astype("f")), {}),
    ("max_pool", (BIG, (2, 2)), {"strides": 2}),
    ("average_pool", (BIG, 3), {"strides": 2, "padding": "same"}),
    ("binary_crossentropy", DATA["yes-no"], {}),
    ("categorical_crossentropy", DATA["one-hot"], {}),
    ("sparse_categorical_crossentropy", DATA["classes"], {}),
    ("solve", (np.eye(3, dtype="f") * 2, np.ones(3, "f")), {}),
    ("qr", (X,), {}),
    ("gelu", (X,), {}),
    ("divide_no_nan", (X, np.zeros_like(X)), {}),
]


@pytest.mark.parametrize("name, given, settings", OPS, ids=[row[0] for row in OPS])
def test_operations(name, given, settings):
    ours, theirs = (
        getattr(ops, name)(*given, **settings),
        getattr(keras.ops, name)(*given, **settings),
    )
    listed = isinstance(theirs, list | tuple)
    for one, other in zip(ours, theirs, strict=True) if listed else [(ours, theirs)]:
        assert str(np.asarray(one).dtype) == str(np.asarray(other).dtype)
        close(one, other, rtol=1e-4, atol=1e-5)
