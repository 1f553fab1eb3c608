"""The loop: the same bits whichever way, rules, callbacks, Ctrl-C, going on."""

import math
import os
import signal

import jax
import numpy as np
import pytest

from pellucid.base.errors import ConfigError, DataError, StateError
from pellucid.functions.schedules import ExponentialDecay
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.noise import Dropout
from pellucid.layers.preprocessing import Normalization
from pellucid.models.loading import load
from pellucid.models.sequential import Sequential
from pellucid.models.validation import hold_out
from pellucid.optimizers import SGD, Adam
from pellucid.training.callbacks import Callback
from pellucid.training.examples import as_examples
from pellucid.training.rules import EarlyStopping, ReduceLROnPlateau
from pellucid.training.watch import Watch, everything

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 4)).astype("float32")
Y = (X @ RNG.normal(size=(4, 3))).argmax(1)


def model(seed=0, optimizer="adam", **settings):
    layers = [Input((4,)), Dense(16, "relu"), Dropout(0.2), Dense(3, "softmax")]
    made = Sequential(layers, seed=seed)
    made.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], **settings)
    return made


def fit(made, epochs=6, **settings):
    settings = {"batch_size": 16, "validation_split": 0.2, "verbose": 0, **settings}
    return made.fit(X, Y, epochs=epochs, **settings)


class EachEpoch(Callback):
    def __init__(self):
        self.seen = []

    def on_epoch_end(self, record, control):
        self.seen.append(record.epoch)


class EachStep(EachEpoch):
    def on_steps_end(self, record, control):
        self.seen.append((record.epoch, record.step, record.steps))


def same(one, other):
    return all((a == b).all() for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    one, two, three = model(1), model(1), model(2)
    histories = [dict(fit(m)) for m in (one, two, three)]
    assert histories[0] == histories[1] != histories[2]
    assert same(one, two)


@pytest.mark.parametrize("listener", [EachEpoch, EachStep])
def test_records_are_the_same_whichever_way(listener):
    free, followed = (
        model(watch=Watch(("delta",), every=2)),
        model(watch=Watch(("delta",), every=2)),
    )
    wanted, watcher = fit(free), listener()
    got = fit(followed, callbacks=[watcher])
    assert dict(got) == dict(wanted)
    for a, b in zip(got.records, wanted.records, strict=True):
        np.testing.assert_array_equal(a.step_losses, b.step_losses)
        rms = [r.signals["delta"]["dense"]["rms"] for r in (a, b)]
        np.testing.assert_array_equal(*rms)
    assert same(free, followed)
    assert len(watcher.seen) == (6 if listener is EachEpoch else 6 + 6 * 4)


def test_a_second_fit_goes_on_and_shuffles_differently():
    once, twice = model(), model()
    long = fit(once, 6)
    parts = [fit(twice, 2), fit(twice, 4)]
    assert [*parts[0]["loss"], *parts[1]["loss"]] == long["loss"]
    assert parts[1].epochs == [3, 4, 5, 6]
    assert same(once, twice)


def test_shuffling_can_be_turned_off():
    plain = model(optimizer=SGD(1e-9))
    losses = [r.step_losses for r in fit(plain, 3, shuffle=False, validation_split=0.0).records]
    layers = [Input((4,)), Dense(3, "softmax")]
    still = Sequential(layers)
    still.compile(SGD(1e-9), "sparse_categorical_crossentropy")
    a, b = (r.step_losses for r in fit(still, 2, shuffle=False).records)
    np.testing.assert_allclose(a, b, rtol=1e-5)
    c, d = (r.step_losses for r in fit(still, 2).records)
    assert np.abs(c - d).max() > 1e-3
    assert losses[0].shape == (math.ceil(70 / 16),)


@pytest.mark.parametrize("size, steps", [(1, 70), (16, 5), (70, 1), ("full", 1), (1000, 1)])
def test_updates_in_an_epoch(size, steps):
    made = model()
    history = fit(made, 2, batch_size=size, validation_split=0.0)
    assert [len(r.step_losses) for r in history.records] == [steps, steps]
    assert int(made.train_state.step) == 2 * steps
    assert int(made.train_state.epoch) == 2


@pytest.mark.parametrize("size", [0, -1, "all", True])
def test_no_such_batch_size(size):
    with pytest.raises(StateError, match="batch_size"):
        fit(model(), batch_size=size)


def test_saving_and_resuming_equals_not_stopping(tmp_path):
    straight, stopped = model(), model()
    fit(straight, 5)
    fit(stopped, 2)
    stopped.save(tmp_path / "model.safetensors")
    fit(load(tmp_path / "model.safetensors"), 0)
    resumed = load(tmp_path / "model.safetensors")
    fit(resumed, 3)
    assert same(straight, resumed)


def test_early_stopping_keeps_the_best_weights():
    rule = EarlyStopping(patience=2, restore_best_weights=True)
    made = model(optimizer=SGD(3.0))
    history = fit(made, 60, callbacks=[rule])
    losses = history["val_loss"]
    best = int(np.argmin(losses))
    assert len(losses) == best + 3 < 60
    assert history.stopped_because == "no better val_loss for 2 epochs"
    replay = model(optimizer=SGD(3.0))
    fit(replay, best + 1)
    assert same(made, replay)


def test_a_rule_stops_inside_a_block_at_the_same_epoch_as_one_epoch_at_a_time():
    rule = EarlyStopping(monitor="loss", patience=1)
    free = fit(model(optimizer=SGD(2.0)), 50, callbacks=[rule])
    stepped = fit(model(optimizer=SGD(2.0)), 50, callbacks=[rule, EachStep()])
    assert dict(free) == dict(stepped)
    assert len(free.records) < 50


def test_the_rate_falls_on_a_plateau():
    rule = ReduceLROnPlateau(monitor="loss", patience=2, factor=0.5, min_delta=10.0, min_lr=0.02)
    history = fit(model(optimizer=SGD(0.1)), 9, callbacks=[rule])
    rates = [round(r.learning_rate, 4) for r in history.records]
    assert rates == [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.02, 0.02]


def test_a_schedule_runs_inside_the_program():
    decay = ExponentialDecay(0.1, decay_steps=4, decay_rate=0.5)
    history = fit(model(optimizer=SGD(decay)), 3)
    last_steps = [4 * epoch + 3 for epoch in range(3)]
    wanted = [0.1 * 0.5 ** (step / 4) for step in last_steps]
    np.testing.assert_allclose([r.learning_rate for r in history.records], wanted, rtol=1e-5)


def test_what_would_set_a_scheduled_rate_is_refused():
    scheduled = model(optimizer=SGD(ExponentialDecay(0.1, decay_steps=4, decay_rate=0.5)))
    with pytest.raises(ConfigError, match="follows a schedule"):
        fit(scheduled, callbacks=[ReduceLROnPlateau()])
    with pytest.raises(StateError, match="follows a schedule"):
        scheduled.trainer.learning_rate = 0.5


def test_a_callback_may_stop_and_set_the_rate():
    class Steer(Callback):
        def on_epoch_end(self, record, control):
            control.learning_rate = record.learning_rate / 2
            if record.epoch == 3:
                control.stop("enough")

    history = fit(model(optimizer=SGD(0.8)), 9, callbacks=[Steer()])
    np.testing.assert_allclose([r.learning_rate for r in history.records], [0.8, 0.4, 0.2])
    assert history.stopped_because == "enough"


def test_a_rule_that_waits_for_nothing_is_refused():
    with pytest.raises(ConfigError, match="val_loss"):
        fit(model(), validation_split=0.0, callbacks=[EarlyStopping()])
    with pytest.raises(ConfigError, match="did you mean 'val_accuracy'"):
        fit(model(), callbacks=[EarlyStopping("val_acuracy")])


def test_a_loss_that_is_no_number_ends_the_fit():
    made = model(optimizer=SGD(1e30))
    history = fit(made, 20)
    assert len(history.records) < 20
    assert history.stopped_because.startswith("the loss is no longer a finite number: first in")


def test_ctrl_c_keeps_what_was_learnt():
    class Press(Callback):
        def on_epoch_end(self, record, control):
            if record.epoch == 3:
                os.kill(os.getpid(), signal.SIGINT)

    made = model()
    with pytest.raises(KeyboardInterrupt):
        fit(made, 50, callbacks=[Press()])
    assert made.history.epochs == [1, 2, 3]
    replay = model()
    fit(replay, 3)
    assert same(made, replay)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_watch_keeps_whole_arrays_only_where_every_batch_is_alike():
    made = model(watch=Watch(("a",), everything, every=1))
    history = fit(made, 1, batch_size=14)
    assert history.records[0].signals["a"]["dense"].shape == (4, 14, 16)
    with pytest.raises(ConfigError, match="rows left over"):
        fit(made, 1, batch_size=16)


def test_frozen_layers_stay():
    made = model()
    before = made.weights
    made.freeze("dense")
    fit(made, 3)
    assert (made.weights["dense/kernel"] == before["dense/kernel"]).all()
    assert (made.weights["dense_1/kernel"] != before["dense_1/kernel"]).any()
    made.unfreeze()
    fit(made, 1)
    assert (made.weights["dense/kernel"] != before["dense/kernel"]).any()


def test_half_precision_learns_and_keeps_its_parameters_whole():
    made = model(dtype="bfloat16", optimizer=Adam(0.01))
    history = fit(made, 40)
    assert history["loss"][-1] < 0.7 * history["loss"][0]
    assert {leaf.dtype.name for leaf in jax.tree.leaves(made.train_state.params)} == {"float32"}
    assert made.predict(X).dtype == np.float32


def test_scaling_is_learnt_from_training_rows_only():
    made = Sequential([Input((4,)), Normalization(), Dense(3, "softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    held_out = X + 1000
    made.fit(X, Y, validation_data=(held_out, Y), verbose=0)
    mean = made.weights["normalization/mean"]
    np.testing.assert_allclose(mean.ravel(), X.mean(0), atol=1e-5)
    made.fit(held_out, Y, verbose=0)
    np.testing.assert_array_equal(made.weights["normalization/mean"], mean)


def test_held_out_rows_keep_the_share_of_each_class():
    made = model()
    labels = np.array([0] * 40 + [1] * 20 + [2] * 10)
    seen = []
    made.fit(X, labels, validation_split=0.2, verbose=0)

    examples = as_examples(made.recipe, X, labels)
    for by in ("stratified", "last"):
        _, held_out = hold_out(made.recipe, examples, None, 0.2, by, 0)
        seen.append(np.bincount(held_out.targets["dense_1"], minlength=3).tolist())
    assert seen == [[8, 4, 2], [0, 4, 10]]


def test_too_few_rows_to_hold_out():
    with pytest.raises(DataError, match="too few"):
        model().fit(X[:2], Y[:2], validation_split=0.1, verbose=0)


def test_train_on_batch_is_one_step_of_fit():
    one, other = model(), model()
    for epoch in range(3):
        found = one.train_on_batch(X, Y)
        history = fit(other, 1, batch_size="full", validation_split=0.0)
        assert found["loss"] == pytest.approx(history["loss"][0], rel=1e-6), epoch
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
