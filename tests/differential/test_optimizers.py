"""Our optimizers against Keras's, and against optax's where the formula is one."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import pytest
from cases_optimizers import CASES

from pellucid.optimizers import (
    OPTIMIZERS,
    SGD,
    Adafactor,
    Adagrad,
    Foreign,
    Ftrl,
    Lion,
    Muon,
    RMSprop,
    ScheduleFreeAdamW,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

STEPS = 10
# Ten steps of sums and roots in float32, on parameters of about 1: both round, in another order.
TOLERANCE = 1e-6


def numbers(seed, scale=1.0):
    draw = np.random.default_rng(seed).normal
    return {
        "bias": (scale * draw(size=3)).astype("float32"),
        "kernel": (scale * draw(size=(4, 3))).astype("float32"),
    }


def with_ours(optimizer, rates, scale=1.0, finalize=False):
    params = jax.tree.map(jnp.asarray, numbers(0))
    memory, update = optimizer.init(params), jax.jit(optimizer.update)
    for seed, rate in enumerate(rates, 1):
        updates, memory = update(numbers(seed, scale), memory, params, jnp.float32(rate))
        params = jax.tree.map(jnp.add, params, updates)
    return optimizer.finalized(memory, params) if finalize else params


def built(optimizer, variables):
    twin = getattr(keras.optimizers, type(optimizer).__name__)(**optimizer.to_config())
    twin.build(variables)
    return twin


def with_keras(optimizer, rates, scale=1.0, finalize=False):
    variables = {name: keras.Variable(value) for name, value in numbers(0).items()}
    twin = built(optimizer, list(variables.values()))
    apply = jax.jit(twin.stateless_apply)
    values = [variable.value for variable in variables.values()]
    memory = [variable.value for variable in twin.variables]
    for seed, rate in enumerate(rates, 1):
        memory[1] = jnp.float32(rate)
        grads = [jnp.asarray(g) for g in numbers(seed, scale).values()]
        with jax.numpy_dtype_promotion("standard"):
            values, memory = apply(memory, grads, values)
    if finalize:
        for held, value in zip(
            (*variables.values(), *twin.variables), (*values, *memory), strict=True
        ):
            held.assign(value)
        twin.finalize_variable_values(list(variables.values()))
        values = [variable.value for variable in variables.values()]
    return {name: np.asarray(value) for name, value in zip(variables, values, strict=True)}


def with_optax(transformation):
    params = jax.tree.map(jnp.asarray, numbers(0))
    memory = transformation.init(params)
    for seed in range(1, STEPS + 1):
        grads = jax.tree.map(jnp.asarray, numbers(seed))
        with jax.numpy_dtype_promotion("standard"):
            updates, memory = transformation.update(grads, memory, params)
        params = optax.apply_updates(params, updates)
    return params


def assert_close(ours, theirs):
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=TOLERANCE, atol=TOLERANCE)


def assert_like_keras(optimizer, rates=None, scale=1.0, finalize=False):
    rates = rates or [optimizer.learning_rate] * STEPS
    ours = with_ours(optimizer, rates, scale, finalize)
    assert_close(ours, with_keras(optimizer, rates, scale, finalize))


@pytest.fixture(params=sorted(OPTIMIZERS))
def name(request):
    return request.param


def tame(name):
    """Return the example with steps of at most about 0.1, so that rounding stays small."""
    return replace(CASES[name], learning_rate=0.02)


def test_defaults_are_those_of_keras(name):
    ours = OPTIMIZERS[name]().to_config()
    theirs = getattr(keras.optimizers, OPTIMIZERS[name].__name__)().get_config()
    for setting, value in ours.items():
        assert theirs[setting] == pytest.approx(value), setting


def test_with_default_settings(name):
    assert_like_keras(OPTIMIZERS[name]())


def test_with_other_settings(name):
    assert_like_keras(tame(name))


@pytest.mark.parametrize("clip", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_with_clipping(name, clip):
    assert_like_keras(replace(tame(name), **{clip: 0.7}))


def test_with_weight_decay(name):
    assert_like_keras(replace(tame(name), weight_decay=0.3))


def test_with_a_learning_rate_that_changes(name):
    rates = [0.02, 0.02, 0.005, 0.005, 0.03, 0.03, 0.0, 0.01, 0.01, 0.02]
    if name == "ftrl":
        rates.remove(0.0)  # at which Keras's becomes NaN
    assert_like_keras(tame(name), rates)


@pytest.mark.parametrize(
    "shared",
    [
        {"use_ema": True, "ema_momentum": 0.8},
        {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
        {"gradient_accumulation_steps": 3, "weight_decay": 0.1, "clipnorm": 0.7},
        {
            "use_ema": True,
            "ema_momentum": 0.8,
            "ema_overwrite_frequency": 2,
            "gradient_accumulation_steps": 2,
        },
    ],
    ids=lambda shared: "-".join(shared),
)
def test_with_averages_and_accumulated_gradients(name, shared):
    finalize = "ema_overwrite_frequency" not in shared  # which shows averages as it is
    assert_like_keras(replace(tame(name), **shared), finalize=finalize)


@pytest.mark.parametrize("shared", [{}, {"use_ema": True, "gradient_accumulation_steps": 2}])
@pytest.mark.parametrize("settings", ["defaults", "others"])
def test_memory_lies_in_files_as_keras_puts_it(name, settings, shared):
    optimizer = replace(OPTIMIZERS[name]() if settings == "defaults" else CASES[name], **shared)
    before = numbers(0)
    variables = [keras.Variable(value) for value in before.values()]
    twin = built(optimizer, variables)
    params = {"layer": jax.tree.map(jnp.asarray, before)}
    memory = optimizer.init(params)
    for seed in (1, 2):
        grads = jax.tree.map(jnp.asarray, numbers(seed))
        with jax.numpy_dtype_promotion("standard"):
            twin.apply(list(grads.values()))
        rate = jnp.float32(optimizer.learning_rate)
        updates, memory = optimizer.update({"layer": grads}, memory, params, rate)
        params = jax.tree.map(jnp.add, params, updates)
    count, rate, *theirs = [np.asarray(variable.value) for variable in twin.variables]
    assert jax.tree.all(
        jax.tree.map(np.array_equal, optimizer.counted(memory, jnp.asarray(count)), memory)
    )
    places = optimizer.places(memory, [("layer", "bias"), ("layer", "kernel")])
    assert len(places) == len(theirs)
    for place, array in zip(places, theirs, strict=True):
        ours = memory
        for key in place:
            ours = ours[key]
        np.testing.assert_allclose(ours, array, rtol=1e-5, atol=1e-6, err_msg=str(place))


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(momentum=0.9),
        SGD(momentum=0.9, nesterov=True),
        RMSprop(momentum=0.9),
        RMSprop(centered=True),
        Ftrl(l1_regularization_strength=0.5),
        Ftrl(learning_rate_power=0.0, l2_regularization_strength=0.5),
        Muon(),
        Muon(nesterov=False, rms_rate=None, exclude_embeddings=False),
        Adafactor(clip_threshold=0.3),
        ScheduleFreeAdamW(warmup_steps=4),
    ],
    ids=repr,
)
def test_each_branch_with_a_learning_rate_that_changes(optimizer):
    assert_like_keras(optimizer, [0.01, 0.003] * (STEPS // 2))


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e3])
def test_where_epsilon_counts_and_where_it_does_not(name, scale):
    assert_like_keras(replace(OPTIMIZERS[name](), learning_rate=0.002), scale=scale)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SGD(0.05), optax.sgd(0.05)),
        (SGD(0.05, momentum=0.9), optax.sgd(0.05, momentum=0.9)),
        (SGD(0.05, momentum=0.9, nesterov=True), optax.sgd(0.05, momentum=0.9, nesterov=True)),
        (RMSprop(0.01), optax.rmsprop(0.01, decay=0.9, eps=1e-7)),
        (RMSprop(0.01, centered=True), optax.rmsprop(0.01, decay=0.9, eps=1e-7, centered=True)),
        (Adagrad(0.01), optax.adagrad(0.01)),
        (Lion(0.01), optax.lion(0.01, weight_decay=0.0)),
    ],
    ids=lambda side: repr(side) if not isinstance(side, tuple) else "",
)
def test_like_optax_where_the_formula_is_the_same(ours, theirs):
    assert_close(with_ours(ours, [ours.learning_rate] * STEPS), with_optax(theirs))


@pytest.mark.parametrize(
    "transformation",
    [
        optax.adabelief(1e-2),
        optax.adam(optax.exponential_decay(1e-2, 5, 0.5)),
        optax.chain(optax.clip_by_global_norm(0.5), optax.adamw(1e-2)),
        optax.inject_hyperparams(optax.sgd)(learning_rate=0.1, momentum=0.5),
        optax.contrib.schedule_free_sgd(0.1),
        optax.add_noise(0.1, 0.5, jax.random.key(3)),
    ],
    ids=["adabelief", "schedule", "chain", "hyperparams", "schedule_free", "noise"],
)
def test_foreign_is_the_transformation_itself(transformation):
    foreign = Foreign(transformation)
    assert_close(with_ours(foreign, [1.0] * STEPS), with_optax(transformation))
