"""The plane's arithmetic, by hand in float64 and against scikit-learn."""

import numpy as np
import pytest
from sklearn.decomposition import TruncatedSVD

from pellucid import Input, Sequential
from pellucid.layers import Conv2D, Dense, Flatten
from pellucid.training.surface import (
    as_params,
    as_vector,
    coordinates,
    filter_normalised,
    shapes_of,
    share_in_plane,
    span_of,
    unit_of,
)

DRAW = np.random.default_rng(3)


def small():
    return Sequential([Input((6, 6, 2)), Conv2D(4, 3), Flatten(), Dense(3)], seed=1)


def test_a_vector_holds_every_parameter_once_and_gives_them_back():
    model = small()
    params = model.train_state.params
    w = as_vector(params)
    assert w.shape == (sum(a.size for a in model.get_weights()),)
    back = as_params(model.network, w)
    for owner, group in params.items():
        for name, array in group.items():
            np.testing.assert_array_equal(back[owner][name], np.asarray(array))


def test_a_named_weight_is_the_one_that_changes():
    model = small()
    for name, index in [("dense/kernel", (5, 2)), ("conv2d/bias", (3,)), ("dense/bias", (0,))]:
        unit = unit_of(model.network, f"{name}[{','.join(map(str, index))}]")
        assert unit.sum() == 1
        path, leaf = name.split("/")
        assert as_params(model.network, unit)[path][leaf][index] == 1


@pytest.mark.parametrize(
    "name",
    ["dense/kernel", "dense/kernel[0]", "dense/kernel[0,3]", "no/kernel[0,0]", "dense/bias[-1]"],
)
def test_a_weight_that_there_is_not_has_no_direction(name):
    assert unit_of(small().network, name) is None


def test_principal_directions_are_those_of_a_singular_value_decomposition():
    paths = DRAW.normal(size=(30, 8)) * np.array([5, 3, 1, 0.5, 0.2, 0.1, 0.1, 0.1])
    found = span_of(paths).astype(float)
    theirs = TruncatedSVD(2, algorithm="arpack").fit(paths).components_
    np.testing.assert_allclose(np.abs(found @ theirs.T), np.eye(2), atol=1e-5)
    squares = np.linalg.svd(paths, compute_uv=False) ** 2
    assert share_in_plane(paths, found) == pytest.approx(
        squares[:2].sum() / squares.sum(), rel=1e-5
    )


def test_no_other_plane_holds_more_of_the_movement():
    paths = DRAW.normal(size=(12, 5))
    best = share_in_plane(paths, span_of(paths))
    for _ in range(50):
        assert share_in_plane(paths, DRAW.normal(size=(2, 5))) <= best + 1e-6


def test_coordinates_are_least_squares_also_where_directions_lean():
    basis, d = DRAW.normal(size=(2, 7)), DRAW.normal(size=(4, 7))
    expected = np.linalg.lstsq(basis.T, d.T, rcond=None)[0].T
    np.testing.assert_allclose(coordinates(d, basis), expected, rtol=1e-8)


def test_movement_along_one_line_lies_in_its_plane_and_none_at_all_too():
    line = np.outer([0.0, 1.0, 3.0], [3.0, 4.0])
    found = span_of(line)
    np.testing.assert_allclose(found, [[0.6, 0.8], [0, 0]], atol=1e-7)
    assert share_in_plane(line, found) == pytest.approx(1)
    assert share_in_plane(np.zeros((3, 2)), span_of(np.zeros((3, 2)))) == 1


def test_random_directions_are_as_long_as_the_weights_filter_by_filter():
    model = small()
    w = as_vector(model.train_state.params)
    one, two = filter_normalised(model.network, w, seed=5)
    for direction in (one, two):
        parts = as_params(model.network, direction)
        own = as_params(model.network, w)
        for owner in (name for name in parts if parts[name]):
            filters = parts[owner]["kernel"].reshape(-1, parts[owner]["kernel"].shape[-1])
            weights = own[owner]["kernel"].reshape(filters.shape)
            lengths = np.linalg.norm(weights, axis=0)
            np.testing.assert_allclose(np.linalg.norm(filters, axis=0), lengths, rtol=1e-5)
            assert not parts[owner]["bias"].any()
    assert abs(one @ two) < 0.5 * np.linalg.norm(one) * np.linalg.norm(two)
    np.testing.assert_array_equal(filter_normalised(model.network, w, seed=5)[0], one)
    assert shapes_of(model.network)["conv2d/kernel"] == (3, 3, 2, 4)
