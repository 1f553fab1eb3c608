import functools

import jax
import numpy as np
import pytest
from scipy.stats import chisquare

from pellucid.training.permutation import FEW, TOGETHER, permutation

DRAWS, CELLS = 3000, 20
PRIME = 1009  # so that no grid has just as many places


def drawn(count, draws=1):
    keys = jax.random.split(jax.random.key(7), draws)
    return np.asarray(jax.jit(jax.vmap(functools.partial(permutation, count=count)))(keys))


@pytest.mark.parametrize("count", [1, 2, FEW, FEW + 1, 1009, 1024, 4093, 60_000, 99_991])
def test_every_number_comes_once(count):
    (order,) = drawn(count)
    assert order.dtype == np.int32
    np.testing.assert_array_equal(np.sort(order), np.arange(count))


@pytest.mark.parametrize("count", [FEW - 1, TOGETHER - 1, TOGETHER + 1, 60_000])
@pytest.mark.parametrize("first, last", [(0, 1), (0.1, 0.1001), (0.3, 0.9), (0.99, 1)])
def test_a_part_of_an_order_is_that_of_the_whole(count, first, last):
    first, last = int(first * count), int(np.ceil(last * count))
    (whole,) = drawn(count)
    (key,) = jax.random.split(jax.random.key(7), 1)
    part = jax.jit(functools.partial(permutation, count=count))(key, within=(first, last))
    np.testing.assert_array_equal(part[first:last], whole[first:last])


@pytest.fixture(scope="module")
def orders():
    return drawn(PRIME, DRAWS).astype(int)


class TestFairness:
    @pytest.mark.parametrize("row", [0, 1, 500, 1008])
    def test_a_row_may_come_anywhere(self, orders, row):
        cells = orders[:, row] * CELLS // PRIME
        shares = np.diff(np.ceil(np.arange(CELLS + 1) * PRIME / CELLS)) / PRIME
        assert chisquare(np.bincount(cells, minlength=CELLS), shares * DRAWS).pvalue > 1e-4

    @pytest.mark.parametrize("apart", [1, 31, 32, 504])
    def test_rows_near_each_other_go_their_own_ways(self, orders, apart):
        gap = (orders[:, apart:] - orders[:, :-apart]) % PRIME - 1  # 0 .. count - 2
        cells = gap[:, 7] * CELLS // (PRIME - 1)
        assert chisquare(np.bincount(cells, minlength=CELLS)).pvalue > 1e-4

    def test_ascents_and_rows_that_stay_are_as_many_as_by_chance(self, orders):
        ascents = (np.diff(orders, axis=1) > 0).sum(axis=1)
        stays = (orders == np.arange(PRIME)).sum(axis=1)
        assert abs(ascents.mean() - (PRIME - 1) / 2) < 4 * np.sqrt(84.2 / DRAWS)
        assert 0.85 < ascents.var() / ((PRIME + 1) / 12) < 1.15  # of permutations (n + 1) / 12
        assert abs(stays.mean() - 1) < 4 / np.sqrt(DRAWS)
        assert 0.85 < stays.var() < 1.15
