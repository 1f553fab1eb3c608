"""Whether output, loss, targets and metrics fit each other."""

import numpy as np
import pytest
from doctor_charts import AMOUNTS, CLASSES, ONE_HOT, YES, X, chart_of, found

from pellucid.doctor.measures import metrics
from pellucid.doctor.pairing import pairs
from pellucid.layers import Activation, Dense, Dropout

HIDDEN = Dense(8, "relu")


def judged(layers, loss, y, metrics=()):
    return found(pairs, chart_of([HIDDEN, *layers], loss, y, metrics))


@pytest.mark.parametrize(
    ("layers", "loss", "y"),
    [
        ([Dense(1, "sigmoid")], "binary_crossentropy", YES),
        ([Dense(1)], "mse", AMOUNTS),
        ([Dense(3, "softmax")], "categorical_crossentropy", ONE_HOT),
        ([Dense(3, "softmax")], "sparse_categorical_crossentropy", CLASSES),
        ([Dense(3), Activation("softmax")], "categorical_crossentropy", ONE_HOT),
        ([Dense(2, "softmax")], "categorical_crossentropy", np.hstack([YES, 1 - YES])),
        ([Dense(2, "softmax")], "sparse_categorical_crossentropy", YES),
        ([Dense(3, "softmax")], "sparse_categorical_crossentropy", CLASSES % 2),
        ([Dense(1, "tanh")], "mse", 2 * YES - 1),
        ([Dense(1, "tanh")], "hinge", 2 * YES - 1),
        ([Dense(4)], "mse", X),
        ([Dense(1, "sigmoid")], "mse", np.abs(np.tanh(AMOUNTS))),
        ([Dense(1, "softplus")], "poisson", np.abs(np.round(AMOUNTS))),
    ],
    ids=str,
)
def test_good_pairs_are_left_in_peace(layers, loss, y):
    assert not [one for one in judged(layers, loss, y).values() if one.is_serious]


@pytest.mark.parametrize(
    ("layers", "loss", "y", "check", "severity"),
    [
        ([Dense(1, "softmax")], "binary_crossentropy", YES, "wrong_output_activation", "error"),
        ([Dense(1, "softmax")], "mse", AMOUNTS, "wrong_output_activation", "error"),
        ([Dense(1), Activation("softmax")], "mse", YES, "wrong_output_activation", "error"),
        ([Dense(1, "relu")], "binary_crossentropy", YES, "wrong_output_activation", "warning"),
        ([Dense(1, "relu")], "mse", YES, "wrong_output_activation", "warning"),
        ([Dense(1, "relu")], "mse", AMOUNTS, "wrong_output_activation", "warning"),
        ([Dense(1, "sigmoid")], "mse", AMOUNTS, "wrong_output_activation", "warning"),
        ([Dense(1, "relu")], "mse", np.abs(AMOUNTS), "wrong_output_activation", "advice"),
        (
            [Dense(3, "sigmoid")],
            "categorical_crossentropy",
            ONE_HOT,
            "wrong_output_activation",
            "warning",
        ),
        (
            [Dense(1, "sigmoid")],
            "binary_crossentropy",
            CLASSES[:, None],
            "wrong_output_activation",
            "error",
        ),
        ([Dense(1, "sigmoid")], "binary_crossentropy", CLASSES[:, None], "wrong_loss", "warning"),
        ([Dense(4, "softmax")], "mse", X, "wrong_output_activation", "warning"),
        ([Dense(3)], "categorical_crossentropy", ONE_HOT, "output_activation_missing", "warning"),
        ([Dense(1)], "binary_crossentropy", YES, "output_activation_missing", "warning"),
        ([Dense(3, "softmax")], "categorical_crossentropy", CLASSES, "wrong_loss", "error"),
        ([Dense(1, "sigmoid")], "categorical_crossentropy", YES, "wrong_loss", "error"),
        ([Dense(1, "sigmoid")], "binary_crossentropy", AMOUNTS, "wrong_loss", "error"),
        ([Dense(1)], "poisson", AMOUNTS, "wrong_loss", "error"),
        ([Dense(3, "softmax")], "binary_crossentropy", ONE_HOT, "wrong_loss", "warning"),
        (
            [Dense(2, "softmax")],
            "sparse_categorical_crossentropy",
            CLASSES,
            "wrong_labels",
            "error",
        ),
        ([Dense(1, "sigmoid")], "binary_crossentropy", 2 * YES - 1, "wrong_labels", "error"),
        (
            [Dense(5, "softmax")],
            "categorical_crossentropy",
            ONE_HOT,
            "target_shape_mismatch",
            "error",
        ),
        ([Dense(2)], "mse", AMOUNTS, "target_shape_mismatch", "error"),
    ],
    ids=str,
)
def test_bad_pairs_are_named(layers, loss, y, check, severity):
    assert judged(layers, loss, y)[check].severity == severity


def test_softmax_over_one_unit_is_given_a_unit_for_each_class():
    layers = [Dense(1), Activation("softmax")]
    change = judged(layers, "categorical_crossentropy", ONE_HOT)["wrong_output_activation"].change
    assert change.settings == {"layer": "dense_1", "units": 3, "activation": "softmax"}
    change = judged(layers, "binary_crossentropy", YES)["wrong_output_activation"].change
    assert change.settings == {"layer": "dense_1", "activation": "sigmoid"}


def test_softmax_over_softmax_and_over_logits_said_twice():
    twice = [Dense(3, "softmax"), Activation("softmax")]
    assert "redundant_activation" in judged(twice, "categorical_crossentropy", ONE_HOT)
    from pellucid.functions.losses import CategoricalCrossentropy

    said = CategoricalCrossentropy(from_logits=True)
    assert "redundant_activation" in judged([Dense(3, "softmax")], said, ONE_HOT)
    assert not judged([Dense(3)], said, ONE_HOT)


def test_dropout_between_logits_and_softmax():
    layers = [Dense(3), Dropout(0.5), Activation("softmax")]
    seen = judged(layers, "categorical_crossentropy", ONE_HOT)["dropout_on_logits"]
    assert seen.change.settings == {"remove": "dropout"}
    assert not judged([Dropout(0.5), Dense(3, "softmax")], "categorical_crossentropy", ONE_HOT)


def test_accuracy_of_amounts():
    def measured(layer, loss, y, metric):
        return found(metrics, chart_of([HIDDEN, layer], loss, y, [metric]))

    assert "wrong_metric" in measured(Dense(1), "mse", AMOUNTS, "accuracy")
    assert not measured(Dense(1), "mse", AMOUNTS, "mae")
    assert not measured(Dense(1, "sigmoid"), "binary_crossentropy", YES, "accuracy")


@pytest.mark.parametrize(
    "y",
    [
        np.full((60, 1), np.nan),
        np.array(["a", "b"] * 30),
        np.zeros((60, 1)),
        np.zeros((1, 1)),
        np.zeros((0, 1)),
        np.array([[None]] * 60),
    ],
    ids=["nan", "words", "one class", "one row", "no row", "objects"],
)
def test_odd_targets_raise_nothing(y):
    judged([Dense(1)], "mse", y)
    judged([Dense(1, "sigmoid")], "binary_crossentropy", y)
