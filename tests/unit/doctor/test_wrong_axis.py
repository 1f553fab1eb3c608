"""Softmax over the wrong axis, by what answers add up to."""

import numpy as np
import pytest
from doctor_charts import ONE_HOT, chart_of, found, look

from pellucid.doctor.wrong_axis import shares_by_axis
from pellucid.layers import Dense

SHARES = np.random.default_rng(0).dirichlet(np.ones(3), 60)


@pytest.mark.parametrize(
    ("answers", "there"),
    [
        (SHARES, False),
        (SHARES / SHARES.sum(axis=0), True),  # over the rows
        (SHARES[:, :, None] * np.ones(3), True),  # over the positions
        (SHARES * 2, False),  # over none
    ],
    ids=["classes", "rows", "positions", "none"],
)
def test_the_axis_along_which_answers_add_up(answers, there):
    chart = chart_of([Dense(3, "softmax")], "categorical_crossentropy", ONE_HOT)
    chart.examinations.append(look(chart, answers=answers))
    assert list(found(shares_by_axis, chart)) == (["wrong_axis"] if there else [])


def test_a_loss_that_is_not_of_classes_does_not_mind():
    chart = chart_of([Dense(3)], "mse", ONE_HOT)
    chart.examinations.append(look(chart, answers=SHARES / SHARES.sum(axis=0)))
    assert not found(shares_by_axis, chart)
