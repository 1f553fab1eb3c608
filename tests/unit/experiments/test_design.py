"""What network data get: output and loss by the target, hidden layers by what was said."""

import numpy as np
import pytest

from pellucid.base.errors import ConfigError
from pellucid.data.answer import Answer
from pellucid.data.encoding import Encoding
from pellucid.experiments.answers import outputs, targets
from pellucid.experiments.design import design
from pellucid.experiments.experiment import Experiment

RANDOM = np.random.default_rng(0)
TABLE, PICTURE = (3,), (12, 12, 1)


def encoding(classes=(), shape=TABLE):
    task = "classification" if classes else "regression"
    return Encoding((), shape, Answer("y", task, tuple(classes)))


def made(classes=(), shape=TABLE, y=None, **settings):
    x = RANDOM.normal(size=(60, *shape)).astype(np.float32)
    if y is None:
        y = np.arange(60) % len(classes) if classes else RANDOM.normal(50, 7, 60)
    experiment = Experiment("own.csv", **settings)
    return design(experiment, encoding(classes, shape), x, y)


def layers(made):
    return [type(node.layer).__name__ for node in made.model.network.nodes]


def test_two_classes_share_one_output():
    found = made("ab")
    assert found.loss == "binary_crossentropy"
    assert found.model.network.nodes[-1].output_shape == (1,)
    p = outputs(encoding("ab"), found.model, np.zeros((4, 3), np.float32))
    assert p.shape == (4, 2)
    assert np.allclose(p.sum(1), 1)
    assert targets(encoding("ab"), np.array([0, 1]), found.loss).tolist() == [[0.0], [1.0]]


def test_more_classes_have_an_output_each():
    found = made("abc")
    assert found.loss == "sparse_categorical_crossentropy"
    assert found.model.network.nodes[-1].output_shape == (3,)
    y = np.array([2, 0])
    assert targets(encoding("abc"), y, found.loss).tolist() == [2, 0]
    hot = targets(encoding("abc"), y, made("abc", loss="categorical_crossentropy").loss)
    assert hot.tolist() == [[0, 0, 1], [1, 0, 0]]


def test_numbers_come_out_in_their_own_units():
    found = made(y=RANDOM.normal(5e6, 1e6, 60))
    assert found.loss == "mean_squared_error"
    said = outputs(encoding(), found.model, np.zeros((4, 3), np.float32))
    assert said.shape == (4,)
    assert np.all((said > 4e6) & (said < 6e6))  # before any training


def test_unbalanced_classes_are_watched_by_each():
    assert made("ab").metrics == ("accuracy",)
    assert made("ab", y=np.array([0] * 55 + [1] * 5)).metrics == ("accuracy", "balanced_accuracy")


def test_a_network_in_words():
    dense = ["Normalization", "Dense", "Dense", "Dense"]
    assert layers(made("ab", network="8-4")) == dense
    assert layers(made("ab", network="linear")) == ["Normalization", "Dense"]
    assert layers(made("ab", network="linear", scaling="none")) == ["Dense"]
    assert layers(made("ab", network="8", dropout=0.5)) == [
        *("Normalization", "Dense", "Dropout", "Dense"),
    ]
    pictures = layers(made("ab", PICTURE, network="c2-c3-8", dropout=0))
    assert pictures == [
        *("Rescaling", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D"),
        *("Flatten", "Dense", "Dense"),
    ]
    assert layers(made("ab", PICTURE, network="linear")) == ["Rescaling", "Flatten", "Dense"]


@pytest.mark.parametrize(
    ("spec", "shape", "part"),
    [
        ("c8-16", TABLE, "c8"),
        ("16-c8", PICTURE, "c8"),
        ("16-0", TABLE, "0"),
        ("big", TABLE, "big"),
        ("16--8", TABLE, ""),
        ("cc8", PICTURE, "cc8"),
        ("", TABLE, ""),
    ],
)
def test_words_that_are_no_network(spec, shape, part):
    with pytest.raises(ConfigError, match="does not fit") as caught:
        made("ab", shape, network=spec)
    assert repr(part) in str(caught.value)


@pytest.mark.parametrize(
    ("classes", "settings"),
    [
        ("ab", {"loss": "sparse_categorical_crossentropy"}),
        ("", {"loss": "binary_crossentropy"}),
        ("", {"class_weight": "balanced"}),
    ],
)
def test_losses_that_do_not_suit_the_target(classes, settings):
    with pytest.raises(ConfigError, match=r"does not suit|has no classes"):
        made(classes, **settings)


def test_batches():
    assert made("ab", batch_size="full").batch_size == 60
    assert made("ab", batch_size="7").batch_size == 7
