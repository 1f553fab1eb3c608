"""Schedules at the steps one would ask about."""

import jax.numpy as jnp
import pytest

from pellucid.base.errors import ConfigError
from pellucid.functions import schedules


def rates(schedule, *steps):
    return [float(schedule(jnp.asarray(step, "int32"))) for step in steps]


def test_one_cycle_rises_to_its_peak_and_falls_to_next_to_nothing():
    cycle = schedules.OneCycle(1.0, 100, warmup=0.25, rise=10, fall=1000)
    expected = [0.1, 0.55, 1.0, 0.001, 0.001]
    middle = 0.001 + 0.999 / 2
    assert rates(cycle, 0, 25, 100, 500)[0] == pytest.approx(expected[0])
    assert rates(cycle, 25, 100, 500) == pytest.approx(expected[2:], abs=1e-6)
    assert rates(schedules.OneCycle(1.0, 200, warmup=0.5, rise=10), 50) == pytest.approx([0.55])
    assert rates(schedules.OneCycle(1.0, 200, warmup=0.5, fall=1000), 150) == pytest.approx(
        [middle]
    )


def test_a_piece_ends_with_its_boundary():
    pieces = schedules.PiecewiseConstantDecay([10, 20], [3.0, 2.0, 1.0])
    assert rates(pieces, 0, 10, 11, 20, 21) == [3, 3, 2, 2, 1]


def test_warmup_ends_at_its_target():
    schedule = schedules.CosineDecay(0.0, 100, warmup_target=1.0, warmup_steps=10)
    assert rates(schedule, 0, 5, 10, 60, 110, 999) == pytest.approx(
        [0, 0.5, 1, 0.5, 0, 0], abs=1e-6
    )


def test_restarts_double_by_default():
    schedule = schedules.CosineDecayRestarts(1.0, 10)
    assert rates(schedule, 0, 5, 20, 50) == pytest.approx([1, 0.5, 0.5, 0.5], abs=1e-6)


def test_what_cannot_be_is_refused():
    with pytest.raises(ConfigError, match="one more than boundaries"):
        schedules.PiecewiseConstantDecay([10, 20], [3.0, 2.0])
    with pytest.raises(ConfigError, match="not in order"):
        schedules.PiecewiseConstantDecay([20, 10], [3.0, 2.0, 1.0])
    with pytest.raises(ConfigError, match="warmup_steps above 0"):
        schedules.CosineDecay(0.1, 10, warmup_target=1.0)
    with pytest.raises(ConfigError, match="decay_steps"):
        schedules.ExponentialDecay(0.1, 0, 0.5)
