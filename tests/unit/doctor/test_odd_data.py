"""Checks of the data say nothing, or something true, about data of any kind. They never raise."""

import numpy as np
import pytest
from data_charts import chart_of

from pellucid.doctor import (
    capacity,
    classes,
    leaks,
    missing,
    noise,
    outliers,
    scaling,
    shift,
    sizes,
)
from pellucid.doctor.chart import Rows, Settings
from pellucid.doctor.probes import probe_of
from pellucid.layers.dense import Dense
from pellucid.layers.reshaping import Flatten

CHECKS = (
    *(missing.missing_numbers, scaling.inputs_by_size, scaling.targets_by_size),
    *(shift.inputs_alike, shift.classes_alike, classes.rare_classes, classes.order_of_rows),
    *(leaks.training_score, leaks.rows_on_both_sides, leaks.repeated_rows, leaks.given_away),
    *(outliers.far_targets, outliers.far_inputs, sizes.enough_rows, sizes.rows_to_judge_by),
    *(noise.signal, noise.contradicted_labels, capacity.beside_plain_predictors),
)
RANDOM = np.random.default_rng(0)
ODD = {
    "strings": (np.array([["a"], ["b"]]), np.array(["x", "y"])),
    "objects": (np.array([[None], [1]], object), np.array([None, 1], object)),
    "missing": (np.full((50, 2), np.nan), np.full(50, np.nan)),
    "infinite": (np.full((50, 2), np.inf), np.arange(50.0)),
    "no rows": (np.zeros((0, 3)), np.zeros((0,))),
    "one row": (np.ones((1, 3)), np.ones(1)),
    "one class": (RANDOM.random((60, 3)), np.zeros(60, int)),
    "constant inputs": (np.ones((60, 3)), RANDOM.integers(0, 2, 60)),
    "constant targets": (RANDOM.random((60, 3)), np.ones(60)),
    "bytes": (RANDOM.integers(0, 256, (40, 4, 4, 3)).astype(np.uint8), RANDOM.integers(0, 3, 40)),
    "sequences": (RANDOM.random((40, 5, 2)), RANDOM.integers(0, 3, (40, 5))),
    "flags": (RANDOM.random((40, 2)) > 0.5, RANDOM.random(40) > 0.5),
    "half": (RANDOM.random((40, 2)).astype(np.float16), RANDOM.random((40, 2))),
    "complex": (RANDOM.random((40, 2)) + 1j, RANDOM.random(40)),
    "enormous": (RANDOM.random((40, 2)) * 1e300, RANDOM.random(40) * 1e300),
}
LOSSES = ("mse", "binary_crossentropy", "sparse_categorical_crossentropy")


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", ODD)
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
def test_odd_data_raise_nothing(kind: str, loss: str):
    x, y = ODD[kind]
    layers = [Flatten(), Dense(4), Dense(3)] if x.ndim > 2 else [Dense(4), Dense(3)]
    for held_out in (None, (x, y), (x[:1], y[:1])):
        settings = Settings(8, 2, False, "last")
        chart = chart_of(x, y, loss, layers=layers, held_out=held_out, settings=settings)
        for check in CHECKS:
            assert all(finding.evidence for finding in check(chart))


def test_numbers_whose_squares_overflow():
    x, y = (RANDOM.random((40, 2)) * 1e25).astype(np.float32), np.arange(40) % 2
    chart = chart_of(x, y, "binary_crossentropy", layers=[Dense(1)])
    with np.errstate(over="raise", invalid="raise"):
        assert "unscaled_inputs" in [f.check for check in CHECKS for f in check(chart)]
        assert probe_of(chart, "dense") is not None


def test_inputs_nobody_reads_are_left_alone():
    chart = chart_of(np.ones((5, 2)), np.ones(5))
    chart.rows = Rows({"elsewhere": np.ones((5, 2))}, {"nowhere": np.ones(5)})
    assert not [f for check in CHECKS[1:3] for f in check(chart)]
