"""Fits on streams: the same bits as from memory, from any step on, and nothing left behind."""

import threading

import jax
import numpy as np
import pytest

from pellucid.base.errors import ConfigError, DataError
from pellucid.data import stream_sources
from pellucid.data.open_stream import open_stream
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.preprocessing import MinMaxScaling, Normalization
from pellucid.models.resuming import Checkpoints
from pellucid.models.sequential import Sequential
from pellucid.training.callbacks import Callback
from pellucid.training.rules import EarlyStopping
from pellucid.training.watch import Watch

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(3, 2, (203, 4)).astype("float32")
Y = (X[:, 0] > 3).astype("int32")
W = RANDOM.random(203).astype("float32")
HELD_OUT = (X[:40], Y[:40])


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Let few rows make many pieces; and see that no thread is left."""
    monkeypatch.setattr(stream_sources, "PIECE_BYTES", 200)
    yield
    assert not [t for t in threading.enumerate() if t.name.startswith("pellucid")]


def model(**watched):
    layers = [Normalization(), MinMaxScaling(), Dense(5, "relu"), Dense(2, "softmax")]
    made = Sequential(layers, seed=3)
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], **watched)
    return made


def stream(**given):
    return open_stream(X, Y, W, **{"window": 50, **given})


def same(one, other):
    for name, array in one.weights.items():
        np.testing.assert_array_equal(array, other.weights[name], err_msg=name)


@pytest.mark.parametrize(
    "window", [50, *(pytest.param(w, marks=pytest.mark.slow) for w in (1, 203, 1000))]
)
def test_without_shuffling_the_bits_are_those_of_memory(window):
    rest = {"batch_size": 16, "epochs": 3, "shuffle": False, "verbose": 0}
    rest["validation_data"] = HELD_OUT
    memory, streamed = model(), model()
    there = memory.fit(X, Y, sample_weight=W, **rest)
    here = streamed.fit(stream(window=window), **rest)
    same(memory, streamed)
    assert dict(here) == dict(there)
    for ours, theirs in zip(here.records, there.records, strict=True):
        np.testing.assert_array_equal(ours.step_losses, theirs.step_losses)


def test_an_order_that_is_replayed_in_memory_gives_the_same_bits():
    rest = {"batch_size": 16, "verbose": 0, "doctor": "off"}
    memory, streamed = model(), model()
    rows, bounds = stream(), [(0, 48), (48, 96), (96, 144), (144, 192), (192, 203)]
    streamed.adapt(X)
    memory.adapt(X)
    streamed.fit(rows, epochs=2, **rest)
    for epoch in range(2):
        order = np.concatenate([rows.numbers(*at, seed=3, epoch=epoch) for at in bounds])
        memory.fit(X[order], Y[order], sample_weight=W[order], shuffle=False, **rest)
    same(memory, streamed)


@pytest.mark.parametrize(
    "stop", [7, *(pytest.param(step, marks=pytest.mark.slow) for step in (2, 3, 13))]
)
def test_a_fit_that_is_interrupted_goes_on_bit_for_bit(tmp_path, stop):
    class Leave(Callback):
        steps = 0

        def on_steps_end(self, record, control):
            self.steps += 1
            if self.steps == stop:
                control.stop("enough")

    rest = {"batch_size": 16, "epochs": 2, "verbose": 0, "validation_data": HELD_OUT}
    whole, cut = model(), model()
    expected = whole.fit(stream(), **rest)
    kept = Checkpoints(str(tmp_path / "fit"), every=0)
    cut.fit(stream(), callbacks=[Leave()], resume=kept, **rest)
    again = model()
    found = again.fit(stream(), resume=kept, **rest)
    same(whole, again)
    assert dict(found) == dict(expected)
    np.testing.assert_array_equal(
        np.concatenate([record.step_losses for record in found.records]),
        np.concatenate([record.step_losses for record in expected.records]),
    )


def test_other_rows_are_another_fit(tmp_path):
    kept = Checkpoints(str(tmp_path / "fit"), every=0)
    model().fit(stream(), epochs=1, verbose=0, resume=kept)
    with pytest.raises(ConfigError, match="another one"):
        model().fit(open_stream(X + 1, Y, W, window=50), epochs=2, verbose=0, resume=kept)


def test_a_fit_on_a_stream_compiles_one_block(caplog):
    made = Sequential([Input((4,)), Dense(3, "relu"), Dense(2, "softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    with jax.log_compiles(True), caplog.at_level("WARNING", logger="jax"):
        made.fit(stream(), epochs=3, batch_size=20, verbose=0, doctor="off")
    told = [r.getMessage() for r in caplog.records if "Finished XLA comp" in r.getMessage()]
    assert sum("jit(block)" in line for line in told) == 1


@pytest.mark.slow
def test_rules_watches_and_shares_of_records_are_as_in_memory():
    rest = {"batch_size": 16, "epochs": 9, "shuffle": False, "verbose": 0}
    rest |= {"validation_data": HELD_OUT, "callbacks": [EarlyStopping("loss", min_delta=1)]}
    watch = Watch(("delta",), every=3)
    memory, streamed = model(watch=watch), model(watch=watch)
    there = memory.fit(X, Y, sample_weight=W, **rest)
    here = streamed.fit(stream(), **rest)
    assert here.stopped_because == there.stopped_because != ""
    for ours, theirs in zip(here.records, there.records, strict=True):
        jax.tree.map(np.testing.assert_array_equal, ours.signals, theirs.signals)


def test_a_bad_row_is_named_and_no_thread_stays(tmp_path):
    bad = X.copy()
    bad[150, 2] = np.nan
    np.save(tmp_path / "x.npy", bad)
    rows = open_stream(tmp_path / "x.npy", Y, window=50)
    made = Sequential([Input((4,)), Dense(2, "softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(DataError, match=r"row 150 of x\.npy, column 2"):
        made.fit(rows, verbose=0)
    with pytest.raises(DataError, match=r"in row 203 of the arrays"):
        made.fit(open_stream(np.vstack([X, X[:1]]), np.append(Y, 7), window=50), verbose=0)


def test_a_callback_that_fails_leaves_no_thread():
    class Fails(Callback):
        def on_epoch_end(self, record, control):
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        model().fit(stream(), epochs=3, verbose=0, callbacks=[Fails()])


def test_a_loss_that_is_no_number_is_taken_back_to_its_rows():
    wild = X.copy()
    wild[120] = 3e38
    made = Sequential([Input((4,)), Dense(2, "softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    made.fit(open_stream(wild, Y, window=50), epochs=2, batch_size=16, verbose=0)
    assert 120 in made.trainer.broken.rows
    assert np.isfinite(made.weights["dense/kernel"]).all()


@pytest.mark.parametrize(
    "given",
    [
        {"y": Y},
        {"sample_weight": W},
        {"class_weight": "balanced"},
        {"batch_size": "full"},
        {"shuffle": "balanced"},
        {"validation_split": 0.2},
    ],
)
def test_what_needs_all_rows_at_once_is_refused(given):
    with pytest.raises(ConfigError, match=f"{next(iter(given))} cannot be had of a stream"):
        model().fit(stream(), verbose=0, **given)
