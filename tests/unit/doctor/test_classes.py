"""Rare classes, and rows in the order of their labels."""

import numpy as np
import pytest
from data_charts import chart_of, found

from pellucid.doctor.chart import Settings
from pellucid.doctor.classes import order_of_rows, rare_classes

RANDOM = np.random.default_rng(3)
X = RANDOM.standard_normal((1000, 3))


def yes(count: int) -> np.ndarray:
    return RANDOM.permutation((np.arange(1000) < count).astype(int))


@pytest.mark.parametrize(("count", "severity"), [(500, None), (110, None), (90, "warning")])
def test_a_rare_class_judged_by_accuracy_alone(count: int, severity: str | None):
    chart = chart_of(X, yes(count), "binary_crossentropy", metrics=["accuracy"])
    expected = {"class_imbalance": severity, "class_imbalance_metric": severity}
    assert dict(found(rare_classes, chart)) == (expected if severity else {})


def test_weights_or_another_metric_make_it_advice():
    loss = "binary_crossentropy"
    weighted = Settings(32, 1, class_weight=True)
    chart = chart_of(X, yes(20), loss, metrics=["accuracy"], settings=weighted)
    assert dict(found(rare_classes, chart))["class_imbalance"] == "advice"
    chart = chart_of(X, yes(20), loss, metrics=["accuracy", "recall"])
    assert found(rare_classes, chart) == [("class_imbalance", "advice")]
    chart = chart_of(X, yes(20), loss)
    assert found(rare_classes, chart) == [("class_imbalance", "advice")]


def test_one_rare_class_of_several():
    y = np.concatenate([np.repeat(np.arange(4), 248), np.full(8, 4)])
    chart = chart_of(X, y, "sparse_categorical_crossentropy", metrics=["accuracy"])
    assert found(rare_classes, chart) == [("class_imbalance", "advice")]


def order(y: np.ndarray, loss: str = "sparse_categorical_crossentropy", **settings):
    return found(order_of_rows, chart_of(X, y, loss, settings=Settings(32, 1, **settings)))


def test_sorted_labels_without_shuffling():
    y = np.repeat(np.arange(10), 100)
    assert order(y, shuffle=False) == [("sorted_no_shuffle", "warning")]
    assert not order(y, shuffle=True)
    assert not order(RANDOM.permutation(y), shuffle=False)
    assert not order(np.tile(np.arange(10), 100), shuffle=False)


def test_amounts_in_order_may_be_a_series():
    assert order(X[:, 0].cumsum(), "mse", shuffle=False) == [("sorted_no_shuffle", "advice")]
    assert not order(X[:, 0], "mse", shuffle=False)
