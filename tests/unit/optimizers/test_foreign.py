"""Optax's transformations as optimizers."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from pellucid.base.errors import ConfigError
from pellucid.optimizers import Adam, Foreign, as_optimizer

PARAMS = {"kernel": jnp.array([1.0, -2.0])}
GRADS = {"kernel": jnp.array([0.5, 0.25])}


def test_the_learning_rate_is_a_factor():
    foreign = Foreign(optax.sgd(0.1))
    memory = foreign.init(PARAMS)
    whole, _ = foreign.update(GRADS, memory, PARAMS, jnp.float32(1.0))
    half, _ = foreign.update(GRADS, memory, PARAMS, jnp.float32(0.5))
    np.testing.assert_allclose(whole["kernel"], [-0.05, -0.025], rtol=1e-6)
    np.testing.assert_allclose(half["kernel"], [-0.025, -0.0125], rtol=1e-6)


def test_clipping_and_decay_are_shared():
    foreign = Foreign(optax.sgd(0.1), clipvalue=0.3, weight_decay=0.01)
    updates, _ = foreign.update(GRADS, foreign.init(PARAMS), PARAMS, jnp.float32(1.0))
    np.testing.assert_allclose(updates["kernel"], [-0.04, -0.005], rtol=1e-6)


@pytest.mark.parametrize(
    "transformation",
    [
        optax.adabelief(1e-3),
        optax.inject_hyperparams(optax.adam)(learning_rate=0.1),
        optax.add_noise(0.1, 0.5, jax.random.key(0)),
        optax.yogi(1e-2),
    ],
    ids=["adabelief", "hyperparams", "noise", "yogi"],
)
def test_a_second_step_compiles_nothing(transformation):
    foreign = Foreign(transformation)
    update, memory = jax.jit(foreign.update), jax.jit(foreign.init)(PARAMS)
    for rate in (1.0, 0.5, 0.25):
        _, memory = update(GRADS, memory, PARAMS, jnp.float32(rate))
    assert update._cache_size() == 1


def test_as_optimizer_takes_what_can_be_one():
    transformation = optax.adabelief(1e-3)
    assert as_optimizer(transformation) == Foreign(transformation)
    assert as_optimizer("adam") == as_optimizer(Adam) == as_optimizer(Adam()) == Adam()
    assert as_optimizer({"class_name": "Adam", "config": {"beta_1": 0.5}}) == Adam(beta_1=0.5)


@pytest.mark.parametrize("wrong", ["adamm", 3, len, optax.adam])
def test_as_optimizer_refuses_the_rest(wrong):
    with pytest.raises(ConfigError, match="optimizer"):
        as_optimizer(wrong)


@pytest.mark.parametrize("wrong", ["adabelief", optax.adabelief, None])
def test_foreign_refuses_what_optax_did_not_make(wrong):
    with pytest.raises(ConfigError, match="no optax transformation"):
        Foreign(wrong)


def test_it_cannot_be_saved():
    with pytest.raises(ConfigError, match="function of your own"):
        Foreign(optax.sgd(0.1)).to_config()
