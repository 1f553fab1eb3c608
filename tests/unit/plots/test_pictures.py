"""Regression, boundaries, images, activations and weights: what is drawn is what was given."""

import numpy as np
import pytest

from pellucid.plots.activations import Portrait, overview, portrait
from pellucid.plots.boundary import boundary
from pellucid.plots.images import filters, images, maps
from pellucid.plots.mistakes import mistake_table, mistakes, surest_mistakes
from pellucid.plots.regression import predicted_against_actual, residuals
from pellucid.plots.weights import histograms

ACTUAL, PREDICTED = np.array([1.0, 2.0, 4.0]), np.array([1.5, 2.0, 3.0])
TRUE, SAID = np.array([0, 1, 2, 1, 0]), np.array([0, 2, 1, 0, 1])
PROBABILITY = np.array([0.99, 0.6, 0.9, 0.6, 0.7])


def test_predicted_stands_against_actual_with_the_diagonal():
    points, diagonal = predicted_against_actual(ACTUAL, PREDICTED, "price").axes[0].lines
    assert points.get_xydata().tolist() == [[1.0, 1.5], [2.0, 2.0], [4.0, 3.0]]
    assert diagonal.get_xydata().tolist() == [[1.0, 1.0], [4.0, 4.0]]


def test_residuals_are_actual_less_predicted():
    scatter, counts = residuals(ACTUAL, PREDICTED).axes
    assert scatter.lines[0].get_ydata().tolist() == [-0.5, 0.0, 1.0]
    assert sum(bar.get_width() for bar in counts.patches) == 3


def test_the_surest_mistakes_come_first_and_ties_keep_their_order():
    assert surest_mistakes(TRUE, SAID, PROBABILITY).tolist() == [2, 4, 1, 3]
    assert surest_mistakes(TRUE, SAID, PROBABILITY, most=1).tolist() == [2]


def test_mistakes_show_the_picture_the_truth_and_what_was_said():
    pictures = np.arange(5 * 4, dtype=float).reshape(5, 2, 2)
    first = mistakes(pictures, TRUE, SAID, PROBABILITY, ["cat", "dog", "eel"]).axes[0]
    assert first.get_title() == "eel, not\ndog (90%)"
    assert first.images[0].get_array().tolist() == pictures[2].tolist()


def test_mistakes_as_rows():
    table = mistake_table(TRUE, SAID, PROBABILITY, ["cat", "dog", "eel"], most=2)
    assert table.rows == ((2, "eel", "dog", 0.9), (4, "cat", "dog", 0.7))
    assert table.caption == "The surest mistakes (2 of 4)"


def test_no_mistakes_is_said_and_not_an_empty_grid():
    figure = mistakes(np.zeros((5, 2, 2)), TRUE, TRUE, PROBABILITY, ["cat", "dog", "eel"])
    assert "No mistakes" in figure.texts[0].get_text()


def test_colour_pictures_keep_their_channels():
    picture = images(np.array([[[[0, 255, 51]]]], dtype=np.uint8)).axes[0].images[0].get_array()
    np.testing.assert_allclose(picture, [[[0.0, 1.0, 0.2]]])


def test_filters_are_a_column_each_on_one_scale():
    kernel = np.arange(-8.0, 10.0).reshape(3, 1, 2, 3)
    *panels, _ = filters(kernel).axes
    shown = [ax.images[0] for ax in panels]
    assert shown[0].get_array().tolist() == kernel[:, :, 0, 0].tolist()
    assert shown[5].get_array().tolist() == kernel[:, :, 1, 2].tolist()
    assert {image.get_clim() for image in shown} == {(-9.0, 9.0)}


@pytest.mark.parametrize(("shape", "panels"), [((3, 3, 64, 32), 96), ((5, 1, 2), 2)])
def test_many_filters_are_cut_and_a_strip_is_drawn(shape, panels):
    assert len(filters(np.ones(shape)).axes) == panels + 1  # and the scale


def test_maps_show_each_channel():
    activation = np.arange(12.0).reshape(2, 2, 3)
    *panels, _ = maps(activation).axes
    assert [ax.images[0].get_array().tolist() for ax in panels] == [
        activation[..., channel].tolist() for channel in range(3)
    ]


def drawn_boundary(predict, threshold=0.5):
    x = np.array([[0.0, 0.0], [1.0, 2.0], [0.5, 1.0]])
    y = np.array([0, 1, 1])
    return boundary(predict, x, y, ["low", "high"], threshold=threshold, grid=40).axes[0]


@pytest.mark.parametrize(
    "predict",
    [
        lambda points: (points[:, :1] > 0.5).astype(float),
        lambda points: np.stack([points[:, 0] <= 0.5, points[:, 0] > 0.5], 1).astype(float),
    ],
    ids=["one value", "a probability a class"],
)
def test_the_plane_is_coloured_by_the_class_predicted_there(predict):
    ax = drawn_boundary(predict)
    picture = ax.images[0].get_array()
    assert (picture[0, 0, :3] == picture[-1, 0, :3]).all()
    assert (picture[0, 0, :3] != picture[0, -1, :3]).any()
    assert ax.images[0].get_extent() == pytest.approx([-0.1, 1.1, -0.2, 2.2])


def test_the_rows_stand_on_the_plane_by_class():
    ax = drawn_boundary(lambda points: points[:, 0])
    rows = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    assert rows == {"low": [[0.0, 0.0]], "high": [[1.0, 2.0], [0.5, 1.0]]}


def test_a_perceptron_of_plus_and_minus_one_has_its_threshold_at_zero():
    picture = drawn_boundary(lambda points: np.sign(points[:, 0] - 0.5), threshold=0.0).images[0]
    opacity = np.unique(picture.get_array()[..., 3])
    assert len(opacity) == 1  # as sure of one side as of the other


def test_a_model_that_answers_nan_is_drawn_without_a_boundary():
    ax = drawn_boundary(lambda points: np.full(len(points), np.nan))
    assert np.isfinite(ax.images[0].get_array()).all()


def test_a_portrait_has_the_function_its_slope_and_both_formulas():
    z = np.array([-1.0, 0.0, 2.0])
    square = Portrait("square", z, z**2, 2 * z, "a = z²", "da/dz = 2z")
    function, slope = portrait(square).axes
    assert function.lines[-1].get_xydata().tolist() == [[-1, 1], [0, 0], [2, 4]]
    assert slope.lines[-1].get_ydata().tolist() == [-2, 0, 4]
    titles = [ax.get_title(loc="left") for ax in (function, slope)]
    assert titles == ["a = z²", "da/dz = 2z"]
    panels = overview([square, square]).axes
    assert [line.get_ydata().tolist() for line in panels[1].lines[-2:]] == [[1, 0, 4], [-2, 0, 4]]


def test_a_histogram_counts_every_finite_weight_and_names_the_others():
    first, second = histograms({"a": np.arange(6.0).reshape(2, 3), "b": np.array([1, np.nan])}).axes
    assert sum(bar.get_height() for bar in first.patches) == 6
    assert first.get_xlabel() == "mean 2.5, std 1.71"
    assert second.get_xlabel().endswith("1 not finite")
