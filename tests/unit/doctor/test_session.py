"""The doctor beside a fit: it tells, it changes nothing, and it can be told to be quiet."""

import numpy as np
import pytest

from pellucid.base.errors import ConfigError, ShapeError
from pellucid.doctor.chart import Chart, Rows
from pellucid.doctor.check import CHECKS
from pellucid.doctor.finding import Finding
from pellucid.doctor.session import Doctor
from pellucid.layers import Dense, Dropout, Input
from pellucid.models.sequential import Sequential

RANDOM = np.random.default_rng(1)
X = RANDOM.normal(size=(130, 4)).astype("float32")
Y = (X[:, :1] * X[:, 1:2] > 0).astype("float32")


def made(*layers, loss="binary_crossentropy"):
    model = Sequential([Input((4,)), *layers], seed=5)
    model.compile("adam", loss)
    return model


def healthy():
    return made(Dense(12, "relu"), Dropout(0.2), Dense(1, "sigmoid"))


def test_looking_leaves_the_same_bits():
    looked, alone = healthy(), healthy()
    looked.fit(X, Y, epochs=7, validation_split=0.2, verbose=0)
    alone.fit(X, Y, epochs=7, validation_split=0.2, verbose=0, doctor="off")
    for a, b in zip(looked.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert looked.history["val_loss"] == alone.history["val_loss"]
    steps = [list(record.step_losses) for record in looked.history.records]
    assert steps == [list(record.step_losses) for record in alone.history.records]


def test_a_second_fit_is_looked_at_anew():
    model = healthy()
    model.fit(100 * X, Y, epochs=2, verbose=0)
    assert "unscaled_inputs" in [one.check for one in model.findings]
    model.fit(X, Y, epochs=2, verbose=0)
    assert "unscaled_inputs" not in [one.check for one in model.findings]


def test_what_can_wait_is_done_while_the_machine_is_busy_and_once():
    model = healthy()
    doctor = Doctor(Chart(model.recipe, Rows({"x": 100 * X}, {"dense_1": Y})))
    left, asked = iter((True, True, False)), []
    doctor.before()
    doctor.meanwhile(lambda: next(left))
    doctor.meanwhile(lambda: not asked.append("busy?"))  # once for each piece of work left
    assert len(asked) == len(CHECKS["data"]) - 2
    found = [one.check for one in doctor.findings]
    assert "unscaled_inputs" in found
    assert [one.check for one in doctor.findings] == found


def test_a_strict_doctor_refuses_what_cannot_work_before_anything_is_trained():
    model = made(Dense(1, "softmax"))
    before = model.get_weights()
    with pytest.raises(ConfigError, match="softmax over one unit") as caught:
        model.fit(X, Y, verbose=0, doctor="strict")
    assert caught.value.findings[0].check == "wrong_output_activation"
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_refusal_carries_the_findings():
    model = made(Dense(3, "softmax"), loss="categorical_crossentropy")
    with pytest.raises(ShapeError) as caught:
        model.fit(X, np.arange(130) % 3, verbose=0)
    assert "wrong_loss" in [one.check for one in caught.value.findings]


def test_what_is_silenced_is_not_said():
    model = made(Dense(1, "softmax"))
    model.fit(X, Y, verbose=0, silence="wrong_output_activation")
    assert "wrong_output_activation" not in [one.check for one in model.findings]
    with pytest.raises(ConfigError, match="did you mean 'overfitting'"):
        model.fit(X, Y, verbose=0, silence=["overfiting"])
    with pytest.raises(ConfigError, match="report, strict, off"):
        model.fit(X, Y, verbose=0, doctor="loud")


def test_off_is_off():
    model = made(Dense(1, "softmax"))
    model.fit(X, Y, verbose=0, doctor="off")
    assert model.findings == []


def test_a_check_that_fails_does_not_end_training(monkeypatch):
    def broken(chart):
        raise ZeroDivisionError

    monkeypatch.setitem(CHECKS, "end", [broken])
    with pytest.warns(RuntimeWarning, match=r"broken failed.*ZeroDivisionError"):
        healthy().fit(X, Y, epochs=1, verbose=0)


def test_a_finding_goes_into_a_file_and_back():
    model = made(Dense(1, "softmax"))
    model.fit(X, Y, epochs=2, verbose=0)
    for one in model.findings:
        assert Finding.from_json(one.to_json()).to_json() == one.to_json()


def test_findings_are_of_the_vocabulary():
    with pytest.raises(ConfigError):
        Finding("too_slow_a_day", "warning", "", "")
    with pytest.raises(ConfigError):
        Finding("overfitting", "panic", "", "")
