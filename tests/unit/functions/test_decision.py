"""Thresholds chosen: by hand, beside scikit-learn, and at their edges."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_score, recall_score

from pellucid.base.errors import ConfigError, DataError
from pellucid.functions.decision import choose, trade_of

TRUE, SCORE = np.array([0, 0, 1, 0, 1]), np.array([0.1, 0.2, 0.3, 0.4, 0.8])


def drawn(seed):
    random = np.random.default_rng(seed)
    true = (random.random(60) < 0.3).astype(int)
    true[:2] = 0, 1
    return true, np.round(np.clip(true * 0.3 + random.random(60) * 0.7, 0, 1), 2)


def test_five_rows_by_hand():
    trade = trade_of(TRUE, SCORE)
    assert trade.recall.tolist() == [0, 0.5, 0.5, 1, 1, 1]
    assert trade.precision == pytest.approx([1, 1, 1 / 2, 2 / 3, 1 / 2, 2 / 5])
    assert trade.thresholds[1:5] == pytest.approx([0.6, 0.35, 0.25, 0.15])
    best = choose(TRUE, SCORE)
    assert best.threshold == pytest.approx(0.25)  # finds both, with one false alarm
    assert (best.value, best.at_half) == (pytest.approx(0.8), pytest.approx(2 / 3))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("measure", "peer"), [("f1", f1_score), ("balanced_accuracy", balanced_accuracy_score)]
)
def test_no_threshold_is_better_by_scikit_learn(measure, peer, seed):
    true, score = drawn(seed)
    best = choose(true, score, measure)
    assert peer(true, score > best.threshold) == pytest.approx(best.value)
    assert peer(true, score > 0.5) == pytest.approx(best.at_half)
    assert (
        max(peer(true, score > at) for at in np.linspace(-0.005, 0.995, 101)) <= best.value + 1e-9
    )


@pytest.mark.parametrize(
    ("measure", "held", "other"),
    [
        ("recall=0.9", recall_score, precision_score),
        ("precision=0.6", precision_score, recall_score),
    ],
)
def test_what_is_asked_for_is_kept(measure, held, other):
    true, score = drawn(0)
    best = choose(true, score, measure)
    assert held(true, score > best.threshold) >= float(measure.split("=")[1])
    assert other(true, score > best.threshold) == pytest.approx(best.value)


def test_the_middle_is_left_only_for_something_better():
    assert choose(np.array([0, 1]), np.array([0.45, 0.55])).threshold == pytest.approx(0.5)
    assert choose(np.array([0, 0, 1]), np.array([0.0, 0.2, 0.9])).threshold == 0.5
    assert choose(np.array([0, 0, 1]), np.array([0.0, 0.8, 0.9])).threshold == pytest.approx(0.85)


@pytest.mark.parametrize("measure", ["f2", "recall", "recall=2", "precision=", ""])
def test_an_unknown_measure_is_refused(measure):
    with pytest.raises(ConfigError, match="chosen by a measure"):
        choose(TRUE, SCORE, measure)


def test_what_no_threshold_reaches_is_refused():
    with pytest.raises(ConfigError, match=r"No threshold reaches precision=0\.9"):
        choose(np.array([1, 0, 0]), np.array([0.1, 0.2, 0.3]), "precision=0.9")


def test_rows_of_one_class_decide_nothing():
    with pytest.raises(DataError):
        choose(np.ones(4, int), np.linspace(0, 1, 4))
