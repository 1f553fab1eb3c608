"""Pictures of Boltzmann machines: what is drawn where."""

import numpy as np

from pellucid.plots.boltzmann import features, galleries, pairs
from pellucid.plots.figures import to_svg

RANDOM = np.random.default_rng(0)


def test_features_are_columns_of_the_kernel_on_one_scale_with_zero_in_the_middle():
    kernel = RANDOM.normal(size=(6, 14))
    figure = features(kernel, (2, 3, 1))
    *pictures, bar = figure.axes
    assert len(pictures) == 14
    drawn = pictures[13].images[0]
    np.testing.assert_allclose(drawn.get_array(), kernel[:, 13].reshape(2, 3))
    assert drawn.norm.vmin == -drawn.norm.vmax
    assert drawn.norm is pictures[0].images[0].norm
    assert bar.get_ylim() == (drawn.norm.vmin, drawn.norm.vmax)
    assert "14 of 14" in to_svg(figure)


def test_only_the_first_units_are_shown_where_there_are_many():
    figure = features(np.zeros((4, 100)), (2, 2), count=6)
    assert len(figure.axes) == 7
    assert "6 of 100" in to_svg(figure)


def test_lines_of_pictures_have_names():
    rows = RANDOM.random((3, 4, 4))
    figure = galleries({"digits": rows, "dreamt": rows[:2, ..., None]})
    assert len(figure.axes) == 5
    assert figure.axes[0].get_ylabel() == "digits"
    np.testing.assert_allclose(figure.axes[4].images[0].get_array(), rows[1])


def test_pairs_join_the_two_scores_of_a_seed():
    figure = pairs({"without": [0.7, 0.8], "with": [0.8, 0.95]})
    (ax,) = figure.axes
    joined = [line.get_xdata() for line in ax.lines[:2]]
    np.testing.assert_allclose(joined, [[0.7, 0.8], [0.8, 0.95]])
    words = to_svg(figure)
    assert "without: mean 0.750" in words
    assert "with: mean 0.875" in words
