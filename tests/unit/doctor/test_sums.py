"""Sums in float32 are those in float64, and where float32 ends they are taken in float64."""

import numpy as np
import pytest

from pellucid.doctor.sums import deviations, norm, rms

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("scale", [1e-30, 1e-12, 1.0, 1e12, 1e30])
def test_lengths_over_the_whole_range_of_float32(scale):
    a = (RANDOM.normal(size=(300, 7)) * scale).astype(np.float32)
    exact = np.square(a, dtype=np.float64)
    assert norm(a) == pytest.approx(exact.sum() ** 0.5, rel=1e-5)
    assert rms(a) == pytest.approx(exact.mean() ** 0.5, rel=1e-5)


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
@pytest.mark.parametrize("away", [0.0, 1000.0])
def test_deviations_of_columns_far_from_0_too(scale, away):
    table = ((RANDOM.normal(size=(5000, 3)) + away) * scale).astype(np.float32)
    exact = np.std(table, axis=0, dtype=np.float64)
    np.testing.assert_allclose(deviations(table), exact, rtol=1e-3)


def test_columns_of_one_number_do_not_deviate():
    table = np.float32([[0.1, 1e30, 0.0], [0.1, 1e30, 1.0], [0.1, 1e30, 2.0]])
    assert deviations(table)[:2].tolist() == [0.0, 0.0]
    assert deviations(table)[2] == pytest.approx((2 / 3) ** 0.5)


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_stays_so(strange):
    table = np.float32([[1.0, 2.0], [strange, 3.0]])
    assert not np.isfinite(norm(table)) and not np.isfinite(deviations(table)[0])


def test_no_numbers_have_no_mean():
    assert norm(np.zeros(0, np.float32)) == 0.0 and np.isnan(rms(np.zeros(0, np.float32)))
    assert np.isnan(deviations(np.zeros((0, 2), np.float32))).all()
