"""The same numbers as Keras, and as scikit-learn where reports promise exactness.

Unless a test says otherwise, 1e-5 relative and 1e-6 absolute is what float32 leaves when
the same formula is added up in another order.
"""

import functools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from cases_functions import (
    ACTIVATIONS,
    CONSTRAINTS,
    INITIALIZERS,
    LOSSES,
    METRICS,
    REGULARIZERS,
    SCHEDULES,
    drawn,
)
from sklearn import metrics as sk

from pellucid.functions import losses, metrics, scores
from pellucid.functions.initializers import RandomInitializer

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

OURS_ALONE = {
    "step",
    "sparsemax",  # Keras 3.15's rows sum to more than 1; a unit test has what it should be
    "quadratic",
    "squared_error",
    "perceptron",
    "specificity",
    "balanced_accuracy",
    "loss_metric",
    "reduced",
    "one_cycle",
}


def every(cases):
    return [(n, i) for n, them in cases.items() if n not in OURS_ALONE for i in range(len(them))]


def assert_same(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.fixture(autouse=True)
def usual_promotion():
    with jax.numpy_dtype_promotion("standard"):  # Keras mixes dtypes
        yield


@pytest.mark.parametrize("at", every(ACTIVATIONS), ids=str)
def test_activations(at):
    activation = ACTIVATIONS[at[0]][at[1]]
    settings = getattr(activation, "keywords", {})
    if at[0] == "threshold":  # Keras has no defaults here
        settings = {"threshold": 0.0, "default_value": 0.0, **settings}
    operations = keras.activations if hasattr(keras.activations, at[0]) else keras.ops
    z = np.linspace(-5, 5, 24, dtype="float32").reshape(2, 4, 3)[:, [3, 0, 2, 1]]
    z = z if at[0] != "glu" else z.reshape(3, 4, 2)
    assert_same(jax.jit(activation)(z), getattr(operations, at[0])(z, **settings))


SHAPES = {"identity": [(6, 4)], "orthogonal": [(6, 4), (4, 6), (3, 3, 2, 5)]}
STARTS = [(n, s) for n in INITIALIZERS for s in SHAPES.get(n, [(6, 4), (3, 3, 2, 5), (7,)])]


@pytest.mark.parametrize(("name", "shape"), STARTS)
def test_initializers(name, shape):
    ours = INITIALIZERS[name]
    theirs = getattr(keras.initializers, type(ours).__name__)(**ours.to_config())
    assert isinstance(ours, RandomInitializer) == (ours.to_config().get("seed") == 3)
    # the same bits of the same seed give the same numbers
    assert_same(ours(jax.random.key(0), shape), theirs(shape))


@pytest.mark.parametrize("name", REGULARIZERS)
def test_regularizers(name):
    ours = REGULARIZERS[name]
    theirs = getattr(keras.regularizers, type(ours).__name__)(**ours.to_config())
    weights = jnp.asarray(drawn("numbers", (4, 3), 1), "float32")
    assert_same(ours(weights), theirs(weights))


@pytest.mark.parametrize("at", every(LOSSES), ids=str)
def test_losses(at):
    loss, y_kind, a_kind = LOSSES[at[0]][at[1]]
    y, a = drawn(y_kind, (6, 3, 4), 1), drawn(a_kind, (6, 3, 4), 2).astype("float32")
    y = jnp.asarray(y, "int32" if loss.targets == "labels" else "float32")
    theirs = getattr(keras.losses, at[0])(y, a, **loss.to_config())
    assert_same(jax.jit(loss.cost)(y, jnp.asarray(a)), np.mean(theirs, axis=1))


@pytest.mark.parametrize("kind", ["answers", "signs"])
@pytest.mark.parametrize("name", ["hinge", "squared_hinge"])
def test_hinge_losses_read_either_kind_of_label(name, kind):
    y, a = (drawn(k, (6, 4), 1).astype("float32") for k in (kind, "numbers"))
    assert_same(
        LOSSES[name][0].loss.cost(jnp.asarray(y), jnp.asarray(a)), getattr(keras.losses, name)(y, a)
    )


def keras_metric(metric):
    name, settings = type(metric).__name__, metric.to_config()
    if name in ("Precision", "Recall"):
        settings.pop("average")
    if name == "AUC" and settings["label_weights"]:
        settings["label_weights"] = np.array(settings["label_weights"])
    if name.endswith("IoU"):
        settings["dtype"] = "float32"  # else it cuts off fractions of weights
    return getattr(keras.metrics, name)(**settings)


def twin_of(at):
    metric, y_kind, *_ = METRICS[at[0]][at[1]]
    if at[0] == "sign_accuracy":  # which Keras has for answers 0 and 1 only
        return keras.metrics.BinaryAccuracy(threshold=0.0)
    if at[0] != "accuracy":
        return keras_metric(metric)
    # Keras chooses by shape only in `compile`
    kinds = {"answers": "Binary", "one_hot": "Categorical", "labels": "SparseCategorical"}
    return getattr(keras.metrics, f"{kinds[y_kind]}Accuracy")()


def averages(at):
    return getattr(METRICS[at[0]][at[1]].metric, "average", "micro") != "micro"


# Keras averages over classes for F scores only
KERAS_HAS = [at for at in every(METRICS) if not (averages(at) and at[0] in ("precision", "recall"))]


@functools.cache
def programs(metric):
    """Return `add` and `value` compiled, once for rows with weights and without."""
    return jax.jit(metric.add), jax.jit(metric.value)


@pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64")  # Keras's, for its IoU
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("at", KERAS_HAS, ids=str)
def test_metrics(at, weighted):
    metric, y_kind, a_kind, outputs = METRICS[at[0]][at[1]]
    y, a = drawn(y_kind, (90, outputs), 1), drawn(a_kind, (90, outputs), 2).astype("float32")
    weight = np.random.default_rng(0).uniform(0.5, 2, 90).astype("float32")
    if not weighted or getattr(metric, "num_regressors", 0):  # which Keras counts without weights
        weight = np.ones(90, "float32")
    theirs = twin_of(at)
    their_y = np.eye(outputs)[y] if at[0] == "f1_score" and y_kind == "labels" else y
    their_y = their_y > 0 if at[0] == "sign_accuracy" else their_y
    y = jnp.asarray(y, "int32" if y_kind == "labels" else "float32")
    add, value = programs(metric)
    sums = metric.blank(y[:1], a[:1])
    for rows in (slice(0, 50), slice(50, 90)):
        told = {"sample_weight": weight[rows]} if weighted else {}
        theirs.update_state(their_y[rows], a[rows], **told)
        sums = add(sums, y[rows], jnp.asarray(a[rows]), jnp.asarray(weight[rows]))
    assert_same(value(sums), theirs.result())


def test_a_class_that_is_ignored_is_in_no_mean():
    loss = losses.SparseCategoricalCrossentropy(ignore_class=1)
    ours, theirs = (
        metrics.LossMetric(loss),
        keras.metrics.SparseCategoricalCrossentropy(ignore_class=1),
    )
    y, a = drawn("labels", (30, 4), 1), drawn("rows", (30, 4), 2).astype("float32")
    weight = np.random.default_rng(0).uniform(0.5, 2, 30).astype("float32")
    theirs.update_state(y, a, sample_weight=weight)
    sums = ours.sums(jnp.asarray(y, "int32"), jnp.asarray(a), jnp.asarray(weight))
    assert_same(ours.value(sums), theirs.result())


PLAINER = {
    name: (type(SCHEDULES[name])(0.1, 10, **settings),)
    for name, settings in {
        "exponential_decay": {"decay_rate": 0.5},
        "inverse_time_decay": {"decay_rate": 0.5},
        "polynomial_decay": {},
        "cosine_decay": {},
        "cosine_decay_restarts": {"t_mul": 1.0},
    }.items()
}


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name not in OURS_ALONE])
def test_schedules(name):
    ours = SCHEDULES[name]
    kind = getattr(keras.optimizers.schedules, type(ours).__name__)
    examples = [ours, *PLAINER.get(name, ())]
    steps = jnp.asarray([0, 1, 4, 5, 6, 9, 10, 11, 12, 20, 21, 40], "int32")
    for one in examples:
        theirs = kind(**one.to_config())
        assert_same(jax.jit(jax.vmap(one))(steps), [float(theirs(int(step))) for step in steps])


# scikit-learn computes in float64 as reports do, so only rounding may differ.
EXACT = {"rtol": 1e-12, "atol": 1e-12}
LABELS = drawn("labels", (200, 3), 1)
SHARES = drawn("rows", (200, 3), 2)
SAID = SHARES.argmax(axis=1)
YES, SCORE = LABELS == 1, np.round(SHARES[:, 1], 2)  # rounded, so that there are ties


def test_reports_on_decisions():
    matrix = scores.confusion_matrix(LABELS, SAID, 3)
    np.testing.assert_array_equal(matrix, sk.confusion_matrix(LABELS, SAID))
    ours = scores.class_scores(matrix, ["a", "b", "c"])
    theirs = sk.precision_recall_fscore_support(LABELS, SAID)
    np.testing.assert_allclose(np.array([row[1:] for row in ours]).T, theirs, **EXACT)
    np.testing.assert_allclose(scores.accuracy(matrix), sk.accuracy_score(LABELS, SAID), **EXACT)
    theirs = sk.balanced_accuracy_score(LABELS, SAID)
    np.testing.assert_allclose(scores.balanced_accuracy(matrix), theirs, **EXACT)


def test_precision_and_recall_averaged_over_classes():
    y, a = jnp.asarray(LABELS, "int32"), jnp.asarray(SHARES, "float32")
    for name, theirs in {"precision": sk.precision_score, "recall": sk.recall_score}.items():
        for average in ("micro", "macro", "weighted"):
            ours = type(METRICS[name][0].metric)(None, average=average)
            value = ours.value(ours.sums(y, a, jnp.ones(len(y))))
            assert_same(value, theirs(LABELS, SAID, average=average))


def test_reports_on_probabilities():
    theirs = sk.log_loss(LABELS, SHARES)
    np.testing.assert_allclose(scores.log_loss(LABELS, SHARES), theirs, **EXACT)
    theirs = sk.roc_curve(YES, SCORE, drop_intermediate=False)
    for ours, their in zip(scores.roc_curve(YES, SCORE), theirs, strict=True):
        np.testing.assert_allclose(ours, their, **EXACT)
    np.testing.assert_allclose(scores.auc(YES, SCORE), sk.roc_auc_score(YES, SCORE), **EXACT)
    precision, recall, _ = sk.precision_recall_curve(YES, SCORE)
    ours = scores.pr_curve(YES, SCORE)
    np.testing.assert_allclose(ours.y[::-1], precision, **EXACT)
    np.testing.assert_allclose(ours.x[::-1], recall, **EXACT)
    theirs = sk.average_precision_score(YES, SCORE)
    np.testing.assert_allclose(scores.average_precision(YES, SCORE), theirs, **EXACT)


def test_reports_on_numbers():
    y, a = 1e6 + drawn("numbers", (50,), 1), 1e6 + drawn("numbers", (50,), 2)
    pairs = {
        scores.mean_squared_error: sk.mean_squared_error,
        scores.mean_absolute_error: sk.mean_absolute_error,
        scores.r2: sk.r2_score,
    }
    for ours, theirs in pairs.items():
        np.testing.assert_allclose(ours(y, a), theirs(y, a), **EXACT)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints(name):
    ours = CONSTRAINTS[name]
    theirs = getattr(keras.constraints, type(ours).__name__)(**ours.to_config())
    weights = jnp.asarray(drawn("numbers", (4, 3), 1), "float32")
    assert_same(ours(weights), theirs(weights))
