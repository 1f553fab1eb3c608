"""Metrics by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.functions import metrics

# 10 rows, 2 of them a yes; one is found, and one no is taken for a yes
Y = jnp.asarray([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], "float32")[:, None]
A = jnp.asarray([0.9, 0.2, 0.8, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])[:, None]
NEVER = jnp.full_like(A, 0.1)


def score(metric, y=Y, a=A, weight=None):
    return float(metric.value(metric.sums(y, a, jnp.ones(len(y)) if weight is None else weight)))


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (metrics.Accuracy(), 0.8),
        (metrics.BinaryAccuracy(0.15), 0.9),
        (metrics.Precision(), 0.5),
        (metrics.Recall(), 0.5),
        (metrics.F1Score(), 0.5),
        (metrics.Specificity(), 7 / 8),
        (metrics.BalancedAccuracy(), (1 / 2 + 7 / 8) / 2),
        (metrics.TruePositives(), 1),
        (metrics.FalsePositives(), 1),
        (metrics.FalseNegatives(), 1),
        (metrics.TrueNegatives(), 7),
        (metrics.AUC(), 15 / 16),
    ],
    ids=repr,
)
def test_two_of_ten(metric, expected):
    assert score(metric) == pytest.approx(expected)


def test_a_constant_predictor_is_seen_through():
    assert score(metrics.Accuracy(), a=NEVER) == pytest.approx(0.8)
    assert score(metrics.Recall(), a=NEVER) == 0
    assert score(metrics.F1Score(), a=NEVER) == 0
    assert score(metrics.BalancedAccuracy(), a=NEVER) == 0.5
    assert score(metrics.AUC(), a=NEVER) == 0.5


def test_averages_over_classes():
    y = jnp.asarray([0, 0, 0, 1], "int32")
    a = jnp.eye(3)[jnp.asarray([0, 0, 1, 1])]
    recall = {"macro": (2 / 3 + 1 + 0) / 3, "micro": 3 / 4, "weighted": 3 / 4}
    for average, expected in recall.items():
        assert score(metrics.Recall(None, average=average), y, a) == pytest.approx(expected)
    assert score(metrics.BalancedAccuracy(), y, a) == pytest.approx((2 / 3 + 1) / 2)
    assert score(metrics.Recall(None, class_id=0), y, a) == pytest.approx(2 / 3)


def test_r2_of_the_mean_is_0_and_of_the_truth_1():
    y = jnp.asarray([[1.0], [2.0], [6.0]])
    assert score(metrics.R2Score(), y, jnp.full_like(y, 3.0)) == pytest.approx(0, abs=1e-6)
    assert score(metrics.R2Score(), y, y) == 1
    assert score(metrics.RootMeanSquaredError(), y, y + 2) == 2


def test_which_way_is_better():
    assert metrics.Accuracy.higher_is_better and metrics.R2Score.higher_is_better
    assert not metrics.LossMetric.higher_is_better
    assert not metrics.RootMeanSquaredError.higher_is_better
    assert not metrics.FalseNegatives.higher_is_better


def test_top_k():
    a = jnp.asarray([[0.1, 0.2, 0.3, 0.4]])
    y = jnp.asarray([1], "int32")
    assert [score(metrics.SparseTopKCategoricalAccuracy(k), y, a) for k in (1, 2, 3, 9)] == [
        0,
        0,
        1,
        1,
    ]


def test_keras_has_the_same_bins_for_the_same_thresholds():
    sums = metrics.AUC(5).sums(Y, A, jnp.ones(10))
    np.testing.assert_array_equal(sums["positives"][:, 0], [1, 0, 0, 1, 0])
    np.testing.assert_array_equal(sums["negatives"][:, 0], [7, 0, 0, 1, 0])
