"""Curves show the numbers they were given, and mark the right epoch."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from pellucid.plots.history import curves, learning_rates

HISTORY = {
    "loss": [1.0, 0.5, 0.3, 0.2],
    "val_loss": [1.1, 0.7, 0.6, 0.8],
    "accuracy": [0.5, 0.7, 0.8, 0.9],
    "learning_rate": [0.1, 0.1, 0.01, 0.01],
}


def line(ax, label):
    return next(line for line in ax.lines if line.get_label() == label)


def test_training_and_validation_stand_side_by_side_by_epoch():
    loss, accuracy = curves(HISTORY).axes
    assert loss.get_title(loc="left") == "loss"
    assert line(loss, "training").get_xydata().tolist() == [[1, 1.0], [2, 0.5], [3, 0.3], [4, 0.2]]
    assert line(loss, "validation").get_ydata().tolist() == HISTORY["val_loss"]
    assert line(accuracy, "training").get_ydata().tolist() == HISTORY["accuracy"]


def test_the_best_epoch_is_that_of_the_least_validation_loss():
    loss, accuracy = curves(HISTORY).axes
    assert {text.get_text() for text in loss.get_legend().get_texts()} >= {"epoch 3: 0.6"}
    assert {text.get_text() for text in accuracy.get_legend().get_texts()} >= {"epoch 3: 0.8"}


def test_the_best_epoch_can_be_given():
    words = [text.get_text() for text in curves(HISTORY, 2).axes[0].get_legend().get_texts()]
    assert words[-1] == "epoch 2: 0.7"


def test_the_learning_rate_has_its_own_figure():
    (ax,) = learning_rates(HISTORY["learning_rate"]).axes
    assert ax.lines[0].get_ydata().tolist() == HISTORY["learning_rate"]
    assert len(curves(HISTORY).axes) == 2


@pytest.mark.parametrize(("values", "scale"), [([10, 1, 0.1], "log"), ([1, 0.5], "linear")])
def test_a_log_axis_only_where_the_range_asks_for_it(values, scale):
    assert curves({"loss": values}).axes[0].get_yscale() == scale


def test_zero_or_negative_values_never_get_a_log_axis():
    assert curves({"loss": [100, 0.0, -1]}).axes[0].get_yscale() == "linear"


def test_a_run_that_became_nan_is_still_drawn():
    ax = curves({"loss": [1.0, np.nan, np.inf]}).axes[0]
    assert ax.get_legend().get_texts()[-1].get_text() == "epoch 1: 1"
    assert curves({"loss": [np.nan]}).axes


def test_an_empty_history_is_an_empty_figure():
    assert curves({}).axes == []


def test_drawing_leaves_no_trace_in_matplotlib():
    before = dict(plt.rcParams)
    curves(HISTORY)
    assert dict(plt.rcParams) == before
    assert plt.get_fignums() == []
