"""Deep checks: what copies of a model do on the side, which leaves the model as it was."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import keras
from pellucid.base.errors import ConfigError, DataError
from pellucid.layers import Dense, Input
from pellucid.models.rate_range import read_range
from pellucid.models.sequential import Sequential
from pellucid.optimizers import SGD

RANDOM = np.random.default_rng(0)
CENTRES = np.array([[2.0, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]])
Y = np.arange(240) % 3
X = (CENTRES[Y] + 0.5 * RANDOM.normal(size=(240, 4))).astype("float32")


def made(*layers, optimizer="adam", loss="sparse_categorical_crossentropy"):
    hidden = layers or (Dense(16, "relu"), Dense(3, "softmax"))
    model = Sequential([Input((4,)), *hidden], seed=3)
    model.compile(optimizer, loss)
    return model


def in_keras():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


class Own(keras.Model):
    """A model with a call of its own."""

    def __init__(self):
        super().__init__()
        self.inner = keras.layers.Dense(16, activation="relu")
        self.outer = keras.layers.Dense(3, activation="softmax")

    def call(self, x):
        return self.outer(self.inner(x))


def checks(findings):
    return {found.check: found for found in findings}


@pytest.mark.parametrize("make", [made, pytest.param(in_keras, marks=pytest.mark.slow)])
def test_a_healthy_model_has_nothing_to_tell_and_stays_as_it_is(make):
    model, twin = make(), made()
    before = [array.copy() for array in model.get_weights()]
    assert pc.overfit_batch(model, X, Y).learnt
    assert not [f for f in model.diagnose(X, Y, deep=True) if f.is_serious]
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    if make is made:  # nor does a fit after it differ in a bit
        assert (
            model.fit(X, Y, epochs=3, verbose=0)["loss"]
            == (twin.fit(X, Y, epochs=3, verbose=0)["loss"])
        )
        for a, b in zip(twin.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_trained_model_is_checked_from_the_start_and_keeps_what_it_learnt():
    model = made()
    model.fit(X, Y, epochs=2, verbose=0)
    after = [array.copy() for array in model.get_weights()]
    first = pc.overfit_batch(model, X, Y).losses[0]
    assert first == pytest.approx(pc.overfit_batch(made(), X, Y).losses[0])
    for a, b in zip(after, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_a_class_of_one_s_own_starts_where_it_stands():
    model = Own()
    model.compile("adam", "sparse_categorical_crossentropy")
    assert pc.overfit_batch(model, X, Y).learnt


# One batch


def test_a_broken_network_cannot_learn_a_batch_whatever_is_changed():
    model = made(Dense(1, "softmax"), loss="binary_crossentropy")
    (found,) = pc.overfit_batch(model, X, Y == 1, updates=100).findings
    assert (found.check, found.severity) == ("batch_not_learnt", "warning")
    assert model.diagnose(X, Y == 1, deep=True)[0].explains == ("batch_not_learnt",)


@pytest.mark.parametrize(
    ("rate", "check", "severity"),
    [(1e-7, "lr_too_low", "advice"), (1e3, "lr_too_high", "warning")],
)
def test_a_wrong_rate_is_told_by_the_one_that_helps(rate, check, severity):
    tried = pc.overfit_batch(made(optimizer=SGD(rate)), X, Y, updates=300)
    assert not tried.learnt
    if check == "lr_too_high":
        (found,) = tried.findings
        assert (found.check, found.severity) == (check, severity)
        assert found.change.settings["learning_rate"] < rate
    else:  # a hundred times 1e-7 is not enough either: Adam is
        assert tried.tries[-1].name == "with Adam"


def test_targets_that_cannot_be_judged_say_nothing():
    own = made(Dense(1), loss=lambda y, a: (a - y) ** 2)
    assert not pc.overfit_batch(own, X, RANDOM.normal(size=240), updates=50).findings
    same = made(Dense(1), loss="mse")
    assert not pc.overfit_batch(same, X, np.ones(240), updates=50).findings


def test_a_batch_has_two_rows_or_more():
    with pytest.raises(ConfigError, match="two rows or more"):
        pc.overfit_batch(made(), X, Y, batch_size=1)


# Learning rates


def test_a_range_is_read_by_hand():
    tried = np.logspace(-6, 1, 71)
    smooth = 2 - 1.5 / (1 + np.exp(-3 * (np.log10(tried) + 3)))  # falls fastest at 1e-3
    smooth[61:] = 5  # from 1 on
    suggested, highest = read_range(tried, smooth)
    assert suggested == pytest.approx(1e-3)
    assert highest == pytest.approx(tried[61])
    assert read_range(tried, np.full(71, 2.0))[0] is None  # never falls
    assert read_range(tried, np.where(tried > 1e-4, np.nan, 2.0)) == (None, None)


def test_the_suggested_rate_trains_better_than_one_far_below():
    found = pc.learning_rate_range(made(optimizer=SGD(1e-5)), X, Y)
    assert found.rates[[0, -1]] == pytest.approx([1e-6, 10])
    assert len(found.losses) == 200
    (told,) = found.findings
    assert told.check == "lr_too_low"
    slow, quick = (made(optimizer=SGD(rate)) for rate in (1e-5, found.suggested))
    ends = [m.fit(X, Y, epochs=5, verbose=0)["loss"][-1] for m in (slow, quick)]
    assert ends[1] < 0.5 * ends[0]
    assert len(found.plot().axes) == 1


def test_a_rate_too_high_is_told():
    (told,) = pc.learning_rate_range(made(optimizer=SGD(1e4)), X, Y).findings
    assert (told.check, told.severity) == ("lr_too_high", "warning")


def test_a_range_goes_upwards():
    with pytest.raises(ConfigError, match="from a low to a high one"):
        pc.learning_rate_range(made(), X, Y, low=1.0, high=0.1)


# Labels


@pytest.mark.parametrize("one_hot", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_labels_changed_are_found_and_few_others(one_hot):
    changed = RANDOM.choice(240, 16, replace=False)
    noisy = Y.copy()
    noisy[changed] = (Y[changed] + 1) % 3
    loss = "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy"
    found = pc.find_label_noise(made(loss=loss), X, np.eye(3)[noisy] if one_hot else noisy)
    assert len(set(found.rows) & set(changed)) >= 11
    assert len(set(found.rows) - set(changed)) <= 6
    assert found.interval.low < found.share < found.interval.high
    (told,) = found.findings
    assert (told.check, told.severity) == ("label_noise", "advice")
    assert told.rows == tuple(found.rows[:20])
    assert (found.table()["instead"] != found.table()["given"]).all()


@pytest.mark.slow
def test_two_classes_in_one_column():
    y = (X[:, 0] > 1).astype(int)
    y[:6] = 1 - y[:6]
    model = made(Dense(8, "relu"), Dense(1, "sigmoid"), loss="binary_crossentropy")
    found = pc.find_label_noise(model, X, y, epochs=40)
    assert len(set(range(6)) & set(found.rows)) >= 3
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, atol=1e-6)


@pytest.mark.slow
def test_every_row_is_predicted_by_copies_that_had_not_seen_it():
    """Labels drawn at random cannot be told: whoever had seen them would do better."""
    random = np.random.default_rng(5)
    x, y = random.normal(size=(90, 4)), random.integers(0, 3, 90)
    found = pc.find_label_noise(made(Dense(64, "relu"), Dense(3, "softmax")), x, y, epochs=150)
    assert found.accuracy < 0.5


def test_amounts_have_no_labels():
    with pytest.raises(DataError, match="one class a row"):
        pc.find_label_noise(made(Dense(1), loss="mse"), X, X[:, 0])
