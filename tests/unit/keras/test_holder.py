"""Variables on loan to a training state: what is read, set and left behind."""

import numpy as np
import pytest

from pellucid import keras

RNG = np.random.default_rng(8)
X = RNG.normal(size=(12, 3)).astype("float32")
Y = X[:, :2] * 2
PLAIN = {"shuffle": False, "verbose": 0, "batch_size": 4}


def model(*, optimizer=None, first=None):
    keras.utils.set_random_seed(4)
    made = keras.Sequential(
        [
            keras.Input((3,)),
            first or keras.layers.Dense(4, activation="tanh"),
            keras.layers.Dense(2),
        ]
    )
    made.compile(optimizer or keras.optimizers.Adam(0.05), "mse")
    return made


def trained(epochs=1, **settings):
    made = model(**settings)
    made.fit(X, Y, epochs=epochs, **PLAIN)
    return made


def same(one, other):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_variable_reads_what_training_made_of_it():
    made = model()
    before = made.get_weights()
    kernel = made.layers[0].kernel
    made.fit(X, Y, **PLAIN)
    assert kernel.loan is made._learner._holder
    assert (kernel.numpy() != before[0]).any()
    np.testing.assert_array_equal(kernel, made.get_weights()[0])


def test_what_is_set_between_fits_is_trained_on():
    made, twin = trained(), trained()
    for one in (made, twin):
        one.layers[1].bias.assign([5.0, -5.0])
    assert made._learner._holder is not None
    np.testing.assert_array_equal(made.layers[1].bias, [5, -5])
    twin._learner.end()
    assert twin.layers[1].bias.loan is None
    for one in (made, twin):
        one.fit(X, Y, **PLAIN)
    same(made, twin)


def test_coming_home_in_between_changes_nothing():
    at_once, in_parts = trained(3), model()
    for _ in range(3):
        in_parts.fit(X, Y, **PLAIN)
        in_parts._learner.end()
        in_parts.get_weights()
    same(at_once, in_parts)
    assert int(in_parts.optimizer.iterations) == 9


def test_steps_and_the_rate_are_variables_too():
    made = trained(2)
    assert int(made.optimizer.iterations) == 6
    assert float(made.optimizer.learning_rate) == pytest.approx(0.05)
    made.optimizer.learning_rate.assign(0.0)
    before = made.get_weights()
    made.fit(X, Y, **PLAIN)
    for old, new in zip(before, made.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    made.optimizer.learning_rate = 0.1
    assert float(made._learner._holder.train.learning_rate) == pytest.approx(0.1)


def test_a_layer_in_two_models_follows_whoever_trained_it_last():
    shared = keras.layers.Dense(4, activation="tanh")
    one, other = model(first=shared), model(first=shared)
    one.fit(X, Y, **PLAIN)
    after_one = shared.kernel.numpy()
    own = one.layers[1].kernel.numpy()
    other.fit(X, Y, **PLAIN)
    after_other = shared.kernel.numpy()
    assert (after_one != after_other).any()
    assert not one._learner._holder.holds_all
    np.testing.assert_array_equal(one.layers[1].kernel, own)
    assert one.predict(X, verbose=0).shape == (12, 2)
    np.testing.assert_allclose(one.predict(X, verbose=0), one(X), rtol=1e-5, atol=1e-6)
    one.fit(X, Y, **PLAIN)
    assert (shared.kernel.numpy() != after_other).any()
    np.testing.assert_allclose(other.predict(X, verbose=0), other(X), rtol=1e-5, atol=1e-6)
    assert int(one.optimizer.iterations) == 6 and int(other.optimizer.iterations) == 3


def test_freezing_between_fits_counts_and_keeps_the_optimizer():
    made = trained()
    before = made.get_weights()
    made.layers[0].trainable = False
    made.fit(X, Y, **PLAIN)
    after = made.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert (before[2] != after[2]).any()
    assert int(made.optimizer.iterations) == 6


def test_compiling_again_brings_everything_home():
    made = trained()
    before = made.get_weights()
    made.compile("sgd", "mse")
    assert made._learner._holder is None
    assert all(v.loan is None for v in made.weights)
    for old, new in zip(before, made.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert int(made.optimizer.iterations) == 0


def test_reading_does_not_end_a_loan_and_what_is_read_is_a_copy():
    made = trained()
    made.get_weights()[0][:] = 0
    made.layers[0].kernel.numpy()[:] = 0
    made.predict(X, verbose=0)
    made.evaluate(X, Y, verbose=0)
    assert made._learner._holder.holds_all
    assert (made.get_weights()[0] != 0).all()
