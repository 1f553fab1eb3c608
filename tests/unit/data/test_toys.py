"""Gates and generators: what they show is there."""

import numpy as np
import pytest

from pellucid.base.errors import DataError
from pellucid.data.sources import open_data
from pellucid.data.toys import GATES, TOYS


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("and", lambda a, b: a and b),
        ("or", lambda a, b: a or b),
        ("nand", lambda a, b: not (a and b)),
        ("nor", lambda a, b: not (a or b)),
        ("xor", lambda a, b: a != b),
    ],
)
def test_gates_are_their_truth_tables(name, operation):
    data = open_data(name)
    inputs = np.stack([column.values for column in data.x], axis=1)
    assert inputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    outputs = [int(operation(bool(a), bool(b))) for a, b in inputs]
    assert data.class_values[data.labels].tolist() == outputs


def test_not_has_one_input():
    data = open_data("not")
    assert data.x[0].values.tolist() == [0, 1]
    assert data.labels.tolist() == [1, 0]
    assert set(GATES) == {"and", "or", "nand", "nor", "xor", "not"}


@pytest.mark.parametrize("name", TOYS)
def test_rows_noise_and_seed_are_obeyed(name):
    data = open_data(name, rows=50, seed=1)
    assert data.rows == 50
    assert data.digest == open_data(name, rows=50, seed=1).digest
    assert data.digest != open_data(name, rows=50, seed=2).digest
    assert data.digest != open_data(name, rows=50, seed=1, noise=0.5).digest
    if data.labels is not None:
        counts = np.bincount(data.labels)
        assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("name", TOYS)
def test_too_few_rows_are_refused(name):
    assert open_data(name, rows=6).rows == 6
    with pytest.raises(DataError, match="more rows"):
        open_data(name, rows=5)


def points(name, **settings):
    data = open_data(name, **settings)
    return np.stack([column.values for column in data.x], axis=1), data


def test_without_noise_shapes_are_exact():
    x, data = points("circles", noise=0)
    radius = np.linalg.norm(x, axis=1)
    np.testing.assert_allclose(radius, np.where(data.labels == 0, 1.0, 0.5))
    x, data = points("xor-points", noise=0)
    np.testing.assert_array_equal(x[:, 0] * x[:, 1] < 0, data.labels == 1)
    x, data = points("sine", noise=0)
    np.testing.assert_allclose(data.target.values, np.sin(x[:, 0]))
    x, data = points("plane", noise=0)
    np.testing.assert_allclose(data.target.values, 0.5 * x[:, 0] - 0.25 * x[:, 1] + 1)
    x, data = points("moons", noise=0)
    centre = np.where(data.labels[:, None] == 0, [0.0, 0.0], [1.0, 0.5])
    np.testing.assert_allclose(np.linalg.norm(x - centre, axis=1), 1.0)


def test_gauss_errs_as_often_as_it_says():
    x, data = points("gauss", rows=20_000)
    errors = np.mean((x[:, 0] > 0) != (data.labels == 1))
    assert errors == pytest.approx(0.159, abs=0.01)
