"""What the curves show, on curves written by hand."""

import numpy as np
import pytest
from doctor_charts import AMOUNTS, ONE_HOT, YES, chart_of, epochs, found, look

from pellucid.doctor import course
from pellucid.layers import Dense

GUESSES = np.full((60, 1), 0.5)
HALF_RIGHT = np.where(np.arange(60)[:, None] % 3 == 0, 1 - YES, YES) * 0.8 + 0.1


def ended(losses, answers=GUESSES, y=YES, loss="binary_crossentropy", layers=None, **more):
    layers = layers or [Dense(8, "relu"), Dense(1, "sigmoid")]
    chart = chart_of(layers, loss, y)
    chart.examinations += [look(chart), look(chart, 100, answers=answers)]
    chart.epochs += epochs(list(losses), **more)
    return chart


FALLING = 0.7 * 0.95 ** np.arange(60)


@pytest.mark.parametrize(
    ("losses", "answers", "there"),
    [
        (FALLING, HALF_RIGHT, True),  # 5 % an epoch
        (0.7 * 0.999 ** np.arange(60), HALF_RIGHT, False),
        (FALLING, YES, False),  # good already
        (FALLING[:3], HALF_RIGHT, True),  # nine updates
    ],
)
def test_training_that_ends_too_early(losses, answers, there):
    assert ("too_few_epochs" in found(course.too_few, ended(losses, answers))) == there


@pytest.mark.parametrize(
    ("losses", "check"),
    [
        (np.full(20, 0.693), "loss_stuck"),
        (np.linspace(0.7, 1.2, 20), "loss_rising"),
        (np.linspace(1.2, 0.69, 20), "slow_convergence"),
        (np.linspace(0.7, 0.1, 20), None),
        (np.full(20, np.nan), None),
    ],
)
def test_a_loss_that_does_not_beat_the_constant(losses, check):
    assert list(found(course.standing_still, ended(losses))) == ([check] if check else [])


def test_answers_that_are_all_the_same():
    assert "constant_predictor" in found(course.constant, ended([0.69] * 9))
    assert not found(course.constant, ended([0.69] * 9, HALF_RIGHT))
    amounts = ended([7.0] * 9, np.full((60, 1), 0.2), AMOUNTS, "mse", [Dense(1)])
    assert "constant_predictor" in found(course.constant, amounts)
    one_class = np.tile([0.1, 0.2, 0.7], (60, 1)) + np.linspace(0, 0.01, 60)[:, None]
    layers = [Dense(3, "softmax")]
    classes = ended([1.1] * 9, one_class, ONE_HOT, "categorical_crossentropy", layers)
    assert "constant_predictor" in found(course.constant, classes)


def test_a_loss_that_swings():
    wild = 1 + 0.7 * np.array([1, -1] * 6)
    assert "oscillating_loss" in found(course.swinging, ended(wild))
    assert not found(course.swinging, ended(1 + 0.1 * np.array([1, -1] * 6)))
    assert not found(course.swinging, ended(wild, YES))


@pytest.mark.parametrize(
    ("held_out", "severity"),
    [
        (np.r_[np.linspace(0.7, 0.4, 10), np.linspace(0.4, 0.8, 10)], "warning"),
        (np.r_[np.linspace(0.7, 0.4, 10), np.linspace(0.4, 0.47, 10)], "advice"),
        (np.linspace(0.7, 0.3, 20), None),
    ],
)
def test_held_out_rows_that_do_ever_worse(held_out, severity):
    chart = ended(np.linspace(0.7, 0.1, 20), YES, val_loss=held_out)
    seen = found(course.overfitting, chart).get("overfitting")
    assert (seen.severity if seen else None) == severity


def test_squares_over_classes_that_are_not_learnt():
    guesses = np.full((60, 3), 1 / 3)
    chart = ended([0.2] * 9, guesses, ONE_HOT, "mse", [Dense(3, "softmax")])
    assert found(course.slow_loss, chart)["wrong_loss"].severity == "warning"
    chart = ended([0.01] * 9, ONE_HOT, ONE_HOT, "mse", [Dense(3, "softmax")])
    assert not found(course.slow_loss, chart)
