"""Held-out rows that differ from those trained on are found, chance is not."""

import numpy as np
import pytest
from data_charts import chart_of, findings, found

from pellucid.doctor.chart import Rows, Settings
from pellucid.doctor.shift import classes_alike, inputs_alike

RANDOM = np.random.default_rng(2)


def rows(count: int, features: int = 5) -> np.ndarray:
    return RANDOM.standard_normal((count, features)).astype(np.float32)


def compared(x: np.ndarray, apart: np.ndarray):
    return chart_of(x, np.zeros(len(x)), held_out=(apart, np.zeros(len(apart))))


def test_a_scaling_that_one_side_missed():
    x = rows(400)
    finding = findings(inputs_alike, compared(x, 16 * rows(100)))[0]
    assert (finding.check, finding.severity) == ("preprocess_mismatch", "warning")
    assert finding.value == pytest.approx(16, rel=0.15)
    assert found(inputs_alike, compared(x + 3, rows(100)))[0][0] == "preprocess_mismatch"


def test_one_wild_row_is_no_mismatch():
    apart = rows(100)
    apart[7] = 1e4
    assert "preprocess_mismatch" not in dict(found(inputs_alike, compared(rows(400), apart)))


@pytest.mark.parametrize("count", [10, 12, 30, 300])
@pytest.mark.parametrize("features", [1, 5, 200])
def test_rows_drawn_alike_differ_by_chance_only(count: int, features: int):
    for _ in range(20):
        assert not found(inputs_alike, compared(rows(200, features), rows(count, features)))


def test_heavy_tails_are_no_shift():
    for _ in range(20):
        x, apart = (RANDOM.standard_cauchy((n, 3)) for n in (200, 60))
        assert not found(inputs_alike, compared(x, apart))


def test_rows_beyond_the_training_range():
    x, apart = np.linspace(0, 10, 1000)[:, None], np.linspace(8, 12, 100)[:, None]
    finding = findings(inputs_alike, compared(x, apart))[0]
    assert (finding.check, finding.severity) == ("distribution_shift", "warning")
    assert finding.value == pytest.approx(0.5)


def test_a_feature_whose_mean_moved():
    apart = rows(200)
    apart[:, 3] = np.clip(apart[:, 3] * 0.1 + 2.2, None, 2.3)
    check = dict(found(inputs_alike, compared(rows(2000), apart)))
    assert check == {"train_val_shift": "warning"}


def test_classes_only_one_side_has():
    y = np.repeat(np.arange(5), 100)
    split = Settings(32, 1, True, "last")
    loss = "sparse_categorical_crossentropy"
    chart = chart_of(rows(400), y[:400], loss, held_out=(rows(100), y[400:]), settings=split)
    assert found(classes_alike, chart)[0] == ("sorted_no_shuffle", "warning")
    chart = chart_of(rows(500), y, loss, held_out=(rows(500), RANDOM.permutation(y)))
    assert not found(classes_alike, chart)
    chart = chart_of(rows(500), y, loss, held_out=(rows(100), y[:100]))
    assert found(classes_alike, chart) == [("train_val_shift", "warning")]


def test_one_hot_classes_are_compared_by_column():
    y = np.eye(3)[np.repeat(np.arange(3), 50)]
    chart = chart_of(rows(100), y[:100], "categorical_crossentropy", held_out=(rows(50), y[100:]))
    assert found(classes_alike, chart)[0] == ("train_val_shift", "warning")


def test_a_tail_with_one_class_of_two():
    y = np.repeat([0, 1], [600, 400])
    split = Settings(32, 1, True, "last")
    chart = chart_of(rows(800), y[:800], "binary_crossentropy", settings=split)
    chart.held_out = Rows({"x": rows(200)}, {chart.network.outputs[0]: y[800:]})
    assert found(classes_alike, chart) == [("sorted_no_shuffle", "warning")]
