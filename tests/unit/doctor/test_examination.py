"""A look inside, against NumPy by hand; and a look changes nothing."""

import numpy as np
import pytest

from pellucid.doctor.examination import begin_look, examine, rows_to_examine, signal
from pellucid.doctor.flatness import bends_of, flat_share
from pellucid.functions import activations
from pellucid.layers import Dense, Input
from pellucid.models.sequential import Sequential
from pellucid.training.examples import as_examples

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(40, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


def model():
    made = Sequential([Input((3,)), Dense(5, "relu"), Dense(4, "tanh"), Dense(1, "sigmoid")])
    made.compile("sgd", "binary_crossentropy")
    return made


def test_the_numbers_are_those_of_numpy():
    made = model()
    examples = as_examples(made.recipe, X, Y)
    seen = examine(made.recipe, made.trainer.train, examples)
    w = {path: array.astype(float) for path, array in made.weights.items()}
    a1 = np.maximum(X @ w["dense/kernel"] + w["dense/bias"], 0)
    a2 = np.tanh(a1 @ w["dense_1/kernel"] + w["dense_1/bias"])
    a3 = 1 / (1 + np.exp(-(a2 @ w["dense_2/kernel"] + w["dense_2/bias"])))
    assert seen.step == 0 and list(seen.layers) == ["dense", "dense_1", "dense_2"]
    assert seen.loss == pytest.approx(-np.log(np.where(Y > 0, a3, 1 - a3)).mean(), rel=1e-5)
    assert seen.layers["dense"].a.rms == pytest.approx(np.sqrt((a1**2).mean()), rel=1e-5)
    assert seen.layers["dense"].a.spread == pytest.approx(a1.std(axis=0).mean(), rel=1e-5)
    assert seen.layers["dense"].zeros == pytest.approx((a1 == 0).mean())
    assert seen.layers["dense"].dead == (a1 == 0).all(axis=0).mean()
    delta = (a3 - Y) @ w["dense_2/kernel"].T * (1 - a2**2)
    assert seen.layers["dense_1"].delta == pytest.approx(np.sqrt((delta**2).mean()), rel=1e-4)
    gradient = a1.T @ delta / len(X)
    kernel = seen.parameters["dense_1/kernel"]
    assert kernel.gradient == pytest.approx(np.linalg.norm(gradient), rel=1e-4)
    assert kernel.update == pytest.approx(0.01 * kernel.gradient, rel=1e-4)
    assert kernel.norm == pytest.approx(np.linalg.norm(w["dense_1/kernel"]), rel=1e-5)
    assert list(seen.kernels) == ["dense/kernel", "dense_1/kernel", "dense_2/kernel"]
    np.testing.assert_allclose(seen.outputs["dense_2"], a3, rtol=1e-5)


def test_a_look_can_be_read_when_training_has_gone_on():
    made = model()
    examples = as_examples(made.recipe, X, Y)
    at_once = examine(made.recipe, made.trainer.train, examples)
    read = begin_look(made.recipe, made.trainer.train, examples)
    made.fit(X, Y, epochs=3, verbose=0)
    later = read()
    assert (later.step, later.loss) == (0, at_once.loss)
    assert later.layers == at_once.layers and later.parameters == at_once.parameters


def test_rows_are_taken_evenly_and_fewer_where_activations_are_large():
    made = model()
    rows = rows_to_examine(
        made.network, as_examples(made.recipe, np.tile(X, (30, 1)), np.tile(Y, (30, 1)))
    )
    assert len(rows) == 256
    wide = Sequential([Input((3,)), Dense(50_000), Dense(1)])
    wide.compile("sgd", "mse")
    assert len(rows_to_examine(wide.network, as_examples(wide.recipe, X, Y))) == 19


def test_what_is_not_finite_is_said_to_be_so():
    seen = signal(np.array([[1.0, np.inf], [np.nan, 2.0]], np.float32))
    assert not seen.finite


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softsign", "hard_sigmoid"])
def test_bounded_activations_bend_around_0(name):
    f = getattr(activations, name)
    bends = bends_of(f)
    assert bends is not None and bends.low < 0 < bends.high
    assert flat_share(f, np.array([-50.0, 0.0, 0.1, 50.0])) == 0.5


@pytest.mark.parametrize("name", ["relu", "linear", "softplus", "softmax", "exponential", "glu"])
def test_others_are_flat_nowhere(name):
    assert bends_of(getattr(activations, name)) is None


def test_an_activation_of_ones_own_is_judged_by_its_values():
    def own(z):
        return activations.tanh(3 * z)

    bends = bends_of(own)
    assert bends is not None and bends.high == pytest.approx(2.5 / 3, abs=0.05)
