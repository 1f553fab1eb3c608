"""What is said of weights before any step, on looks written by hand."""

import numpy as np
import pytest
from doctor_charts import YES, chart_of, found, look, signal

from pellucid.doctor import beginning
from pellucid.layers import Dense


def deep(activation):
    layers = [*(Dense(8, activation) for _ in range(4)), Dense(1, "sigmoid")]
    return chart_of(layers, "binary_crossentropy", YES)


def test_equal_units_are_an_error_and_tiny_weights_that_let_the_signal_fade_a_warning():
    chart = deep("relu")
    chart.examinations.append(look(chart, kernels={"dense_1": {"alike": True}}))
    assert found(beginning.starting_weights, chart)["symmetry"].severity == "error"
    tiny = {f"dense_{n}": {"deviation": 0.01} for n in (1, 2, 3)}
    faded = {"dense_3": {"a": signal(spread=1e-6)}}
    chart.examinations[:] = [look(chart, kernels=tiny, layers=faded)]
    assert found(beginning.starting_weights, chart)["bad_initialisation"].severity == "warning"
    chart.examinations[:] = [look(chart, kernels=tiny)]
    assert not found(beginning.starting_weights, chart)


@pytest.mark.parametrize(
    ("deviation", "answers", "there"),
    [(10.0, 0.5 + 0 * YES, True), (10.0, YES, False), (1.0, 0.5 + 0 * YES, False)],
    ids=["stuck", "overcome", "of a usual size"],
)
def test_large_weights_are_a_fault_where_nothing_is_learnt(deviation, answers, there):
    chart = deep("tanh")
    sizes = {"dense_1": {"deviation": deviation}}
    chart.examinations += [look(chart, kernels=sizes), look(chart, 100, answers=answers)]
    seen = found(beginning.large_weights, chart)
    assert list(seen) == (["bad_initialisation"] if there else [])
    assert not there or seen["bad_initialisation"].value == pytest.approx(deviation * np.sqrt(4))
