"""Judgements: numbers worked out by hand, and scikit-learn's beside them."""

import json

import numpy as np
import pytest
from sklearn import metrics

from pellucid.base.errors import FileError
from pellucid.experiments.judging import Judgement, judge_classes, judge_numbers, unbalanced
from pellucid.functions.decision import Decision

NAMES = ("cat", "dog", "owl")


def values(judgement):
    return {score.name: score.value for score in judgement.scores}


def certain(said, classes):
    """Return probabilities that are nearly sure of these classes."""
    return np.full((len(said), classes), 0.1 / (classes - 1)) * (1 - np.eye(classes)[said]) + (
        0.9 * np.eye(classes)[said]
    )


def test_ten_rows_by_hand():
    true = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    said = np.array([0, 0, 0, 1, 1, 1, 0, 2, 2, 0])
    judged = judge_classes(true, certain(said, 3), np.array([4, 3, 3]), NAMES)
    assert judged.headline.name == "accuracy"
    assert judged.headline.value == pytest.approx(0.7)
    assert judged.headline.baseline == pytest.approx(0.4)  # four of ten are cats
    assert judged.baseline == "always saying 'cat', the most frequent class"
    assert judged.confusion == ((3, 1, 0), (1, 2, 0), (1, 0, 2))
    cat = judged.classes[0]
    assert (cat.precision, cat.recall, cat.support) == (pytest.approx(0.6), 0.75, 4)
    assert values(judged)["balanced accuracy"] == pytest.approx((3 / 4 + 2 / 3 + 2 / 3) / 3)
    assert values(judged)["log loss"] == pytest.approx(-(7 * np.log(0.9) + 3 * np.log(0.05)) / 10)


def test_two_classes_as_scikit_learn_judges_them():
    random = np.random.default_rng(0)
    true = (random.random(300) < 0.3).astype(int)
    yes = np.clip(true * 0.3 + random.random(300) * 0.7, 0, 1)
    judged = judge_classes(true, np.stack([1 - yes, yes], 1), np.array([700, 300]), ("no", "yes"))
    said = (yes > 0.5).astype(int)
    found = values(judged)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(true, said))
    assert found["balanced accuracy"] == pytest.approx(metrics.balanced_accuracy_score(true, said))
    assert found["macro F1"] == pytest.approx(metrics.f1_score(true, said, average="macro"))
    assert found["log loss"] == pytest.approx(metrics.log_loss(true, yes))
    assert found["area under the ROC curve"] == pytest.approx(metrics.roc_auc_score(true, yes))
    assert found["average precision of 'yes'"] == pytest.approx(
        metrics.average_precision_score(true, yes)
    )
    for score in judged.scores:
        assert score.low is None or score.low < score.value < score.high


def test_the_rarer_of_two_classes_is_sought():
    true = np.array([0, 0, 1, 1, 1, 1, 1, 1])
    p = np.array([0.9, 0.3, 0.1, 0.2, 0.1, 0.6, 0.2, 0.1])
    judged = judge_classes(true, np.stack([p, 1 - p], 1), np.array([30, 70]), ("ill", "well"))
    wanted = metrics.average_precision_score(true == 0, p)
    assert values(judged)["average precision of 'ill'"] == pytest.approx(wanted)
    assert judged.scores[-1].baseline == 0.25


def test_numbers_as_scikit_learn_judges_them():
    random = np.random.default_rng(0)
    true = random.normal(5, 2, 200)
    said = true + random.normal(0, 0.5, 200)
    judged = judge_numbers(true, said, mean=4.0)
    found = values(judged)
    assert found["mean absolute error"] == pytest.approx(metrics.mean_absolute_error(true, said))
    assert found["root mean squared error"] == pytest.approx(
        metrics.root_mean_squared_error(true, said)
    )
    assert found["R2"] == pytest.approx(metrics.r2_score(true, said))
    assert judged.headline.baseline == pytest.approx(np.mean(np.abs(true - 4)))
    assert judged.beats_baseline


def test_the_constant_prediction_does_not_beat_itself():
    true = np.array([0] * 60 + [1] * 40)
    judged = judge_classes(true, certain(0 * true, 2), np.array([60, 40]), ("no", "yes"))
    assert judged.headline.value == judged.headline.baseline == 0.6
    assert not judged.beats_baseline
    assert not judge_numbers(1.0 * true, np.full(100, 0.4), mean=0.4).beats_baseline


def test_unbalanced_classes_are_judged_by_mean_recall():
    true = np.array([0] * 95 + [1] * 5)
    judged = judge_classes(true, certain(0 * true, 2), np.array([950, 50]), ("fine", "fraud"))
    assert judged.unbalanced
    assert judged.headline.name == "balanced accuracy"
    assert judged.headline.value == judged.headline.baseline == 0.5
    assert values(judged)["accuracy"] == 0.95
    assert not judged.beats_baseline


@pytest.mark.parametrize(
    ("counts", "uneven"),
    [
        ([50, 50], False),
        ([75, 25], False),
        ([76, 24], True),
        ([10] * 10, False),
        ([31, 9, *[8] * 7, 4], True),
    ],
)
def test_when_accuracy_says_little(counts, uneven):
    assert unbalanced(np.array(counts)) is uneven


def test_a_faultless_score_claims_no_interval_from_drawing_again():
    true = np.array([0, 1] * 10)
    judged = judge_classes(true, certain(true, 2), np.array([50, 50]), ("no", "yes"))
    accuracy, balanced = judged.scores[:2]
    assert accuracy.low == pytest.approx(0.839, abs=1e-3)  # Wilson's
    assert (balanced.value, balanced.low) == (1, None)


def test_json_and_back():
    true = np.array([0, 1, 2] * 20)
    said = np.roll(true, 1)
    for judged in (
        judge_classes(true, certain(said, 3), np.array([7, 8, 9]), NAMES)._replace(held_out=False),
        judge_numbers(true.astype(float), said + 0.1, mean=1.0),
    ):
        assert Judgement.from_json(json.loads(json.dumps(judged.to_json()))) == judged
    for damaged in ({}, {"task": "regression"}, judged.to_json() | {"scores": [{"name": "x"}]}):
        with pytest.raises(FileError, match="no scores"):
            Judgement.from_json(damaged)


def test_a_threshold_decides_for_the_class_sought():
    true = np.array([0, 1, 1, 1, 1, 1])
    p = np.array([0.3, 0.35, 0.1, 0.1, 0.1, 0.1])  # of "ill", which is rarer
    chosen = Decision(0.25, "f1", 2 / 3, 0.0, 6)
    judged = judge_classes(true, np.stack([p, 1 - p], 1), np.array([1, 5]), ("ill", "well"), chosen)
    assert judged.confusion == ((1, 0), (1, 4))
    assert Judgement.from_json(json.loads(json.dumps(judged.to_json()))) == judged
    plain = judge_classes(true, np.stack([p, 1 - p], 1), np.array([1, 5]), ("ill", "well"))
    assert plain.confusion == ((0, 1), (0, 5))


def test_runs_from_before_thresholds_are_read():
    judged = judge_classes(np.array([0, 1]), np.eye(2), np.array([1, 1]), ("no", "yes"))
    told = judged.to_json()
    del told["decision"]
    assert Judgement.from_json(json.loads(json.dumps(told))) == judged
