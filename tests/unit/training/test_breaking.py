"""D14: a loss that is no finite number ends the fit at the last finite state, and says where."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.noise import Dropout
from pellucid.models.sequential import Sequential
from pellucid.optimizers import Adam
from pellucid.training.breaking import Break
from pellucid.training.callbacks import Callback
from pellucid.training.rules import EarlyStopping

ROWS, SIZE, CULPRIT = 50, 8, 23
STEPS = -(-ROWS // SIZE)
X = np.random.default_rng(3).normal(size=(ROWS, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")


def squared(x=X, culprit=CULPRIT):
    """Return inputs of which one row is finite, but its square is not."""
    x = x.copy()
    x[culprit] = 1e30
    return x


class StepByStep(Callback):
    """Has every step be a block of its own."""

    def on_steps_end(self, record, control):
        pass


class EpochByEpoch(Callback):
    """Has every epoch be a block of its own."""

    def on_epoch_end(self, record, control):
        pass


@pytest.fixture(scope="module")
def network():
    def made():
        model = Sequential([Input((4,)), Dense(5), Dropout(0.2), Dense(1)], seed=2)
        model.compile(Adam(0.01), "mean_squared_error", ["mean_absolute_error"])
        return model

    return made


def fit(model, x=X, **more):
    given = {"batch_size": SIZE, "epochs": 6, "verbose": 0, "doctor": "off", **more}
    return model.fit(x, Y, **given)


def state(model):
    return [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(model.train_state)]


def stepwise(network, x, steps):
    """Return a network after so many steps, taken one by one and left at the last."""

    class Enough(Callback):
        seen = 0

        def on_steps_end(self, record, control):
            self.seen += 1
            if self.seen == steps:
                control.stop("enough")

    model = network()
    if steps:
        fit(model, x, callbacks=[Enough()])
    return model


@pytest.mark.parametrize("pace", [(), (EpochByEpoch(),), (StepByStep(),)])
def test_D14_the_fit_ends_at_the_state_before_the_step_and_names_the_row(network, pace):
    model = network()
    history = fit(model, squared(), callbacks=pace)
    broken, taken = model.trainer.broken, int(model.train_state.step)
    assert (broken.culprits, broken.signal, broken.layer) == ((CULPRIT,), "cost", "dense_1")
    assert (broken.epoch, broken.step) == (1, taken + 1)
    assert CULPRIT in broken.rows and len(set(broken.rows)) == SIZE
    assert 0 < taken < STEPS
    assert state(model) == state(stepwise(network, squared(), taken))
    assert not np.isfinite(history["loss"]).any() and len(history.records) == 1
    assert history.stopped_because == (
        "the loss is no longer a finite number: first in cost of 'dense_1', "
        f"in step {taken + 1} of epoch 1, row {CULPRIT}"
    )


def test_D14_in_a_later_epoch_after_a_callback_has_acted(network):
    """What a callback has changed since the last copy is not lost when steps are taken again."""

    class Break(Callback):
        def on_epoch_end(self, record, control):
            if record.epoch == 1:
                control.learning_rate = 0.02
            if record.epoch == 3:
                control.learning_rate = 1e30

    model = network()
    history = fit(model, callbacks=[Break()])
    assert len(history.records) == 4
    assert np.isfinite(history["loss"][:3]).all()
    assert model.trainer.broken.epoch == 4
    assert all(np.isfinite(weight).all() for weight in model.weights.values())
    assert int(model.train_state.step) == 3 * STEPS + model.trainer.broken.step - 1


def test_D14_weights_of_the_best_epoch_come_before_the_last_finite_ones(network):
    class Break(Callback):
        def on_epoch_end(self, record, control):
            control.learning_rate = 1e30 if record.epoch == 2 else 0.01

    best = EarlyStopping(monitor="loss", patience=50, restore_best_weights=True)
    model, two = network(), network()
    fit(model, callbacks=[best, Break()])
    fit(two, epochs=2, callbacks=[best])
    for path, weight in model.weights.items():
        np.testing.assert_array_equal(weight, two.weights[path])


def test_D14_a_gradient_that_breaks_the_weights_is_found_in_the_step_before(network):
    """The loss is finite in that step: sqrt has no slope at 0."""
    model = Sequential([Input((4,)), Dense(3, root, use_bias=False), Dense(1)], seed=1)
    model.compile(Adam(0.01), "mean_squared_error")
    x = np.abs(X)
    x[CULPRIT] = 0
    fit(model, x)
    broken = model.trainer.broken
    assert (broken.signal, broken.layer) == ("delta", "dense")
    assert broken.culprits == (CULPRIT,)
    assert all(np.isfinite(weight).all() for weight in model.weights.values())
    assert int(model.train_state.step) == broken.step - 1


def root(z):
    return jnp.sqrt(jnp.abs(z))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of checks that square 1e30
def test_D14_the_doctor_tells_of_it(network):
    model = network()
    fit(model, squared(), doctor="report")
    every = [part for found in model.findings for part in (found, *found.consequences)]
    (found,) = [part for part in every if part.check == "nan_or_inf"]
    assert found.rows == (CULPRIT,)
    assert "first in cost of 'dense_1'" in found.evidence


def test_many_rows_are_named_in_part():
    said = str(Break(2, 3, tuple(range(40, 72)), (), "update"))
    assert said == "first in update, in step 3 of epoch 2, rows 40, 41, 42, 43, 44, ..."
