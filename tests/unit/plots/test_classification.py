"""Pictures of classifiers hold the counts, curves and names they were given."""

import numpy as np
import pytest

from pellucid.plots.classification import (
    balance,
    confusion,
    precision_recall,
    roc,
    threshold_table,
    thresholds,
)

MATRIX = np.array([[8, 2, 0], [1, 8, 1], [0, 0, 0]])
NAMES = ["cat", "dog", "eel"]


def test_a_cell_has_its_count_and_its_share_of_the_row():
    ax = confusion(MATRIX, NAMES).axes[0]
    words = {text.get_position(): text.get_text() for text in ax.texts}
    assert words[(0, 0)] == "8\n80.0%"
    assert words[(1, 0)] == "2\n20.0%"  # true class 0, predicted as 1
    assert words[(0, 1)] == "1\n10.0%"
    assert words[(2, 2)] == "0"
    assert ax.images[0].get_array().tolist() == [[0.8, 0.2, 0.0], [0.1, 0.8, 0.1], [0.0, 0.0, 0.0]]


def test_the_classes_are_named_on_both_axes():
    ax = confusion(MATRIX, NAMES).axes[0]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == NAMES
    assert [tick.get_text() for tick in ax.get_yticklabels()] == NAMES
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")


@pytest.mark.parametrize(
    ("classes", "cells", "example", "named"),
    [(2, 4, "5\n100.0%", 2), (20, 400, "5", 20), (40, 0, None, 40), (100, 0, None, 34)],
)
def test_from_2_to_100_classes(classes, cells, example, named):
    ax = confusion(5 * np.eye(classes, dtype=int), [f"class {i}" for i in range(classes)]).axes[0]
    assert len(ax.texts) == cells
    assert example is None or ax.texts[0].get_text() == example
    assert len(ax.get_xticks()) == named


def test_roc_and_precision_recall_draw_the_points_given():
    points = ([0.0, 0.2, 1.0], [0.0, 0.9, 1.0])
    curve = roc({"fraud": points}, {"fraud": 0.85}).axes[0].lines[1]
    assert (curve.get_xdata().tolist(), curve.get_ydata().tolist()) == tuple(map(list, points))
    assert curve.get_label() == "fraud (area 0.850)"
    chance, curve = precision_recall({"fraud": points}, base_rate=0.01).axes[0].lines
    assert chance.get_ydata() == [0.01, 0.01]
    assert curve.get_ydata().tolist() == points[1]


def test_thresholds_as_a_picture_and_as_a_table_agree():
    at = np.linspace(0, 1, 101)
    measures = {"precision": at**2, "recall": 1 - at}
    ax = thresholds(at, measures, chosen=0.3).axes[0]
    assert ax.lines[0].get_ydata().tolist() == measures["precision"].tolist()
    assert ax.lines[2].get_xdata() == [0.3, 0.3]
    table = threshold_table(at, measures, rows=5)
    assert table.columns == ("threshold", "precision", "recall")
    assert [row[0] for row in table.rows] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert table.rows[2] == (0.5, 0.25, 0.5)


def test_balance_has_a_bar_for_each_class_and_split():
    ax = balance({"training": [60, 20], "test": [6, 2]}, ["yes", "no"]).axes[0]
    assert [bar.get_width() for bar in ax.patches] == [60, 20, 6, 2]
    assert [text.get_text() for text in ax.texts][:2] == ["60 (75.0%)", "20 (25.0%)"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["yes", "no"]
