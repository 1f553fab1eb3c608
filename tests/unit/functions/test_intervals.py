"""Intervals: known values, and how often they hold the truth."""

import numpy as np
import pytest

from pellucid.base.errors import DataError
from pellucid.functions import scores
from pellucid.functions.intervals import bootstrap_interval, wilson_interval


def test_wilson_is_a_root_of_what_defines_it():
    z = 1.959963984540054
    for successes, rows in ((0, 10), (1, 10), (48, 50), (10, 10)):
        for end in wilson_interval(successes, rows):
            distance = abs(successes / rows - end)
            assert distance == pytest.approx(z * np.sqrt(end * (1 - end) / rows), abs=1e-12)


def test_wilson_stays_between_0_and_1_and_says_something_of_perfection():
    assert wilson_interval(10, 10).high == 1
    assert wilson_interval(10, 10).low == pytest.approx(0.7224672, abs=1e-6)
    assert wilson_interval(0, 10).low == 0
    assert wilson_interval(5, 10, 0.99).low < wilson_interval(5, 10).low


@pytest.mark.parametrize(("successes", "rows"), [(0, 0), (3, 2), (-1, 2)])
def test_no_share_is_refused(successes, rows):
    with pytest.raises(DataError, match="no share"):
        wilson_interval(successes, rows)


def test_bootstrap_of_a_mean_is_as_wide_as_theory_says():
    rows = np.random.default_rng(0).normal(size=400)
    low, high = bootstrap_interval(lambda x: x.mean(), rows)
    # 1000 draws give a percentile to about 5 % of the width
    assert high - low == pytest.approx(2 * 1.96 * rows.std() / 20, rel=0.1)
    assert low < rows.mean() < high


def test_bootstrap_keeps_rows_together_and_repeats_itself():
    y = np.random.default_rng(0).normal(size=50)
    one = bootstrap_interval(scores.r2, y, y + 0.1)
    assert one == bootstrap_interval(scores.r2, y, y + 0.1)
    assert one != bootstrap_interval(scores.r2, y, y + 0.1, seed=1)
    assert 0.9 < one.low < scores.r2(y, y + 0.1) < one.high < 1
    with pytest.raises(DataError, match="no rows"):
        bootstrap_interval(scores.r2, y[:0], y[:0])
