"""Whole fits with a remainder batch, against real Keras, from the same weights.

Losses to 1e-5 relative and weights to 1e-6: both compute in float32, in another order, so
the last digits differ, and a dozen steps add to that.
"""

import jax
import keras
import numpy as np
import pytest
from cases_functions import LOSSES as LOSS_CASES
from cases_optimizers import CASES as OPTIMIZER_CASES

from pellucid.functions.losses import LOSSES
from pellucid.functions.regularizers import L2
from pellucid.layers.convolution import Conv2D
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.merging import Add, Concatenate
from pellucid.layers.normalization import BatchNormalization
from pellucid.layers.pooling import MaxPooling2D
from pellucid.layers.reshaping import Flatten
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.optimizers import SGD

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

X = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
CLASSES = X[:, :3].argmax(1)
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
WEIGHTS = np.random.default_rng(1).uniform(0.2, 3, size=50).astype("float32")
EPOCHS = 3


def fitted_by_keras(reference, weights, x, y, optimizer, loss, metrics=(), **settings):
    """Return what Keras's history and weights are after three epochs."""
    reference.set_weights(weights)
    with jax.numpy_dtype_promotion("standard"):
        reference.compile(optimizer, loss, metrics=list(metrics))
        history = reference.fit(
            x, y, batch_size=16, epochs=EPOCHS, shuffle=False, verbose=0, **settings
        )
    return history.history, reference.get_weights()


def fitted_by_us(model, x, y, optimizer, loss, metrics=(), **settings):
    model.compile(optimizer, loss, metrics=list(metrics))
    history = model.fit(x, y, batch_size=16, epochs=EPOCHS, shuffle=False, verbose=0, **settings)
    return dict(history), model.get_weights()


def assert_same(ours, theirs):
    (our_history, our_weights), (their_history, their_weights) = ours, theirs
    for name, series in their_history.items():
        np.testing.assert_allclose(our_history[name], series, rtol=1e-5, atol=1e-6, err_msg=name)
    for mine, other in zip(our_weights, their_weights, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-6)


def pair(head="softmax", hidden="tanh"):
    model = Sequential([Input((4,)), Dense(8, hidden), Dense(3, head)], seed=3)
    reference = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, hidden), keras.layers.Dense(3, head)]
    )
    return model, reference


def twin(optimizer):
    return getattr(keras.optimizers, type(optimizer).__name__)(**optimizer.to_config())


@pytest.mark.parametrize("name", OPTIMIZER_CASES)
def test_every_optimizer(name):
    optimizer = OPTIMIZER_CASES[name]
    model, reference = pair()
    theirs = fitted_by_keras(
        reference, model.get_weights(), X, ONE_HOT, twin(optimizer), "categorical_crossentropy"
    )
    ours = fitted_by_us(model, X, ONE_HOT, optimizer, "categorical_crossentropy")
    assert_same(ours, theirs)


OURS_ALONE = {"perceptron", "quadratic", "reduced", "squared_error"}  # Keras has none of these
HEADS = {"numbers": "linear", "positive": "softplus", "shares": "sigmoid", "rows": "softmax"}
TARGETS = {
    "numbers": X[:, :3],
    "positive": np.abs(X[:, :3]),
    "signs": 2 * ONE_HOT - 1,
    "answers": ONE_HOT,
    "one_hot": ONE_HOT,
    "rows": 0.8 * ONE_HOT + 0.2 / 3,
    "labels": CLASSES,
}
CASES = [case for name, cases in LOSS_CASES.items() if name not in OURS_ALONE for case in cases]


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case[0]))
def test_every_loss(case):
    loss, targets, outputs = case
    model, reference = pair(head=HEADS[outputs])
    other = getattr(keras.losses, type(loss).__name__)(**loss.to_config())
    rate = 0.0001 if "Percentage" in type(loss).__name__ else 0.05  # at 0.001 rounding grows, too
    y, plain = TARGETS[targets], keras.optimizers.SGD(rate, momentum=0.9)
    theirs = fitted_by_keras(reference, model.get_weights(), X, y, plain, other)
    assert_same(fitted_by_us(model, X, y, SGD(rate, momentum=0.9), loss), theirs)


def test_every_loss_is_tried():
    assert set(LOSS_CASES) == set(LOSSES)


def test_validation_weights_and_metrics():
    model, reference = pair()
    settings = {
        "sample_weight": WEIGHTS,
        "validation_data": (X[:21] + 1, CLASSES[:21]),
        "class_weight": {0: 1.0, 1: 2.0, 2: 0.5},
    }
    loss, metrics = "sparse_categorical_crossentropy", ["accuracy"]
    del settings["class_weight"]
    theirs = fitted_by_keras(
        reference,
        model.get_weights(),
        X,
        CLASSES,
        keras.optimizers.Adam(),
        loss,
        metrics,
        **settings,
    )
    ours = fitted_by_us(model, X, CLASSES, "adam", loss, metrics, **settings)
    assert set(theirs[0]) == set(ours[0])
    assert_same(ours, theirs)


def test_class_weights():
    model, reference = pair()
    settings = {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}}
    loss = "sparse_categorical_crossentropy"
    theirs = fitted_by_keras(
        reference, model.get_weights(), X, CLASSES, keras.optimizers.SGD(0.1), loss, **settings
    )
    ours = fitted_by_us(model, X, CLASSES, SGD(0.1), loss, **settings)
    assert_same(ours, theirs)


def test_regularizers_count_in_the_loss():
    model = Sequential(
        [Input((4,)), Dense(8, "tanh", kernel_regularizer=L2(0.02)), Dense(3, "softmax")], seed=3
    )
    hidden = keras.layers.Dense(8, "tanh", kernel_regularizer=keras.regularizers.L2(0.02))
    reference = keras.Sequential(
        [keras.Input((4,)), hidden, keras.layers.Dense(3, activation="softmax")]
    )
    settings = {"validation_data": (X[:9], ONE_HOT[:9])}
    loss = "categorical_crossentropy"
    theirs = fitted_by_keras(
        reference, model.get_weights(), X, ONE_HOT, keras.optimizers.SGD(0.1), loss, **settings
    )
    assert_same(fitted_by_us(model, X, ONE_HOT, SGD(0.1), loss, **settings), theirs)


def images():
    rng = np.random.default_rng(2)
    return rng.normal(size=(50, 12, 12, 1)).astype("float32"), rng.integers(0, 3, 50)


def test_convolution_pooling_and_batch_normalization():
    x, y = images()
    model = Sequential(
        [
            Input((12, 12, 1)),
            Conv2D(4, 3, activation="relu"),
            BatchNormalization(),
            MaxPooling2D(),
            Flatten(),
            Dense(3, "softmax"),
        ],
        seed=3,
    )
    keras_layers = keras.layers
    reference = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            keras_layers.Conv2D(4, 3, activation="relu"),
            keras_layers.BatchNormalization(),
            keras_layers.MaxPooling2D(),
            keras_layers.Flatten(),
            keras_layers.Dense(3, "softmax"),
        ]
    )
    loss = "sparse_categorical_crossentropy"
    settings = {"validation_data": (x[:7], y[:7])}
    theirs = fitted_by_keras(
        reference, model.get_weights(), x, y, keras.optimizers.SGD(0.02), loss, **settings
    )
    assert_same(fitted_by_us(model, x, y, SGD(0.02), loss, **settings), theirs)


def test_a_frozen_batch_normalization_rests():
    model = Sequential(
        [Input((4,)), Dense(5), BatchNormalization(trainable=False), Dense(3, "softmax")], seed=3
    )
    reference = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(5),
            keras.layers.BatchNormalization(trainable=False),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    loss = "categorical_crossentropy"
    # Keras lists frozen weights last.
    weights = model.weights
    order = [v.path.split("/", 1)[1] for v in reference.weights]
    assert len(order) == len(weights)
    reference.set_weights(list(weights.values()))
    theirs = fitted_by_keras(
        reference, reference.get_weights(), X, ONE_HOT, keras.optimizers.SGD(0.1), loss
    )
    assert_same(fitted_by_us(model, X, ONE_HOT, SGD(0.1), loss), theirs)


def test_two_inputs_two_outputs_and_a_shared_layer():
    def build(lib):
        left, right = lib["Input"]((4,), name="left"), lib["Input"]((4,), name="right")
        shared = lib["Dense"](6, activation="tanh", name="shared")
        both = lib["join"](shared(left), shared(right))
        first = lib["Dense"](3, activation="softmax", name="kind")(both)
        second = lib["Dense"](1, name="size")(lib["sum"](shared(left), shared(right)))
        return lib["Model"]([left, right], [first, second])

    ours_lib = {
        "Input": Input,
        "Dense": Dense,
        "join": lambda a, b: Concatenate()(a, b),
        "sum": lambda a, b: Add()(a, b),
        "Model": lambda i, o: Model(i, o, seed=4),
    }
    keras_lib = {
        "Input": keras.Input,
        "Dense": keras.layers.Dense,
        "join": lambda a, b: keras.layers.Concatenate()([a, b]),
        "sum": lambda a, b: keras.layers.Add()([a, b]),
        "Model": keras.Model,
    }
    model, reference = build(ours_lib), build(keras_lib)
    x, size = [X, X[::-1].copy()], X[:, 3:] * 2
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    weights = {"kind": 1.0, "size": 0.3}
    y = {"kind": CLASSES, "size": size}
    reference.set_weights(model.get_weights())
    with jax.numpy_dtype_promotion("standard"):
        reference.compile(keras.optimizers.SGD(0.1), losses, loss_weights=weights)
        history = reference.fit(
            x, y, batch_size=16, epochs=EPOCHS, shuffle=False, verbose=0
        ).history
    model.compile(SGD(0.1), losses, loss_weights=weights)
    ours = model.fit(x, y, batch_size=16, epochs=EPOCHS, shuffle=False, verbose=0)
    np.testing.assert_allclose(ours["loss"], history["loss"], rtol=1e-5)
    np.testing.assert_allclose(ours["kind_loss"], history["kind_loss"], rtol=1e-5)
    np.testing.assert_allclose(np.array(ours["size_loss"]), history["size_loss"], rtol=1e-5)
    for mine, other in zip(model.get_weights(), reference.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-6)
    assert [p.shape for p in model.predict(x)] == [(50, 3), (50, 1)]
