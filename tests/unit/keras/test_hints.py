"""Hints: one plain line, once a process, at the user's own line."""

import warnings

import pytest

from pellucid.keras.engine.base import hints
from pellucid.keras.engine.base.hints import KerasHint, forget_hints, hint


@pytest.fixture(autouse=True)
def every_hint_anew():
    forget_hints()
    yield
    forget_hints()


def test_it_is_said_once():
    with pytest.warns(KerasHint, match="called epochs") as said:
        for _ in range(3):
            hint("epochs", "nb_epoch is called epochs")
    assert len(said) == 1


def test_another_key_is_another_hint():
    with pytest.warns(KerasHint) as said:
        hint("one", "the first")
        hint("two", "the second")
    assert [str(w.message) for w in said] == ["the first", "the second"]


def test_it_can_be_said_again_when_forgotten():
    with pytest.warns(KerasHint) as said:
        hint("one", "the first")
        forget_hints()
        hint("one", "the first")
    assert len(said) == 2


def test_it_names_the_line_outside():
    with pytest.warns(KerasHint) as said:
        hint("where", "here")
    assert said[0].filename == __file__


def test_without_such_a_line_it_is_said_all_the_same(monkeypatch):
    monkeypatch.setattr(hints, "current_line", lambda: None)
    with pytest.warns(KerasHint, match="anywhere"):
        hint("nowhere", "anywhere")


def test_it_can_be_silenced_as_any_warning():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", KerasHint)
        hint("quiet", "not heard")
    assert said == []
