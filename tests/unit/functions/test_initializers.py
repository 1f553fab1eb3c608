"""Initializers: moments, fans, and what they refuse."""

import math

import jax
import numpy as np
import pytest

from pellucid.base.errors import ConfigError, ShapeError
from pellucid.functions import initializers
from pellucid.functions.initializers import INITIALIZERS, TRUNCATED_DEVIATION, fans

KEY = jax.random.key(1)
SHAPE = (300, 200)  # 60,000 numbers: moments to about half a percent

VARIANCES = {
    "glorot_uniform": 2 / 500,
    "glorot_normal": 2 / 500,
    "he_uniform": 2 / 300,
    "he_normal": 2 / 300,
    "lecun_uniform": 1 / 300,
    "lecun_normal": 1 / 300,
    "variance_scaling": 1 / 300,
    "random_uniform": 0.1**2 / 12,
    "random_normal": 0.05**2,
    "truncated_normal": (0.05 * TRUNCATED_DEVIATION) ** 2,
    "orthogonal": 1 / 300,
}


@pytest.mark.parametrize("name", VARIANCES)
def test_mean_and_variance_are_as_promised(name):
    draws = np.asarray(INITIALIZERS.resolve(name)(KEY, SHAPE), np.float64)
    assert abs(draws.mean()) < 5 * math.sqrt(VARIANCES[name] / draws.size)
    np.testing.assert_allclose(draws.var(), VARIANCES[name], rtol=0.02)


@pytest.mark.parametrize("name", ["glorot_normal", "he_normal", "lecun_normal", "truncated_normal"])
def test_a_truncated_normal_ends_at_two_deviations(name):
    draws = np.abs(INITIALIZERS.resolve(name)(KEY, SHAPE))
    end = 2 * math.sqrt(VARIANCES[name]) / TRUNCATED_DEVIATION
    assert 0.97 * end < draws.max() <= end * (1 + 1e-6)


def test_the_deviation_left_by_the_cut_is_the_known_constant():
    assert pytest.approx(0.87962566103423978, rel=1e-14) == TRUNCATED_DEVIATION


def test_a_convolutions_window_counts_in_its_fans():
    assert fans((5, 5, 1, 8)) == (25, 200)
    draws = np.abs(initializers.HeUniform()(KEY, (5, 5, 4, 80)))
    assert 0.99 * math.sqrt(6 / 100) < draws.max() <= math.sqrt(6 / 100)


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (3, 2, 4)])
def test_orthogonal_columns_or_rows(shape):
    matrix = np.asarray(initializers.Orthogonal(2.0)(KEY, shape)).reshape(-1, shape[-1])
    small = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-5)


def test_shapes_that_cannot_be_are_refused():
    with pytest.raises(ShapeError, match="matrices"):
        initializers.Identity()(KEY, (3,))
    with pytest.raises(ShapeError, match="two axes"):
        initializers.Orthogonal()(KEY, (3,))


def test_settings_that_cannot_be_are_refused():
    for settings in ({"scale": 0}, {"mode": "fan_inn"}, {"distribution": "gamma"}):
        with pytest.raises(ConfigError):
            initializers.VarianceScaling(**settings)
    assert initializers.VarianceScaling(distribution="normal").distribution == "truncated_normal"
