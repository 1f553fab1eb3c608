"""Against scikit-learn's BernoulliRBM, on its own digits of 8 by 8."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import BernoulliRBM

import pellucid as pc
from pellucid.layers.boltzmann import BoltzmannMachine

X, Y = load_digits(return_X_y=True)
X = (X / 16).astype(np.float32)
TRAIN, TEST = slice(0, 1400), slice(1400, None)
UNITS, EPOCHS, RATE, BATCH = 60, 15, 0.06, 10


@pytest.fixture(scope="module")
def theirs():
    rbm = BernoulliRBM(UNITS, learning_rate=RATE, batch_size=BATCH, n_iter=EPOCHS, random_state=0)
    return rbm.fit(X[TRAIN])


@pytest.fixture(scope="module")
def ours():
    settings = {"persistent": True, "momentum": 0.0, "weight_decay": 0.0}
    rbm = pc.RBM(UNITS, learning_rate=RATE, **settings)
    rbm.fit(X[TRAIN], epochs=EPOCHS, batch_size=BATCH, verbose=0)
    return rbm


@pytest.fixture(scope="module")
def params(theirs):
    return {
        "kernel": jnp.asarray(theirs.components_.T, "float32"),
        "bias": jnp.asarray(theirs.intercept_hidden_, "float32"),
        "visible_bias": jnp.asarray(theirs.intercept_visible_, "float32"),
    }


MACHINE = BoltzmannMachine(UNITS)
V = jnp.asarray(X[TEST])


def test_features_are_theirs(theirs, params):
    found = jax.jit(MACHINE.hidden)(params, V)
    np.testing.assert_allclose(found, theirs.transform(X[TEST]), atol=1e-5)


def test_the_free_energy_is_theirs(theirs, params):
    found = jax.jit(MACHINE.free_energy)(params, V)
    np.testing.assert_allclose(found, theirs._free_energy(X[TEST]), rtol=1e-5)


def test_the_pseudo_likelihood_is_theirs_for_the_same_bits(theirs, params):
    columns = np.random.RandomState(0).randint(0, 64, len(V)).astype(np.int32)
    theirs.random_state = 0  # score_samples then draws these very columns
    found = jax.jit(MACHINE.pseudo_likelihood)(params, V, columns)
    np.testing.assert_allclose(found, theirs.score_samples(X[TEST]), rtol=1e-4, atol=1e-4)


def test_a_round_of_sampling_is_theirs_for_the_same_random_numbers(theirs, params):
    """Ours draws where theirs does: a bit is on where a number from 0 to 1 is below p."""
    h = (np.random.default_rng(0).random((len(V), UNITS)) < 0.5).astype(np.float32)
    p = np.asarray(jax.jit(MACHINE.expected)(params, jnp.asarray(h)))
    drawn = theirs._sample_visibles(h, np.random.RandomState(1))
    uniform = np.random.RandomState(1).uniform(size=p.shape)
    clear = np.abs(uniform - p) > 1e-5  # where rounding cannot turn a bit
    np.testing.assert_array_equal((uniform < p)[clear], drawn[clear])
    found = jax.jit(MACHINE.draw_visible)(jax.random.key(0), params, jnp.asarray(h))
    deviation = np.sqrt((p * (1 - p)).sum(0)) / len(p)
    assert np.all(np.abs(np.mean(found, axis=0) - p.mean(0)) < 4.5 * deviation + 1e-6)


def test_training_by_persistent_chains_gets_as_far(theirs, ours, params):
    """The same method and settings, other random numbers: nats of held-out rows."""

    def exact(parameters):
        score = jax.jit(MACHINE.pseudo_likelihood)
        rows = len(V)
        each = [
            score(parameters, V, np.full(rows, column, np.int32)) for column in range(V.shape[1])
        ]
        return float(np.mean(each))

    found = exact(jax.device_put(ours.weights))
    assert found == pytest.approx(exact(params), abs=1.0)
    assert found == pytest.approx(ours.score_samples(X[TEST]).mean(), abs=1.5)


def test_features_serve_a_classifier_as_well(theirs, ours):
    def accuracy(features):
        model = LogisticRegression(max_iter=3000, C=10).fit(features[TRAIN], Y[TRAIN])
        return model.score(features[TEST], Y[TEST])

    found, wanted = accuracy(ours.transform(X)), accuracy(theirs.transform(X))
    assert found == pytest.approx(wanted, abs=0.03)
    assert found > 0.85
