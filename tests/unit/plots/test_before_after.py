"""Pictures of one thing before and after."""

import numpy as np

from pellucid.plots.before_after import before_after
from pellucid.plots.figures import to_svg


def test_a_panel_for_each_thing_with_a_line_for_each_series():
    values = {
        "loss": {"before": [900.0, 30.0, 1.0], "after": [1.0, np.inf, 0.1]},
        "accuracy": {"before": [0.1, 0.2], "after": [0.5, 0.9]},
    }
    figure = before_after(values, along=["epoch", "step"])
    loss, accuracy = figure.axes
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["loss", "accuracy"]
    assert [ax.get_xlabel() for ax in figure.axes] == ["epoch", "step"]
    assert (loss.get_yscale(), accuracy.get_yscale()) == ("log", "linear")
    after = loss.get_lines()[1].get_ydata()
    np.testing.assert_array_equal(after, [1.0, np.nan, 0.1])
    assert "<svg" in to_svg(figure)


def test_points_with_names_are_bars():
    figure = before_after({"recall": {"before": [1.0, 0.2], "after": [0.8, 0.9]}}, names="ab")
    (ax,) = figure.axes
    assert [bar.get_height() for bar in ax.patches] == [1.0, 0.2, 0.8, 0.9]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b"]
