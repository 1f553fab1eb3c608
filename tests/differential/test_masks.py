"""Masks, weights of steps, reductions and constraints, against real Keras."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from pellucid import layers
from pellucid.functions.losses import Reduced, SparseCategoricalCrossentropy
from pellucid.layers import Input
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.optimizers import SGD

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

RANDOM = np.random.default_rng(0)
IDS = RANDOM.integers(0, 5, (20, 6))
IDS[:, 4:], IDS[3] = 0, 0  # padding, and a row of nothing else
LABELS = RANDOM.integers(0, 3, (20, 6))
STEPS = RANDOM.uniform(0.5, 2, (20, 6)).astype("float32")
FIT = {"batch_size": 8, "epochs": 3, "shuffle": False, "verbose": 0}


@pytest.fixture(autouse=True)
def usual_promotion():
    with jax.numpy_dtype_promotion("standard"):  # Keras mixes dtypes
        yield


def stack(kinds, given):
    return [
        kinds.Embedding(5, 4, mask_zero=True, embeddings_constraint="unit_norm"),
        kinds.Dense(8, "tanh", kernel_constraint="max_norm", activity_regularizer="l2"),
        kinds.BatchNormalization(gamma_constraint="non_neg"),
        kinds.Dropout(0.0),
        kinds.ActivityRegularization(0.01, 0.02),
        kinds.Dense(3, "softmax", bias_constraint="min_max_norm"),
        *given,
    ]


def twins(*given):
    keras.utils.set_random_seed(0)
    reference = keras.Sequential([keras.Input((6,), dtype="int32"), *stack(keras.layers, given)])
    model = Sequential([Input((6,), dtype="int32"), *stack(layers, given)])
    model.set_weights(reference.get_weights())
    return model, reference


def assert_trained_alike(model, reference, weight):
    theirs = reference.fit(IDS, LABELS, sample_weight=weight, **FIT).history
    ours = model.fit(IDS, LABELS, sample_weight=weight, **FIT)
    np.testing.assert_allclose(ours["loss"], theirs["loss"], rtol=1e-5)
    for mine, other in zip(model.get_weights(), reference.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("weight", [None, STEPS], ids=["alike", "weighted"])
def test_padding_costs_nothing_and_is_not_measured(weight):
    model, reference = twins()
    settings = {"metrics": ["accuracy"], "weighted_metrics": ["sparse_categorical_crossentropy"]}
    loss = "sparse_categorical_crossentropy"
    reference.compile(keras.optimizers.SGD(0.1), loss, **settings)
    model.compile(SGD(0.1), loss, **settings)
    assert_trained_alike(model, reference, weight)
    theirs = reference.evaluate(IDS, LABELS, sample_weight=weight, verbose=0)
    np.testing.assert_allclose(model.evaluate(IDS, LABELS, sample_weight=weight), theirs, rtol=1e-5)


@pytest.mark.parametrize("ignored", [None, 1])
@pytest.mark.parametrize("reduction", ["sum", "mean_with_sample_weight", "sum_over_batch_size"])
def test_reductions(reduction, ignored):
    model, reference = twins()
    theirs = keras.losses.SparseCategoricalCrossentropy(reduction=reduction, ignore_class=ignored)
    reference.compile(keras.optimizers.SGD(0.002), theirs)
    model.compile(SGD(0.002), Reduced(SparseCategoricalCrossentropy(False, ignored), reduction))
    assert_trained_alike(model, reference, None if ignored is not None else STEPS)


def test_steps_weigh_without_a_mask():
    x, y = RANDOM.normal(size=(20, 6, 3)).astype("float32"), RANDOM.normal(size=(20, 6, 2))
    reference = keras.Sequential([keras.Input((6, 3)), keras.layers.Dense(2)])
    model = Sequential([Input((6, 3)), layers.Dense(2)])
    model.set_weights(reference.get_weights())
    reference.compile("sgd", "mse", weighted_metrics=["mae"])
    model.compile("sgd", "mse", weighted_metrics=["mae"])
    theirs = reference.fit(x, y, sample_weight=STEPS, **FIT).history
    ours = model.fit(x, y, sample_weight=STEPS, **FIT)
    for name, series in theirs.items():
        np.testing.assert_allclose(ours[name], series, rtol=1e-5, err_msg=name)


def two_outputs(kinds, model, source):
    x = source((4,))
    return model(x, [kinds.Dense(2, name="far")(x), kinds.Dense(1, name="near")(x)])


def test_outputs_have_weights_of_their_own():
    x = RANDOM.normal(size=(20, 4)).astype("float32")
    y = {"far": RANDOM.normal(size=(20, 2)), "near": RANDOM.normal(size=(20, 1))}
    weight = {"far": STEPS[:, 0], "near": STEPS[:, 1]}
    reference = two_outputs(keras.layers, keras.Model, keras.Input)
    model = two_outputs(layers, Model, Input)
    model.set_weights(reference.get_weights())
    settings = {
        "loss": {"far": "mse", "near": "mae"},
        "loss_weights": {"far": 0.3, "near": 2.0},
        "weighted_metrics": {"far": ["mae"], "near": ["mse"]},
    }
    reference.compile("sgd", **settings)
    model.compile("sgd", **settings)
    theirs = reference.fit(x, list(y.values()), sample_weight=list(weight.values()), **FIT).history
    ours = model.fit(x, y, sample_weight=weight, **FIT)
    assert set(ours) == set(theirs)
    for name, series in theirs.items():
        np.testing.assert_allclose(ours[name], series, rtol=1e-5, err_msg=name)


KINDS = {
    "Add": {},
    "Maximum": {},
    "Concatenate": {"axis": 1},
    "Masking": {"mask_value": 0.5},
    "LayerNormalization": {},
    "Flatten": {},
    "Embedding": {"input_dim": 5, "output_dim": 2, "mask_zero": True},
}


@pytest.mark.parametrize("known", [(True, True), (True, False), (False, False)], ids=str)
@pytest.mark.parametrize("name", KINDS)
def test_masks_of_outputs(name, known):
    ours, theirs = getattr(layers, name)(**KINDS[name]), getattr(keras.layers, name)(**KINDS[name])
    x = [np.where(RANDOM.uniform(size=(2, 3, 4)) < 0.7, 0.5, 1).astype("f") for _ in range(2)]
    if name == "Embedding":
        x = [IDS[:2]]
    masks = [RANDOM.uniform(size=(2, 3)) < 0.5 if there else None for there in known]
    x, masks = jax.tree.map(jnp.asarray, (x, masks))
    if not ours.merges:
        x, masks = x[0], masks[0]
        found, expected = ours.mask_of(x, masks), theirs.compute_mask(x, masks)
        expected = expected if theirs.supports_masking else None
    else:
        masks = masks if any(known) else None
        found, expected = ours.mask_of(tuple(x), masks and tuple(masks)), None
        expected = theirs.compute_mask(x, masks)
    assert (found is None) == (expected is None)
    if found is not None:
        np.testing.assert_array_equal(found, expected)
