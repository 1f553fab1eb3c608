"""Regularizers by hand."""

import jax.numpy as jnp
import pytest

from pellucid.base.errors import ShapeError
from pellucid.functions.regularizers import L1, L1L2, L2, REGULARIZERS, OrthogonalRegularizer

WEIGHTS = jnp.asarray([[1.0, -2.0], [0.0, 3.0]])


def test_by_hand():
    assert L1(0.5)(WEIGHTS) == 3
    assert L2(0.5)(WEIGHTS) == 7
    assert L1L2(0.5, 0.25)(WEIGHTS) == 3 + 3.5


def test_the_one_that_is_not_given_is_0_and_by_name_both_are_a_hundredth():
    assert L1L2(l1=0.5)(WEIGHTS) == 3
    assert L1L2(l2=0.5)(WEIGHTS) == 7
    assert REGULARIZERS.resolve("l1_l2")(WEIGHTS) == pytest.approx(0.06 + 0.14)


def test_rows_at_right_angles_cost_nothing():
    assert OrthogonalRegularizer(1.0)(jnp.asarray([[2.0, 0.0], [0.0, 5.0]])) == 0
    assert OrthogonalRegularizer(1.0)(jnp.asarray([[2.0, 0.0], [5.0, 0.0]])) == 1
    with pytest.raises(ShapeError, match="matrices"):
        OrthogonalRegularizer()(jnp.ones(3))
