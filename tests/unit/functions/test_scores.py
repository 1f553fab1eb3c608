"""Scores for reports, by hand; scikit-learn's agree in the differential tests."""

import numpy as np
import pytest

from pellucid.base.errors import DataError
from pellucid.functions import scores


def test_ten_million_transactions():
    """Never saying fraud is 99.99 % accurate and finds nothing."""
    matrix = np.array([[9_999_000, 0], [1_000, 0]])
    fraud = scores.class_scores(matrix, ["honest", "fraud"])[1]
    assert scores.accuracy(matrix) == 0.9999
    assert (fraud.precision, fraud.recall, fraud.f1, fraud.support) == (0, 0, 0, 1000)
    assert scores.balanced_accuracy(matrix) == 0.5


def test_a_class_without_rows_does_not_count_in_balanced_accuracy():
    matrix = scores.confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 3)
    assert scores.balanced_accuracy(matrix) == 0.75
    assert scores.class_scores(matrix, "abc")[2] == ("c", 0, 0, 0, 0)


def test_curves_need_both_kinds():
    score = np.array([0.1, 0.9])
    assert scores.auc(np.array([0, 1]), score) == 1
    assert scores.auc(np.array([1, 0]), score) == 0
    for true in (np.array([1, 1]), np.array([0, 0])):
        with pytest.raises(DataError, match="both kinds"):
            scores.roc_curve(true, score)


def test_labels_out_of_range_are_refused():
    with pytest.raises(DataError, match="out of range"):
        scores.confusion_matrix(np.array([0, 3]), np.array([0, 1]), 3)
    with pytest.raises(DataError, match="out of range"):
        scores.confusion_matrix(np.array([0, 1]), np.array([0, -1]), 3)


def test_a_certain_mistake_costs_much_but_not_everything():
    certain = np.array([[1.0, 0.0]])
    assert scores.log_loss(np.array([0]), certain) == 0
    assert 36 < scores.log_loss(np.array([1]), certain) < 37


def test_r2_of_constant_targets():
    y = np.ones(3)
    assert scores.r2(y, y) == 1
    assert scores.r2(y, y + 1) == 0
