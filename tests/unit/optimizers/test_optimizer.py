"""Settings that all optimizers share."""

import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.base.errors import ConfigError
from pellucid.functions.schedules import SCHEDULES
from pellucid.optimizers import OPTIMIZERS, SGD, Adam, AdamW

SCHEDULE = SCHEDULES["ExponentialDecay"](0.1, 10, 0.5)


def test_only_one_way_to_clip():
    with pytest.raises(ConfigError, match="clip gradients in 2 ways") as caught:
        Adam(clipnorm=1.0, global_clipnorm=2.0)
    assert "clipnorm=1.0, global_clipnorm=2.0" in str(caught.value)


@pytest.mark.parametrize("wrong", [{"learning_rate": -0.1}, {"clipnorm": 0}, {"weight_decay": -1}])
def test_settings_out_of_range(wrong):
    with pytest.raises(ConfigError, match="out of range"):
        Adam(**wrong)


def test_a_schedule_takes_the_place_of_a_rate():
    optimizer = SGD(SCHEDULE, momentum=0.9)
    assert optimizer.learning_rate == SCHEDULE
    assert SGD.from_config(optimizer.to_config()) == optimizer


def test_positions_are_those_of_keras():
    assert SGD(0.1, 0.9, True) == SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    assert AdamW(0.1, 0.2) == AdamW(learning_rate=0.1, weight_decay=0.2)


def test_names():
    assert OPTIMIZERS.resolve("Adam") == OPTIMIZERS.resolve("adam") == Adam()
    with pytest.raises(ConfigError, match="did you mean 'adam'"):
        OPTIMIZERS.resolve("adm")


def test_momentum_by_hand():
    optimizer = SGD(0.1, momentum=0.5)
    params, one = {"kernel": jnp.array([1.0])}, {"kernel": jnp.array([1.0])}
    rate = jnp.float32(0.1)
    first, memory = optimizer.update(one, optimizer.init(params), params, rate)
    second, memory = optimizer.update(one, memory, params, rate)
    third, _ = optimizer.update(one, memory, params, jnp.float32(0.0))
    steps = [float(step["kernel"][0]) for step in (first, second, third)]
    np.testing.assert_allclose(steps, [-0.1, -0.15, -0.075], rtol=1e-6)


def test_adam_by_hand():
    optimizer, params = Adam(epsilon=0.0), {"kernel": jnp.array([1.0, 1.0])}
    grads = {"kernel": jnp.array([0.01, -100.0])}
    updates, memory = optimizer.update(grads, optimizer.init(params), params, jnp.float32(0.1))
    np.testing.assert_allclose(updates["kernel"], [-0.1, 0.1], rtol=1e-5)
    np.testing.assert_allclose(memory["momentum"]["kernel"], [0.001, -10.0], rtol=1e-5)
    assert memory["step"] == 1


def test_optax_is_not_imported_before_it_is_needed():
    code = "import sys, pellucid.optimizers; assert 'optax' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
