"""Strides cover the very updates of a fit, and the order told is the order taken."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import Input, Sequential
from pellucid.layers import BatchNormalization, Dense, Dropout
from pellucid.training.block import MOST_EPOCHS, MOST_STEPS, Layout, spans
from pellucid.training.examples import as_examples
from pellucid.training.strides import layout_of, strides

X = np.random.default_rng(0).normal(size=(23, 3)).astype(np.float32)
Y = (X[:, :1] > 0).astype(np.float32)


def model(optimizer="adam"):
    layers = [Dense(5, "relu"), BatchNormalization(), Dropout(0.3), Dense(1, "sigmoid")]
    made = Sequential([Input((3,)), *layers], seed=4)
    made.compile(optimizer, "binary_crossentropy")
    return made


@given(st.integers(1, 6000), st.integers(0, 9000), st.integers(0, 9000), st.integers(0, 500))
def test_spans_cover_each_update_once_and_in_order(steps, first, count, part):
    at, layout = first, Layout(steps, 1, True, False, (), part=part)
    for span in spans(layout, first, first + count):
        epochs, begun, end = (int(part) for part in span)
        taken = epochs * (end - begun)
        assert begun == at % steps
        assert 0 < taken <= MOST_STEPS
        assert epochs <= MOST_EPOCHS
        assert epochs == 1 or (begun, end) == (0, steps)
        assert end <= steps
        assert not part or begun // part == (end - 1) // part
        at += taken
    assert at == first + count


@pytest.mark.parametrize(("size", "updates"), [(6, 1), (6, 3), (6, 7), (23, 2), (1, 100)])
def test_weights_are_those_of_a_fit_bit_for_bit(size, updates):
    watched, plain = model(), model()
    examples = as_examples(watched.recipe, X, Y)
    parts = list(strides(watched.trainer, examples, size, epochs=3, updates=updates))
    history = plain.fit(X, Y, batch_size=size, epochs=3, verbose=0)
    for ours, theirs in zip(watched.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    losses = np.concatenate([part.losses for part in parts])
    expected = np.concatenate([record.step_losses for record in history.records])
    np.testing.assert_array_equal(losses, expected)
    assert len(losses) == 3 * layout_of(23, size, True).steps == int(watched.train_state.step)
    assert all(len(part.losses) == updates for part in parts[:-1])


def test_an_epoch_has_as_many_updates_as_batches_rounded_up():
    for rows, size in [(150, 150), (150, 32), (150, 1), (128, 64), (129, 64), (5, 9)]:
        assert layout_of(rows, size, True).steps == int(np.ceil(rows / min(size, rows)))


def test_it_ends_when_the_loss_is_no_number():
    blown = model("sgd")
    blown.set_weights([np.full_like(w, np.nan) for w in blown.get_weights()])
    examples = as_examples(blown.recipe, X, Y)
    assert len(list(strides(blown.trainer, examples, 23, epochs=5))) == 1
