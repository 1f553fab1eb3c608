"""Three regimes from one start; events that are the fit's own."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import ConfigError
from pellucid.experiments.action import Batch, EpochComplete, Shuffle
from pellucid.layers import Dense, Normalization

DRAW = np.random.default_rng(1)
X = DRAW.normal(2.0, 3.0, size=(50, 2)).astype(np.float32)
Y = (X[:, 0] > X[:, 1]).astype(np.float32)


def model(optimizer="sgd"):
    layers = [Normalization(), Dense(3, "tanh"), Dense(1, "sigmoid")]
    made = pc.Sequential([pc.Input((2,)), *layers], seed=9)
    made.compile(optimizer, "binary_crossentropy")
    return made


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_each_path_is_that_of_fit_with_its_batch_size(optimizer):
    regimes = pc.compare_regimes(model(optimizer), X, Y, epochs=4, batch_size=16)
    assert list(regimes) == ["full batch", "mini-batch of 16", "online"]
    for size, one in zip((50, 16, 1), regimes.values(), strict=True):
        fitted = model(optimizer)
        history = fitted.fit(X, Y, batch_size=size, epochs=4, verbose=0)
        ends = [fitted.weights[p].ravel() for p in sorted(fitted.weights) if "normal" not in p]
        np.testing.assert_array_equal(one.weights[-1], np.concatenate(ends))
        taken = np.concatenate([record.step_losses for record in history.records])
        np.testing.assert_array_equal(one.batch_losses, taken)
        assert one.loss[-1] == pytest.approx(fitted.evaluate(X, Y)["loss"], rel=1e-5)


def test_all_start_at_one_point_and_count_updates_and_examples():
    regimes = pc.compare_regimes(model(), X, Y, epochs=3, batch_size=16, points=10)
    starts = [one.weights[0] for one in regimes.values()]
    np.testing.assert_array_equal(starts[0], starts[1])
    np.testing.assert_array_equal(starts[0], starts[2])
    for one, steps in zip(regimes.values(), (1, 4, 50), strict=True):
        assert one.updates_per_epoch == steps == int(np.ceil(50 / one.batch_size))
        assert (one.updates[-1], one.examples[-1]) == (3 * steps, 150)
        assert len(one.weights) == len(one.loss) == len(one.updates) <= 11
        assert set(np.diff(one.updates[:-1])) <= {one.stride}
        assert one.seconds[0] == 0
    sixteen = regimes["mini-batch of 16"]
    assert sixteen.examples.tolist()[:6] == [0, 32, 50, 82, 100, 132]
    cells = [row[1] for row in regimes.table().rows]
    assert cells == ["⌈50/50⌉ = 1", "⌈50/16⌉ = 4", "⌈50/1⌉ = 50"]
    titles = [ax.get_xlabel() for ax in regimes.plot().axes]
    assert titles == ["updates of the weights", "examples seen", "seconds of training"]


def test_the_learning_rate_may_be_another_and_the_model_keeps_its_own():
    made = model("adam")
    before = made.get_weights()
    slow = pc.compare_regimes(made, X, Y, epochs=2, learning_rate=1e-6)
    fast = pc.compare_regimes(made, X, Y, epochs=2, learning_rate=0.1)
    moved = [np.linalg.norm(r["online"].weights[-1] - r["online"].weights[0]) for r in (slow, fast)]
    assert moved[0] < 1e-3 < moved[1]
    assert made.trainer.learning_rate == pytest.approx(0.001)
    for one, two in zip(before, made.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("setting", [{"batch_size": 51}, {"batch_size": 0}, {"epochs": 0}])
def test_a_number_that_cannot_be_is_refused(setting):
    with pytest.raises(ConfigError, match="not a number this can be"):
        pc.compare_regimes(model(), X, Y, **setting)


def test_events_show_every_row_once_an_epoch_and_train_as_fit_does():
    watched, plain = model("adam"), model("adam")
    events = list(pc.training_in_action(watched, X, Y, batch_size=16, epochs=2))
    history = plain.fit(X, Y, batch_size=16, epochs=2, verbose=0)
    for one, two in zip(watched.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    batches = [event for event in events if isinstance(event, Batch)]
    assert [b.step for b in batches] == list(range(1, 9))
    assert [len(b.rows) for b in batches] == [16, 16, 16, 2] * 2
    for epoch, record in enumerate(history.records, 1):
        own = [b for b in batches if b.epoch == epoch]
        assert sorted(np.concatenate([b.rows for b in own])) == list(range(50))
        np.testing.assert_allclose([b.loss for b in own], record.step_losses)
        (end,) = [e for e in events if isinstance(e, EpochComplete) and e.epoch == epoch]
        assert end.loss == pytest.approx(record.loss, rel=1e-5)
    orders = [event.order for event in events if isinstance(event, Shuffle)]
    assert len(orders) == 2
    assert not np.array_equal(*orders)


def test_the_rows_told_are_the_rows_taken():
    made = model()
    made.fit(X, Y, epochs=1, verbose=0)  # a second fit goes on with the next order
    for event in pc.training_in_action(made, X, Y, batch_size=50, epochs=1):
        if isinstance(event, Batch):
            assert event.epoch == 2
    by_hand = model()
    by_hand.fit(X, Y, epochs=1, verbose=0)
    twin = model()
    twin.fit(X, Y, epochs=1, verbose=0)
    for event in pc.training_in_action(by_hand, X, Y, batch_size=16, epochs=1):
        if isinstance(event, Batch):
            assert twin.evaluate(X[event.rows], Y[event.rows])[0] == pytest.approx(
                event.loss, rel=1e-4
            )
            twin.train_on_batch(X[event.rows], Y[event.rows])


def test_without_shuffling_rows_come_in_order_and_lines_read_as_in_the_lectures():
    lines = [str(e) for e in pc.training_in_action(model(), X, Y, batch_size=30, shuffle=False)]
    assert lines[0].startswith("epoch 1: batch 1 of 2, rows 0, 1, 2, 3, 4, 5, 6, 7, ...; step 1")
    assert lines[1].startswith("epoch 1: batch 2 of 2, rows 30, 31,")
    assert lines[2].startswith("epoch 1 complete after step 2: mean loss ")
