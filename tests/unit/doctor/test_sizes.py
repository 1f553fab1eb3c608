"""Rows enough, to train on and to judge by."""

import numpy as np
from data_charts import chart_of, found, trained

from pellucid.doctor.sizes import enough_rows, more_rows_than_weights, rows_to_judge_by

X = np.random.default_rng(6).standard_normal((40, 3))


def test_rows_by_class():
    y = np.arange(40) % 4
    loss = "sparse_categorical_crossentropy"
    assert not found(enough_rows, chart_of(X, y, loss))
    few = chart_of(X[:39], y[:39], loss)
    assert found(enough_rows, few) == [("too_few_samples", "advice")]
    assert found(enough_rows, chart_of(X[:5], X[:5, 0])) == [("too_few_samples", "advice")]


def test_weights_by_row():
    chart = trained(chart_of(X, X[:, 0]), np.zeros(40))  # of 100 weights
    assert not found(more_rows_than_weights, chart)
    chart = trained(chart_of(X[:1], X[:1, 0]), np.zeros(1))
    assert not found(more_rows_than_weights, chart)
    kernel = chart.start.parameters["dense/kernel"]._replace(size=101)
    chart.examinations[0] = chart.start._replace(parameters={"dense/kernel": kernel})
    assert found(more_rows_than_weights, chart) == [("too_few_samples", "advice")]


def test_rows_held_out():
    assert found(rows_to_judge_by, chart_of(X, X[:, 0])) == [("no_validation", "advice")]
    assert not found(rows_to_judge_by, chart_of(X, X[:, 0], held_out=(X, X[:, 0])))
