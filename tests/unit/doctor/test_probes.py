"""Plain predictors on rows they have not seen."""

import numpy as np
import pytest
from data_charts import chart_of
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from pellucid.doctor.chart import Chart
from pellucid.doctor.probes import Probe, _by_neighbours, best_gain, directions, probe_of

RANDOM = np.random.default_rng(7)
X = RANDOM.standard_normal((400, 5)).astype(np.float32)
LOSS = "binary_crossentropy"


def asked(chart: Chart) -> Probe | None:
    return probe_of(chart, chart.network.outputs[0])


def test_directions_are_the_principal_ones():
    x = RANDOM.standard_normal((200, 300)) @ np.diag(0.9 ** np.arange(300))
    x = (x - x.mean(axis=0)).astype(np.float32)
    _, variances = directions(x)
    expected = PCA(10, svd_solver="full").fit(x).explained_variance_ * 199 / 200
    np.testing.assert_allclose(variances[:10], expected, rtol=1e-3)


def test_neighbours_leave_the_row_itself_out():
    y = RANDOM.standard_normal((400, 1)).astype(np.float32)
    near = NearestNeighbors(n_neighbors=4).fit(X).kneighbors(X, return_distance=False)[:, 1:]
    three, _ = _by_neighbours(X, y, [3, 9])
    np.testing.assert_allclose(three, y[near].mean(axis=1), rtol=1e-4)


def test_a_line_is_found_by_the_linear_one():
    probe = asked(chart_of(X, X @ np.arange(5.0)))
    assert probe is not None and probe.linear.gain > 0.99 > probe.neighbours.gain
    assert probe.rank == 5 and probe.nearness == pytest.approx(1, abs=0.1)


def test_a_circle_is_found_by_the_neighbours():
    y = (np.square(X[:, :2]).sum(axis=1) > 1.4).astype(int)
    probe = asked(chart_of(X[:, :2], y, LOSS))
    assert probe is not None and probe.neighbours.gain > 0.8 > 0.3 > probe.linear.gain


def test_noise_gains_nothing():
    clear = []
    for seed in range(20):
        y = np.random.default_rng(seed).integers(0, 2, 400)
        probe = asked(chart_of(X, y, LOSS))
        assert probe is not None and probe.gain < 0.2
        clear.append(probe.z > 3)
    assert sum(clear) <= 1


def test_pictures_hang_together():
    x, y = load_digits(return_X_y=True)
    loss = "sparse_categorical_crossentropy"
    probe = asked(chart_of(x, y, loss))
    assert probe is not None and probe.gain > 0.9 and probe.nearness < 0.7


def test_some_cannot_be_asked():
    for x, y in (
        (X[:10], X[:10, 0]),
        (np.ones((50, 2)), X[:50, 0]),
        (X, np.ones(400)),
        (X, np.full(400, np.nan)),
    ):
        chart = chart_of(x, y)
        assert best_gain(chart, chart.network.outputs[0]) is None


def test_they_are_asked_once():
    chart = chart_of(X, X[:, 0])
    assert probe_of(chart, (name := chart.network.outputs[0])) is probe_of(chart, name)
