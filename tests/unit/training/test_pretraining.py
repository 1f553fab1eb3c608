"""Contrastive divergence: what a step does, what its expectation is, and that it resumes."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.layers.boltzmann import BoltzmannMachine
from pellucid.training.pretraining import (
    FLIPS,
    ContrastiveDivergence,
    compile_epoch,
    compile_start,
    contrast,
    first_bias,
    flips,
    learn,
    measured,
    reconstruction,
)
from pellucid.training.state import NOISE, key_for, seed_bits

MACHINE = BoltzmannMachine(3)
V = np.array(list(itertools.product((0.0, 1.0), repeat=4)), np.float32)
ROWS = np.random.default_rng(0).integers(0, 2, (50, 4)).astype(np.float32)
PARAMS = {
    "kernel": np.random.default_rng(1).normal(0, 0.7, (4, 3)).astype(np.float32),
    "bias": np.array([0.3, -0.5, 0.0], np.float32),
    "visible_bias": np.array([0.1, 0.2, -0.4, 0.0], np.float32),
}


def started(chains=0):
    return compile_start(MACHINE, chains)(seed_bits(0), first_bias(MACHINE, ROWS))


def exact_slope():
    """What `slope` is to be expected of rows drawn from the machine: by enumeration."""
    w, c, b = (PARAMS[name].astype(np.float64) for name in ("kernel", "bias", "visible_bias"))
    z = V @ w + c
    p = np.exp(V @ b + np.log1p(np.exp(z)).sum(1))
    p /= p.sum()
    hidden = 1 / (1 + np.exp(-z))
    return {"kernel": (V * p[:, None]).T @ hidden, "bias": p @ hidden, "visible_bias": p @ V}


@pytest.mark.parametrize("persistent", [False, True])
def test_long_chains_give_the_gradient_of_the_log_likelihood(persistent):
    v = np.repeat(V[[3, 5, 5, 12]], 10_000, axis=0)
    chain = jnp.zeros((40_000, 3)) if persistent else None
    estimate = jax.jit(lambda v, chain: contrast(MACHINE, jax.random.key(2), PARAMS, v, 60, chain))
    found, h = estimate(jnp.asarray(v), chain)
    data, model = jax.jit(MACHINE.slope)(PARAMS, jnp.asarray(v)), exact_slope()
    for name in PARAMS:
        # Each entry is a mean of 40,000 numbers from 0 to 1: four deviations are below 0.01.
        np.testing.assert_allclose(found[name], data[name] - model[name], atol=0.01)
    assert set(np.unique(h)) == {0.0, 1.0}


def test_a_short_chain_from_the_data_is_biased_towards_them():
    v = jnp.asarray(np.repeat(V[[15]], 40_000, axis=0))
    found, _ = jax.jit(lambda v: contrast(MACHINE, jax.random.key(2), PARAMS, v, 1))(v)
    exact = jax.jit(MACHINE.slope)(PARAMS, v)["visible_bias"] - exact_slope()["visible_bias"]
    assert np.all(np.asarray(found["visible_bias"]) > 0)
    assert np.linalg.norm(found["visible_bias"]) < np.linalg.norm(exact)


def test_two_steps_are_the_formula_with_momentum_and_decay():
    method = ContrastiveDivergence(
        k=2, learning_rate=0.3, momentum=0.6, weight_decay=0.1, persistent=True
    )
    state = started(chains=10)
    w, u = {name: np.array(p) for name, p in state.params.items()}, 0.0
    step = jax.jit(lambda state, v: learn(MACHINE, method, state, v))
    chain = state.chain
    for number in range(2):
        v = jnp.asarray(ROWS[10 * number : 10 * number + 10])
        key = key_for(state.seed, NOISE, number)
        gradient, chain = jax.jit(
            lambda params, key, v, chain: contrast(MACHINE, key, params, v, 2, chain)
        )(w, key, v, chain)
        u = 0.6 * u + 0.3 * (np.asarray(gradient["kernel"]) - 0.1 * w["kernel"])
        state = step(state, v)
        np.testing.assert_allclose(state.params["kernel"], w["kernel"] + u, atol=1e-6)
        np.testing.assert_array_equal(state.chain, chain)
        w = {name: np.array(p) for name, p in state.params.items()}
    assert int(state.step) == 2


def test_sparsity_keeps_hidden_units_off():
    activity = []
    for sparsity in (None, 0.1):
        method = ContrastiveDivergence(sparsity=sparsity, sparsity_cost=1.0)
        program = compile_epoch(MACHINE, method, 10, shuffle=True)
        state = started()
        for _ in range(100):
            state, _ = program(state, ROWS, ROWS, None)
        activity.append(float(np.mean(jax.jit(MACHINE.hidden)(state.params, ROWS))))
    assert activity[1] < activity[0]
    assert activity[1] == pytest.approx(0.1, abs=0.05)


def test_an_epoch_takes_every_row_and_is_one_program():
    program = compile_epoch(MACHINE, ContrastiveDivergence(learning_rate=0.01), 16, shuffle=True)
    state = started()
    for epoch in range(1, 4):
        state, found = program(state, ROWS, ROWS, V)
        assert (int(state.epoch), int(state.step)) == (epoch, 4 * epoch)  # 16, 16, 16 and 2
    assert program._cache_size() == 1
    assert compile_epoch(MACHINE, ContrastiveDivergence(learning_rate=0.01), 16, shuffle=True) is (
        program
    )
    assert all(np.isfinite(list(found.values())))


def test_without_shuffling_rows_come_in_order():
    method = ContrastiveDivergence(momentum=0.0)
    program = compile_epoch(MACHINE, method, 20, shuffle=False)
    state, _ = program(started(), ROWS, ROWS, None)
    again = started()
    for part in (ROWS[:20], ROWS[20:40], ROWS[40:]):
        again = jax.jit(lambda state, v: learn(MACHINE, method, state, v))(again, part)
    np.testing.assert_allclose(state.params["kernel"], again.params["kernel"], atol=1e-7)


def test_learning_raises_the_likelihood_of_the_rows():
    """Four patterns of sixteen: the best that a machine can do is -log 4 nats a row."""
    rows = np.repeat(V[[0, 3, 12, 15]], 25, axis=0)
    method = ContrastiveDivergence(persistent=True, learning_rate=0.1, momentum=0.0)
    machine = BoltzmannMachine(8)
    program = compile_epoch(machine, method, 20, shuffle=True)
    state = compile_start(machine, 20)(seed_bits(1), first_bias(machine, rows))

    def likelihood(params):
        log_weight = -np.asarray(jax.jit(machine.free_energy)(params, V), np.float64)
        return np.mean(log_weight[[0, 3, 12, 15]]) - np.log(np.exp(log_weight).sum())

    before = likelihood(state.params)
    for _ in range(400):
        state, _ = program(state, rows, rows, None)
    assert before == pytest.approx(-np.log(16), abs=0.01)
    assert likelihood(state.params) > -np.log(4) - 0.4


def test_what_is_measured_is_what_it_says():
    state = started()._replace(params=PARAMS)
    found = jax.jit(lambda state, v, held: measured(MACHINE, state, v, held))(state, ROWS, V)
    w, c, b = (PARAMS[name].astype(np.float64) for name in ("kernel", "bias", "visible_bias"))
    hidden = 1 / (1 + np.exp(-(V @ w + c)))
    back = 1 / (1 + np.exp(-(hidden @ w.T + b)))
    assert found["val_reconstruction_error"] == pytest.approx(np.mean((V - back) ** 2), abs=1e-6)
    again = jax.jit(lambda v: reconstruction(MACHINE, PARAMS, v))(jnp.asarray(V))
    np.testing.assert_allclose(again, back, atol=1e-6)

    def free(v):
        return np.mean(-v @ b - np.log1p(np.exp(v @ w + c)).sum(1))

    assert found["free_energy_gap"] == pytest.approx(free(V) - free(ROWS), abs=1e-5)


def test_flipping_many_bits_estimates_the_pseudo_likelihood():
    rows = np.repeat(V[[6]], 4000, axis=0)
    estimate = jax.jit(flips, static_argnums=0)(MACHINE, jax.random.key(0), PARAMS, rows)
    one = jax.jit(MACHINE.pseudo_likelihood)
    each = [float(one(PARAMS, V[[6]], np.array([i], np.int32))[0]) for i in range(4)]
    error = 4 * np.std(each) / np.sqrt(4000 * FLIPS)
    assert np.mean(estimate) == pytest.approx(np.mean(each), abs=error)


def test_biases_start_where_a_machine_without_weights_has_the_means_of_the_rows():
    rows = np.array([[0, 1, 0.5], [0, 1, 0], [0, 1, 0.25]], np.float32)
    start = 1 / (1 + np.exp(-first_bias(BoltzmannMachine(2), rows)))
    np.testing.assert_allclose(start, [0.01, 0.99, 0.25], atol=1e-6)
    gaussian = first_bias(BoltzmannMachine(2, "gaussian"), rows)
    np.testing.assert_allclose(gaussian, rows.mean(0), atol=1e-7)
