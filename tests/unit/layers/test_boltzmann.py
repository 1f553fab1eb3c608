"""A machine of four by three units, whose every state can be counted."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.base.errors import ConfigError
from pellucid.layers.boltzmann import BoltzmannMachine

FEATURES, UNITS = 4, 3
V = np.array(list(itertools.product((0.0, 1.0), repeat=FEATURES)), np.float32)
H = np.array(list(itertools.product((0.0, 1.0), repeat=UNITS)), np.float32)
RANDOM = np.random.default_rng(3)
PARAMS = {
    "kernel": RANDOM.normal(0, 1, (FEATURES, UNITS)).astype(np.float32),
    "bias": RANDOM.normal(0, 1, UNITS).astype(np.float32),
    "visible_bias": RANDOM.normal(0, 1, FEATURES).astype(np.float32),
}
W, C, B = (PARAMS[name].astype(np.float64) for name in ("kernel", "bias", "visible_bias"))
BERNOULLI, GAUSSIAN = BoltzmannMachine(UNITS), BoltzmannMachine(UNITS, "gaussian")


def joint() -> np.ndarray:
    """p(v, h) of every state, (16, 8), in float64."""
    energy = -(V @ B)[:, None] - (H @ C)[None] - V @ W @ H.T
    weight = np.exp(-energy)
    return weight / weight.sum()


def test_energy_is_the_formula_and_free_energy_its_sum_over_h():
    v, h = (jnp.asarray(a) for a in (np.repeat(V, len(H), 0), np.tile(H, (len(V), 1))))
    energy = np.asarray(jax.jit(BERNOULLI.energy)(PARAMS, v, h)).reshape(len(V), len(H))
    by_hand = -(V @ B)[:, None] - (H @ C)[None] - V @ W @ H.T
    np.testing.assert_allclose(energy, by_hand, rtol=1e-5, atol=1e-5)
    free = jax.jit(BERNOULLI.free_energy)(PARAMS, jnp.asarray(V))
    np.testing.assert_allclose(free, -np.log(np.exp(-by_hand).sum(1)), rtol=1e-5, atol=1e-5)


def test_free_energy_of_gaussian_units_is_the_sum_over_h():
    v = RANDOM.normal(0, 1, (5, FEATURES)).astype(np.float32)
    quadratic = ((v - B) ** 2).sum(1)[:, None] / 2
    by_hand = quadratic - (H @ C)[None] - v @ W @ H.T
    free = jax.jit(GAUSSIAN.free_energy)(PARAMS, jnp.asarray(v))
    np.testing.assert_allclose(free, -np.log(np.exp(-by_hand).sum(1)), rtol=1e-5, atol=1e-5)
    rows = jnp.asarray(np.repeat(v, len(H), 0)), jnp.asarray(np.tile(H, (5, 1)))
    energy = np.asarray(jax.jit(GAUSSIAN.energy)(PARAMS, *rows)).reshape(5, len(H))
    np.testing.assert_allclose(energy, by_hand, rtol=1e-5, atol=1e-5)


def test_conditionals_are_those_of_the_joint_distribution():
    p = joint()
    given_v = p / p.sum(1, keepdims=True)
    hidden = jax.jit(BERNOULLI.hidden)(PARAMS, jnp.asarray(V))
    np.testing.assert_allclose(hidden, given_v @ H, atol=1e-6)
    given_h = (p / p.sum(0, keepdims=True)).T
    visible = jax.jit(BERNOULLI.expected)(PARAMS, jnp.asarray(H))
    np.testing.assert_allclose(visible, given_h @ V, atol=1e-6)


def test_a_round_of_gibbs_sampling_leaves_the_distribution_as_it_is():
    p = joint()
    to_v = chance(np.asarray(jax.jit(BERNOULLI.expected)(PARAMS, jnp.asarray(H))), V)
    to_h = chance(np.asarray(jax.jit(BERNOULLI.hidden)(PARAMS, jnp.asarray(V))), H)
    of_h = p.sum(0)
    np.testing.assert_allclose(of_h @ to_v, p.sum(1), atol=1e-6)
    np.testing.assert_allclose(of_h @ to_v @ to_h, of_h, atol=1e-6)


def chance(p: np.ndarray, states: np.ndarray) -> np.ndarray:
    """How likely each of `states` is, where bit i is on with p_i: (rows, states)."""
    on = p[:, None, :].astype(np.float64)
    return np.prod(np.where(states[None] == 1, on, 1 - on), axis=2)


def test_gibbs_chains_end_where_the_machine_says():
    chains = 40_000
    start = jnp.zeros((chains, UNITS))
    v, h = jax.jit(BERNOULLI.gibbs)(jax.random.key(1), PARAMS, start, 100)
    places = np.asarray(v) @ (2 ** np.arange(FEATURES)[::-1])
    shares = np.bincount(places.astype(int), minlength=len(V)) / chains
    p = joint()
    deviation = np.sqrt(p.sum(1) * (1 - p.sum(1)) / chains)
    assert np.all(np.abs(shares - p.sum(1)) < 4 * deviation)
    np.testing.assert_allclose(np.mean(h, axis=0), p.sum(0) @ H, atol=0.02)


def test_gaussian_chains_have_the_means_and_spread_the_machine_says():
    small = {**PARAMS, "kernel": PARAMS["kernel"] / 2}
    chains = 40_000
    start = jnp.zeros((chains, UNITS))
    v, _ = jax.jit(GAUSSIAN.gibbs)(jax.random.key(1), small, start, 100)
    # p(h) has the closed form exp(c.h + |b + W h|^2 / 2 - |b|^2 / 2), and v given h is normal.
    means = B + H @ (W / 2).T
    weight = np.exp(H @ C + (means**2).sum(1) / 2 - (B**2).sum() / 2)
    of_h = weight / weight.sum()
    mean = of_h @ means
    variance = 1 + of_h @ means**2 - mean**2
    np.testing.assert_allclose(np.mean(v, axis=0), mean, atol=4 * np.sqrt(variance / chains).max())
    np.testing.assert_allclose(np.var(v, axis=0), variance, rtol=0.04)


@pytest.mark.parametrize("machine", [BERNOULLI, GAUSSIAN], ids=["bernoulli", "gaussian"])
def test_the_slope_is_minus_the_derivative_of_the_free_energy(machine):
    v = jnp.asarray(RANDOM.random((6, FEATURES)), "float32")
    slope = jax.jit(machine.slope)(PARAMS, v)
    mean = jax.jit(jax.grad(lambda params: -jnp.mean(machine.free_energy(params, v))))(PARAMS)
    for name in PARAMS:
        np.testing.assert_allclose(slope[name], mean[name], atol=1e-6)


def test_slopes_of_data_and_model_make_the_gradient_of_the_log_likelihood():
    """Against finite differences of log p(v) = -F(v) - log Z, Z by enumeration, in float64."""
    v = V[[3, 5, 5, 12]]
    p = joint().sum(1)
    hidden = 1 / (1 + np.exp(-(V @ W + C)))
    data = jax.jit(BERNOULLI.slope)(PARAMS, jnp.asarray(v))
    model = {
        "kernel": (V * p[:, None]).T @ hidden,
        "bias": p @ hidden,
        "visible_bias": p @ V,
    }
    for name, place in (("kernel", (1, 2)), ("bias", (0,)), ("visible_bias", (3,))):
        by_difference = (
            likelihood(v, name, place, 1e-5) - likelihood(v, name, place, -1e-5)
        ) / 2e-5
        found = np.asarray(data[name], np.float64)[place] - model[name][place]
        assert found == pytest.approx(by_difference, abs=1e-6)


def likelihood(v: np.ndarray, name: str, place: tuple[int, ...], nudge: float) -> float:
    """The mean of log p(v) with one parameter nudged."""
    w, c, b = W.copy(), C.copy(), B.copy()
    {"kernel": w, "bias": c, "visible_bias": b}[name][place] += nudge

    def log_weight(v: np.ndarray) -> np.ndarray:
        return v @ b + np.log1p(np.exp(v @ w + c)).sum(1)

    return float(np.mean(log_weight(v)) - np.log(np.exp(log_weight(V)).sum()))


def test_pseudo_likelihood_over_all_bits_is_that_of_the_distribution():
    p = joint().sum(1)
    v = V[[0, 6, 11]]
    of = {tuple(row): chance for row, chance in zip(V, p, strict=True)}
    by_hand = np.zeros(len(v))
    for row, bits in enumerate(v):
        for i in range(FEATURES):
            other = bits.copy()
            other[i] = 1 - other[i]
            here, there = of[tuple(bits)], of[tuple(other)]
            by_hand[row] += np.log(here / (here + there))
    each = [
        jax.jit(BERNOULLI.pseudo_likelihood)(PARAMS, jnp.asarray(v), jnp.full(3, i, "int32"))
        for i in range(FEATURES)
    ]
    np.testing.assert_allclose(np.mean(each, axis=0), by_hand, rtol=1e-5)


def test_a_kind_of_units_that_there_is_not():
    with pytest.raises(ConfigError, match="bernoulli"):
        BoltzmannMachine(3, "poisson")
