"""Matrices, maps and lines of plain data, and files that are the same each time."""

import numpy as np
import pytest

from pellucid.plots.figures import to_svg
from pellucid.plots.lines import lines
from pellucid.plots.spread import spread
from pellucid.plots.values import Names, matrix, tiles


def test_a_matrix_is_its_numbers_and_says_what_it_leaves_out():
    values = np.arange(70.0 * 3).reshape(70, 3)
    ax = matrix(values, Names("a")).axes[0]
    assert ax.images[0].get_array().tolist() == values[:64].tolist()
    assert ax.get_title(loc="left") == "a (64 x 3 of 70 x 3)"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("unit", "row")


@pytest.mark.parametrize("values", [np.zeros((2, 2)), np.full((2, 2), np.nan), np.ones((1, 1))])
def test_degenerate_numbers_are_drawn(values):
    to_svg(matrix(values, Names("a")))
    to_svg(tiles(values[..., None], Names("a")))


def test_tiles_share_one_symmetric_scale():
    figure = tiles(np.array([[[-1.0, 4.0]]]), Names("a"))
    assert [ax.images[0].get_clim() for ax in figure.axes[:2]] == [(-4.0, 4.0)] * 2


def test_lines_stand_over_epochs_or_over_what_is_given():
    ax = lines({"one": [3.0, 2.0], "two": [1.0, 5.0]}).axes[0]
    assert [line.get_xydata().tolist() for line in ax.lines] == [[[1, 3], [2, 2]], [[1, 1], [2, 5]]]
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    assert lines({"one": [3.0]}, at=[7.0]).axes[0].lines[0].get_xdata().tolist() == [7.0]


def test_a_spread_is_ordered_and_has_the_mean():
    samples = np.array([[3.0, 1.0], [5.0, 1.0]])
    ax = spread(np.array([2.0, 1.0]), samples, np.array([4.0, 1.0])).axes[0]
    (mean,) = [line for line in ax.lines if line.get_label() == "mean"]
    assert mean.get_xydata().tolist() == [[1.0, 1.0], [2.0, 4.0]]


def test_a_saved_svg_is_the_same_each_time(tmp_path):
    for name in ("one.svg", "two.svg"):
        lines({"one": [3.0, 2.0]}).savefig(tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert b"<dc:date>" not in (tmp_path / "one.svg").read_bytes()
    lines({"one": [3.0]}).savefig(tmp_path / "one.png")
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")
