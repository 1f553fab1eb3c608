"""Rows on both sides, repeated rows, and inputs that give the target away."""

import numpy as np
import pytest
from data_charts import chart_of, findings, found

from pellucid.doctor.chart import Rows
from pellucid.doctor.leaks import given_away, repeated_rows, rows_on_both_sides, training_score
from pellucid.layers.dense import Dense

RANDOM = np.random.default_rng(4)
X = RANDOM.standard_normal((1000, 6)).astype(np.float32)
Y = (X[:, 0] + RANDOM.standard_normal(1000) > 0).astype(int)
LOSS = "binary_crossentropy"


def sides(first: int, last: int):
    chart = chart_of(X[:800], Y[:800], LOSS, held_out=(X[first:last], Y[first:last]))
    return found(rows_on_both_sides, chart)


def test_rows_on_both_sides():
    assert not sides(800, 1000)
    assert sides(750, 1000) == [("train_val_leak", "warning")]
    assert sides(799, 1000) == [("train_val_leak", "advice")]  # one row, as in iris
    assert sides(600, 800) == [("train_val_leak", "warning")]
    assert sides(0, 800) == [("eval_on_train", "warning")]


def test_the_rows_are_named():
    chart = chart_of(X[:800], Y[:800], LOSS, held_out=(X[797:], Y[797:]))
    assert findings(rows_on_both_sides, chart)[0].rows == (797, 798, 799)


def test_rows_of_few_values_meet_by_chance():
    x = RANDOM.integers(0, 2, (1000, 4))
    chart = chart_of(x[:800], Y[:800], LOSS, held_out=(x[800:], Y[800:]))
    assert ("train_val_leak", "warning") not in found(rows_on_both_sides, chart)


def test_copies_made_before_the_split_are_no_chance():
    again = RANDOM.permutation(np.r_[0:500, 0:500])
    chart = chart_of(X[again[:800]], Y[again[:800]], LOSS, held_out=(X[again[800:]], Y[:200]))
    assert found(rows_on_both_sides, chart) == [("train_val_leak", "warning")]


def test_a_training_score():
    chart = chart_of(X, Y, LOSS)
    assert not found(training_score, chart)
    chart.judged_on_training_rows = True
    assert found(training_score, chart) == [("eval_on_train", "warning")]


def test_repeated_rows_and_contradictions():
    again = np.r_[0:900, 0:100]
    assert found(repeated_rows, chart_of(X[again], Y[again], LOSS)) == [
        ("duplicate_rows", "advice")
    ]
    y = np.r_[Y[:900], 1 - Y[:100]]
    twice = findings(repeated_rows, chart_of(X[again], y, LOSS))
    assert [(f.check, f.severity) for f in twice][1] == ("label_noise", "warning")
    assert twice[1].value == pytest.approx(0.1) and twice[1].rows[:2] == (900, 901)
    assert not found(repeated_rows, chart_of(X, Y, LOSS))


def test_amounts_contradict_when_far_apart():
    again = np.r_[0:900, 0:100]
    near, far = X[again, 0] + 1e-3, np.r_[X[:900, 0], X[:100, 0] + 1]
    assert "label_noise" not in dict(found(repeated_rows, chart_of(X[again], near)))
    assert "label_noise" in dict(found(repeated_rows, chart_of(X[again], far)))


LEAK = [("target_leak", "warning")]


def test_the_label_among_the_features():
    with_label = np.c_[X, 2.5 * Y - 1]
    assert found(given_away, chart_of(with_label, Y, LOSS)) == LEAK
    assert not found(given_away, chart_of(X, Y, LOSS))


def test_several_classes_among_the_features():
    y = RANDOM.integers(0, 4, 1000)
    loss = "sparse_categorical_crossentropy"
    assert found(given_away, chart_of(np.c_[X, y], y, loss)) == LEAK
    assert found(given_away, chart_of(np.c_[X, np.eye(4)[y]], y, loss)) == LEAK
    assert not found(given_away, chart_of(np.c_[X, y == 1], y, loss))  # tells one class only


def test_a_feature_in_the_order_of_the_target():
    noisy = Y + 0.01 * X[:, 1]
    assert found(given_away, chart_of(np.c_[X, noisy], Y, LOSS)) == LEAK
    y = X[:, 2] + 3.0
    assert found(given_away, chart_of(X, y)) == LEAK
    assert not found(given_away, chart_of(X, y + 0.2 * X[:, 3]))


def test_a_feature_that_the_label_is_made_of_goes_on_across_the_border():
    assert found(given_away, chart_of(X, X[:, 2] > 0.3, LOSS)) == [("target_leak", "advice")]


def test_classes_that_lie_far_apart_are_no_leak():
    x = X + 8.0 * Y[:, None] * np.array([1, 0.9, 0.8, 0.6, 0.5, 0.4])
    assert not found(given_away, chart_of(x, Y, LOSS))


def test_few_features_may_be_the_task():
    assert not found(given_away, chart_of(X[:, :1], 2 * X[:, 0]))


def test_few_rows_are_in_order_by_chance():
    x = RANDOM.standard_normal((30, 20_000))
    assert not found(given_away, chart_of(x, (np.arange(30) % 2), LOSS))


def test_targets_that_are_the_inputs():
    wide, narrow = [Dense(6), Dense(6)], [Dense(8), Dense(3), Dense(8), Dense(6)]
    assert found(given_away, chart_of(X, X, layers=wide)) == LEAK
    assert not found(given_away, chart_of(X, X, layers=narrow))


def test_large_numbers_keep_all_their_digits():
    x = (1_700_000_000 + np.arange(200))[:, None]
    assert not found(repeated_rows, chart_of(x, Y[:200], LOSS))


def test_rows_are_the_same_in_all_inputs():
    chart = chart_of(X, Y, LOSS)
    chart.rows = Rows({"a": X, "b": np.zeros((1000, 2))}, {})
    chart.held_out = Rows({"a": X[:50], "b": np.ones((50, 2))}, {})
    assert not found(rows_on_both_sides, chart)
