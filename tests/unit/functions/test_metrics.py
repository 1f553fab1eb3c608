"""Metrics by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.base.errors import ShapeError
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


def test_each_class_alone_and_each_threshold_alone():
    y = jnp.asarray([0, 0, 0, 1], "int32")
    a = jnp.eye(3)[jnp.asarray([0, 0, 1, 1])]
    metric = metrics.Recall(None, average=None)
    np.testing.assert_allclose(metric.value(metric.sums(y, a, jnp.ones(4))), [2 / 3, 1, 0])
    metric = metrics.Recall([0.15, 0.5])
    assert metric.thresholds == (0.15, 0.5)
    np.testing.assert_allclose(metric.value(metric.sums(Y, A, jnp.ones(10))), [1, 0.5])
    assert metrics.Recall([0.3]) == metrics.Recall(0.3)


def test_the_k_largest_outputs_mean_yes():
    y, a = jnp.asarray([2, 0], "int32"), jnp.asarray([[0.5, 0.2, 0.3], [0.1, 0.6, 0.3]])
    assert score(metrics.Recall(None, top_k=2), y, a) == 0.5
    assert score(metrics.Recall(0.4, top_k=2), y, a) == 0
    assert score(metrics.Precision(None, top_k=9), y, a) == pytest.approx(1 / 3)


def test_f_beta_is_the_mean_that_beta_says():
    precision, recall = 0.5, 0.25
    y = jnp.asarray([1, 1, 1, 1, 0], "float32")[:, None]
    a = jnp.asarray([0.9, 0.1, 0.1, 0.1, 0.9])[:, None]
    expected = 5 * precision * recall / (4 * precision + recall)
    assert score(metrics.FBetaScore(beta=2.0), y, a) == pytest.approx(expected)
    assert score(metrics.FBetaScore(), y, a) == score(metrics.F1Score(), y, a)


def test_the_best_threshold_that_keeps_a_promise():
    assert score(metrics.PrecisionAtRecall(1.0)) == pytest.approx(2 / 3)
    assert score(metrics.RecallAtPrecision(0.6)) == 1
    assert score(metrics.SensitivityAtSpecificity(0.9)) == 0.5
    assert score(metrics.SpecificityAtSensitivity(0.7)) == 7 / 8
    assert score(metrics.RecallAtPrecision(0.6), a=NEVER) == 0


def test_overlap_is_that_of_classes_that_occur():
    y, a = jnp.asarray([[0], [0], [1], [3]], "int32"), jnp.asarray([[0.0], [1.0], [1.0], [9.0]])
    assert score(metrics.MeanIoU(3), y, a) == 0.5  # of 0 and 1: 2 does not occur, 3 and 9 are none
    assert score(metrics.IoU(3, [1]), y, a) == 0.5
    assert score(metrics.MeanIoU(3, ignore_class=1), y, a) == pytest.approx(0.25)


def test_thresholds_of_ones_own_may_be_in_any_order():
    assert metrics.AUC(thresholds=[0.6, 0.2]) == metrics.AUC(thresholds=[0.2, 0.6])
    assert score(metrics.AUC(thresholds=[0.15, 0.85])) == pytest.approx(31 / 32)


def test_as_many_labels_as_the_settings_say():
    for settings in ({"num_labels": 3}, {"label_weights": (1.0, 2.0)}):
        with pytest.raises(ShapeError, match="another number of outputs"):
            score(metrics.AUC(multi_label=True, **settings))


def test_r2_of_the_mean_is_0_and_of_the_truth_1():
    y = jnp.asarray([[1.0], [2.0], [6.0]])
    assert score(metrics.R2Score(), y, jnp.full_like(y, 3.0)) == pytest.approx(0, abs=1e-6)
    assert score(metrics.R2Score(), y, y) == 1
    assert score(metrics.RootMeanSquaredError(), y, y + 2) == 2
    one_less = score(metrics.R2Score(num_regressors=1), y, y + 1)
    assert 1 - one_less == pytest.approx(2 * (1 - score(metrics.R2Score(), y, y + 1)), rel=1e-5)
    assert score(metrics.R2Score(num_regressors=2), y, y) == 1


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
