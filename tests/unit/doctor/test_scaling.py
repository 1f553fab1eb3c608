"""Inputs and targets of the wrong size are found, unless the network sees to it."""

import numpy as np
import pytest
from data_charts import chart_of, findings, found, trained

from pellucid.doctor.scaling import inputs_by_size, inputs_by_size_again, targets_by_size
from pellucid.layers.dense import Dense
from pellucid.layers.embedding import Embedding
from pellucid.layers.normalization import BatchNormalization
from pellucid.layers.preprocessing import Normalization, Rescaling
from pellucid.layers.reshaping import Flatten

RANDOM = np.random.default_rng(1)
X = RANDOM.standard_normal((300, 6)).astype(np.float32)
Y = RANDOM.standard_normal(300)
PIXELS = RANDOM.integers(0, 256, (100, 5, 5)).astype(np.uint8)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (1, []),
        (3.5, []),
        (4.7, [("unscaled_inputs", "advice")]),
        (11, [("unscaled_inputs", "advice")]),
    ],
)
def test_size_decides(factor: float, expected: list):
    assert found(inputs_by_size, chart_of(factor * X, Y)) == expected


@pytest.mark.parametrize(
    ("factor", "learnt", "severity"),
    [(11, 0.0, "warning"), (11, 1.0, None), (4.7, 0.0, None)],
    ids=["harmful", "overcome", "slight"],
)
def test_raw_inputs_are_a_warning_where_they_do_harm(factor, learnt, severity):
    chart = chart_of(factor * X, Y)
    answers = learnt * Y.reshape(len(Y), -1)
    trained(chart, answers)
    expected = [("unscaled_inputs", severity)] if severity else []
    assert found(inputs_by_size_again, chart) == expected


def test_features_of_different_sizes():
    sizes = np.array([1, 1, 1, 1, 1, 2e-4], np.float32)
    assert found(inputs_by_size, chart_of(X * sizes, Y)) == [("unscaled_inputs", "advice")]
    sizes[-1] = 2e-2
    assert not found(inputs_by_size, chart_of(X * sizes, Y))


def test_a_mean_far_from_zero():
    assert not found(inputs_by_size, chart_of(0.5 * X + 2, Y))
    assert found(inputs_by_size, chart_of(0.5 * X + 3, Y)) == [("unscaled_inputs", "advice")]


def test_rare_columns_are_not_called_small():
    x = X.copy()
    x[:, 0] = 0
    x[0, 0] = 1e-3  # as a pixel that is on in one picture
    assert not found(inputs_by_size, chart_of(x, Y))


@pytest.mark.parametrize(
    "first",
    [Normalization(), BatchNormalization(), Rescaling(1 / 100)],
    ids=lambda layer: type(layer).__name__,
)
def test_a_network_that_scales_first_is_left_alone(first):
    assert not found(inputs_by_size, chart_of(100 * X, Y, layers=[first, Dense(1)]))


def test_pictures_need_a_rescaling():
    y = np.zeros(100)
    chart = chart_of(PIXELS, y, layers=[Flatten(), Dense(1)])
    assert found(inputs_by_size, chart) == [("unscaled_inputs", "advice")]
    chart = chart_of(PIXELS, y, layers=[Rescaling(1 / 255), Flatten(), Dense(1)])
    assert not found(inputs_by_size, chart)


def test_pictures_scaled_twice():
    once = PIXELS.astype(np.float32) / 255
    y = np.zeros(100)
    by_hand = chart_of(once / 255, y, layers=[Flatten(), Dense(1)])
    by_layer = chart_of(once, y, layers=[Rescaling(1 / 255), Flatten(), Dense(1)])
    for chart in (by_hand, by_layer):
        assert found(inputs_by_size, chart) == [("double_scaling", "warning")]
    assert found(inputs_by_size, chart_of(X * 1e-3, Y)) == [("double_scaling", "advice")]


def test_rare_words_are_not_scaled_twice():
    x = np.zeros((300, 5000), np.float32)
    x[np.arange(300), RANDOM.integers(0, 5000, 300)] = 0.3
    assert not found(inputs_by_size, chart_of(x, Y))


def test_ids_are_not_amounts():
    ids = RANDOM.integers(0, 1000, (50, 4))
    chart = chart_of(ids, np.zeros(50), layers=[Embedding(1000, 3), Flatten(), Dense(1)])
    assert not found(inputs_by_size, chart)


def test_raw_targets_that_were_not_reached():
    y = 150 + 77 * Y
    finding = findings(targets_by_size, trained(chart_of(X, y), np.zeros(300)))[0]
    assert (finding.check, finding.severity) == ("unscaled_targets", "warning")
    assert finding.value == pytest.approx(y.mean(), rel=1e-6)
    assert finding.change is not None and finding.change.settings["last"] == "Rescaling"


def test_raw_targets_that_were_reached_are_only_mentioned():
    y = 150 + 77 * Y
    chart = trained(chart_of(X, y), y[:, None])
    assert found(targets_by_size, chart) == [("unscaled_targets", "advice")]


def test_targets_of_a_usual_size_or_rescaled_by_the_network():
    assert not found(targets_by_size, trained(chart_of(X, 9 * Y), np.zeros(300)))
    layers = [Dense(1), Rescaling(77.0, 150.0)]
    chart = chart_of(X, 150 + 77 * Y, layers=layers)
    assert not found(targets_by_size, trained(chart, np.zeros(300)))
