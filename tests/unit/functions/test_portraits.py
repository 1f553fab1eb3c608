"""Activations as pictures and as a table."""

import math
from functools import partial

import jax.numpy as jnp
import numpy as np
import pytest
from cases_functions import ACTIVATIONS as CASES

from pellucid.functions.activations import ACTIVATIONS, leaky_relu
from pellucid.functions.portraits import FACTS, activation_table, portrait

KINKS = np.array([-3, -1, -0.5, 0, 0.5, 1, 3])
Z = np.linspace(-4.03, 4.07, 41)
Z = Z[np.abs(Z[:, None] - KINKS).min(axis=1) > 0.02]
WRITTEN_OUT = {
    "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: z > 0,
    "leaky_relu": lambda z: np.where(z >= 0, 1, 0.2),
    "softplus": lambda z: 1 / (1 + np.exp(-z)),
}


@pytest.mark.parametrize("name", WRITTEN_OUT)
def test_slopes_are_those_of_the_lectures(name):
    np.testing.assert_allclose(portrait(name, Z).slope, WRITTEN_OUT[name](Z), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_slopes_are_finite_differences_away_from_kinks(name):
    step = 1e-2
    shown = portrait(name, Z)
    rise = portrait(name, Z + step).a - portrait(name, Z - step).a
    # float32 over a step of 0.01, times a curvature up to 60 (the exponential's)
    np.testing.assert_allclose(shown.slope, rise / (2 * step), rtol=1e-3, atol=1e-3)
    assert shown.a.shape == shown.slope.shape == Z.shape


def test_sigmoid_is_steepest_at_0_where_its_slope_is_a_quarter():
    shown = portrait("sigmoid", np.array([-1.0, 0.0, 1.0]))
    assert shown.slope[1] == 0.25 == shown.slope.max()
    np.testing.assert_allclose(shown.slope, shown.a * (1 - shown.a), rtol=1e-6)


def test_a_variant_has_a_portrait_too():
    shown = portrait(partial(leaky_relu, negative_slope=0.5), np.array([-2.0, 2.0]))
    assert shown.slope.tolist() == [0.5, 1.0]


def test_the_table_has_a_row_for_each():
    assert [row.name for row in activation_table()] == list(ACTIVATIONS)
    assert all(
        row.formula.startswith("a") and row.facts == FACTS[row.name] for row in activation_table()
    )


@pytest.mark.parametrize("name", FACTS)
def test_limits_are_what_the_table_says(name):
    facts, ends = FACTS[name], np.array([-30.0, 0.0, 30.0])
    known = {"exp": math.exp, "log": math.log}
    said = (facts.far_below, facts.at_zero, facts.far_above)
    expected = [eval(text, known, {"z": z}) for text, z in zip(said, ends, strict=True)]
    # 0.05: softsign and squareplus come near their limits slowly
    np.testing.assert_allclose(portrait(name, ends).a, expected, rtol=1e-3, atol=0.05)


@pytest.mark.parametrize("name", FACTS)
def test_values_stay_in_the_range_the_table_says(name):
    text = FACTS[name].range
    low, high = (float(part) for part in text.strip("[](){}").split(","))
    a = portrait(name, np.linspace(-30, 30, 601)).a
    assert a.min() >= low - 2e-3 and a.max() <= high + 2e-3
    assert not math.isfinite(low) or a.min() < low + 0.05, "the range is too wide"
    assert not math.isfinite(high) or a.max() > high - 0.05, "the range is too wide"


def test_softmax_is_shown_against_a_0():
    shown = portrait("softmax", Z)
    np.testing.assert_allclose(shown.a, 1 / (1 + np.exp(-Z)), rtol=1e-5)
    assert jnp.issubdtype(shown.a.dtype, jnp.float32)
