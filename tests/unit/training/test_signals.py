"""Signals by layer are those of the records, in the network's order."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import StateError
from pellucid.layers import Dense

DRAW = np.random.default_rng(2)
X = DRAW.normal(size=(24, 3)).astype(np.float32)
Y = (X[:, :1] > 0).astype(np.float32)


def stack(layers, watch):
    hidden = [Dense(4, "sigmoid") for _ in range(layers)]
    model = pc.Sequential([pc.Input((3,)), *hidden, Dense(1, "sigmoid")], seed=3)
    model.compile("sgd", "binary_crossentropy", watch=watch)
    return model


def fitted(watch, layers=12):
    return stack(layers, watch).fit(X, Y, batch_size=8, epochs=2, verbose=0)


def test_strengths_are_root_mean_squares_in_order_of_depth_not_of_letters():
    watch = pc.Watch(("a", "delta", "gradient", "update", "weight"), every=2)
    history = fitted(watch)
    found = pc.signal_history(history)
    names = ["dense", *(f"dense_{number}" for number in range(1, 13))]
    for signal in ("a", "delta", "gradient", "update", "weight"):
        assert list(found.rms[signal]) == names
    fresh = stack(12, pc.Watch())
    events = pc.training_in_action(stack(12, pc.Watch()), X, Y, batch_size=8)
    first = next(event.rows for event in events if hasattr(event, "rows"))
    seen = fresh.inspect(X[first], Y[first])
    for name in names:
        for signal, array in (
            ("a", seen["a"][name]),
            ("delta", seen["delta"][name]),
            ("gradient", seen["gradient"][name]["kernel"]),
            ("update", seen["update"][name]["kernel"]),
        ):
            by_hand = np.sqrt(np.mean(np.square(array.astype(float))))
            assert found.rms[signal][name][0] == pytest.approx(by_hand, rel=1e-4)
    ratio = found.rms["update"]["dense_3"] / found.rms["weight"]["dense_3"]
    np.testing.assert_array_equal(found.update_ratio["dense_3"], ratio)
    np.testing.assert_allclose(found.time, [0, 0.5, 1, 1.5])


def test_a_deep_sigmoid_stack_fades_and_a_shallow_one_hardly():
    watch = pc.Watch(("gradient",))
    deep = pc.signal_history(fitted(watch)).fading()
    shallow = pc.signal_history(fitted(watch, layers=1)).fading()
    assert deep[0] < 1e-5 < 0.05 < shallow[0]


def test_layers_may_be_chosen():
    history = fitted(pc.Watch(("a",)), layers=2)
    assert list(pc.signal_history(history, ["dense_2", "dense"]).rms["a"]) == ["dense_2", "dense"]


def test_without_a_watch_there_is_nothing_to_tell():
    with pytest.raises(StateError, match="no strengths of signals"):
        pc.signal_history(fitted(pc.Watch(), layers=1))


def test_a_history_tells_and_draws_what_was_watched():
    watch = pc.Watch(("a", "delta", "gradient", "update", "weight"), every=2)
    history = fitted(watch, layers=2)
    told, found = history.signals(), pc.signal_history(history)
    assert list(told.strengths) == ["RMS a", "RMS delta", "RMS gradient", "RMS update / RMS weight"]
    np.testing.assert_array_equal(told.strengths["RMS a"]["dense_1"], found.rms["a"]["dense_1"])
    panels = [ax for ax in history.plot_signals(["dense", "dense_2"]).axes if ax.lines]
    assert [ax.get_title(loc="left") for ax in panels] == list(told.strengths)
    np.testing.assert_allclose(panels[1].lines[1].get_ydata(), found.rms["delta"]["dense_2"])
    assert list(fitted(pc.Watch(("a",)), layers=1).signals().strengths) == ["RMS a"]
