"""Batches that are too large or too small, on curves written by hand."""

import numpy as np
import pytest
from doctor_charts import chart_of, epochs, found, look

from pellucid.doctor.batches import batch_size
from pellucid.doctor.chart import Settings
from pellucid.layers import Dense

X = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
GUESSES = 0.5 + 0 * Y


def trained(size, count, answers=GUESSES, noise=0.0):
    layers = [Dense(8, "relu"), Dense(1, "sigmoid")]
    chart = chart_of(layers, "binary_crossentropy", Y, x=X, settings=Settings(size, count))
    chart.examinations += [look(chart), look(chart, 10, answers=answers)]
    losses = 0.69 * (1 + noise * np.array([-1.0, 1.0]))
    chart.epochs += [epoch._replace(step_losses=losses) for epoch in epochs([0.69] * count)]
    return list(found(batch_size, chart))


@pytest.mark.parametrize(
    ("case", "there"),
    [
        ((200, 20), True),  # twenty steps
        ((200, 200), False),
        ((32, 20), False),
        ((200, 20, Y), False),  # it has learnt in twenty steps
        ((1, 20, GUESSES, 2.0), True),
        ((1, 20, GUESSES, 0.5), False),
        ((32, 20, GUESSES, 2.0), False),
        ((1, 20, Y, 2.0), False),
    ],
)
def test_batches_of_all_rows_or_of_one(case, there):
    assert trained(*case) == (["bad_batch_size"] if there else [])
