"""Penalties that leave nothing of weights, on looks written by hand."""

import pytest
from doctor_charts import YES, chart_of, found, look

from pellucid.doctor.penalties import shrunk_weights
from pellucid.layers import Dense
from pellucid.optimizers import AdamW

GUESSES = 0.5 + 0 * YES


def shrunk(norm, answers=GUESSES, penalty="l2", optimizer="adam", gradient=0.1):
    layers = [Dense(8, "relu", kernel_regularizer=penalty), Dense(1, "sigmoid")]
    chart = chart_of(layers, "binary_crossentropy", YES, optimizer=optimizer)
    first = look(chart, kernels={"dense": {"gradient": gradient}})
    chart.examinations += [
        first,
        look(chart, 500, answers=answers, kernels={"dense": {"norm": norm}}),
    ]
    return list(found(shrunk_weights, chart))


@pytest.mark.parametrize(
    ("case", "there"),
    [
        ({"norm": 0.1}, True),
        ({"norm": 0.3}, False),
        ({"norm": 0.1, "answers": YES}, False),  # it learns all the same
        ({"norm": 0.1, "penalty": None}, False),  # something else did it
        ({"norm": 0.1, "penalty": None, "optimizer": AdamW(weight_decay=5.0)}, True),
        ({"norm": 0.1, "gradient": 1e-6}, False),  # its error had vanished before
    ],
    ids=["shrunk", "hardly", "learns", "no penalty", "decay", "vanished"],
)
def test_weights_that_a_penalty_has_shrunk(case, there):
    assert shrunk(**case) == (["excess_regularisation"] if there else [])
