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
    ("losses", "answers", "severity"),
    [
        (FALLING, HALF_RIGHT, "warning"),  # 5 % an epoch
        (0.7 * 0.999 ** np.arange(60), HALF_RIGHT, None),  # again would take off 6 %
        (0.7 * 0.995 ** np.arange(60), HALF_RIGHT, "advice"),  # 26 %
        (FALLING, YES, "advice"),  # good already
        (0.7 * 0.999 ** np.arange(3), YES, None),
        (FALLING[:3], HALF_RIGHT, "warning"),  # nine updates
    ],
)
def test_training_that_ends_too_early(losses, answers, severity):
    seen = found(course.too_few, ended(losses, answers)).get("too_few_epochs")
    assert (seen.severity if seen else None) == severity


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


@pytest.mark.parametrize(("answer", "there"), [(0.0, True), (0.5, False)])
def test_an_output_that_has_fallen_to_nothing(answer, there):
    answers, layers = np.full((60, 1), answer), [Dense(8, "relu"), Dense(1, "relu")]
    chart = ended([7.0] * 9, answers, AMOUNTS, "mse", layers)
    assert ("wrong_output_activation" in found(course.dead_output, chart)) == there


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
