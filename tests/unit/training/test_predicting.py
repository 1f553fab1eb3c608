"""Rows go through a network in chunks where it predicts, and come out as they would alone."""

import numpy as np
import pytest

from pellucid.layers import LSTM, Conv2D, Dense, Flatten, Input, Part
from pellucid.models.sequential import Sequential
from pellucid.training import evaluation
from pellucid.training.evaluation import FEWEST, MOST, WIDEST_BYTES, rows_together

X = np.random.default_rng(0).normal(size=(101, 4)).astype("float32")


def model(*layers, shape=(4,)):
    return Sequential([Input(shape), *layers], seed=3)


@pytest.mark.parametrize("rows", [1, 2, 31, 32, 33, 64, 65, 101])
def test_each_row_is_answered_once_and_in_order(rows, monkeypatch):
    monkeypatch.setattr(evaluation, "rows_together", lambda network: 32)
    made = model(Dense(3, "tanh", name="d"))
    kernel, bias = made.get_weights()
    found = made.predict(X[:rows])
    np.testing.assert_allclose(found, np.tanh(X[:rows] @ kernel + bias), rtol=1e-5, atol=1e-6)
    assert found.flags.writeable


def test_the_next_chunk_is_under_way_while_one_is_read(monkeypatch):
    monkeypatch.setattr(evaluation, "rows_together", lambda network: 32)
    made, told = model(Dense(3)), []

    class Answer:
        def __init__(self, first):
            self.first = first

        def __array__(self, *_, **__):
            told.append(f"read {self.first}")
            return np.zeros((32, 3), np.float32)

    def program(params, state, inputs, seed, first):
        told.append(f"begin {first}")
        return (Answer(first),)

    monkeypatch.setattr(evaluation, "compile_predict", lambda *_: program)
    made.predict(X[:96])
    assert told == ["begin 0", "begin 32", "read 0", "begin 64", "read 32", "read 64"]


def test_as_many_rows_go_together_as_the_widest_layer_leaves_room_for():
    narrow = model(Dense(3), Dense(1))
    wide = model(Dense(2000), Dense(1))
    pictures = model(Conv2D(64, 3), Flatten(), Dense(1), shape=(224, 224, 3))
    several = model(LSTM(500, return_state=True), Part(0), shape=(20, 4))
    assert rows_together(narrow.network) == MOST
    assert WIDEST_BYTES <= rows_together(wide.network) * 2000 * 4 < 2 * WIDEST_BYTES
    assert rows_together(pictures.network) == FEWEST
    assert WIDEST_BYTES <= rows_together(several.network) * 500 * 4 < 2 * WIDEST_BYTES
