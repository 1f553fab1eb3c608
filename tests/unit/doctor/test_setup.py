"""How a network is built and set to train, on charts written by hand."""

import pytest
from doctor_charts import YES, chart_of, found, look

from pellucid.doctor import setup
from pellucid.layers import Dense, Dropout
from pellucid.optimizers import Adam

GUESSES = 0.5 + 0 * YES


def built(*layers, answers=GUESSES, optimizer="adam"):
    chart = chart_of(
        [*layers, Dense(1, "sigmoid")], "binary_crossentropy", YES, optimizer=optimizer
    )
    chart.examinations += [look(chart), look(chart, 100, answers=answers)]
    return chart


def test_all_linear_layers_are_cured_at_once():
    chart = built(Dense(8), Dense(8))
    one = found(setup.nonlinearity, chart)["missing_nonlinearity"]
    assert one.severity == "warning" and one.change is not None
    assert one.change.settings == {"like": "dense", "activation": "relu"}
    assert not found(setup.nonlinearity, built(Dense(8, "relu"), Dense(8, "relu")))


@pytest.mark.parametrize(("answers", "there"), [(GUESSES, True), (YES, False)])
def test_a_hidden_softmax_matters_where_little_is_learnt(answers, there):
    chart = built(Dense(8, "softmax"), Dense(8, "relu"), answers=answers)
    assert list(found(setup.competing_units, chart)) == (["wrong_hidden_activation"] * there)


@pytest.mark.parametrize(("answers", "severity"), [(GUESSES, "warning"), (YES, None)])
def test_strong_dropout_is_a_warning_where_little_is_learnt(answers, severity):
    chart = built(Dense(8, "relu"), Dropout(0.8), answers=answers)
    assert found(setup.dropout, chart)["excess_dropout"].severity == "advice"
    seen = found(setup.strong_dropout, chart).get("excess_dropout")
    assert (seen.severity if seen else None) == severity


@pytest.mark.parametrize(
    ("size", "answers", "severities"),
    [
        (1.0, GUESSES, ["advice", "warning"]),
        (1.0, YES, ["advice"]),
        (1e-3, GUESSES, []),
    ],
)
def test_a_large_epsilon(size, answers, severities):
    chart = built(Dense(8, "relu"), answers=answers, optimizer=Adam(epsilon=size))
    seen = [*setup.epsilon(chart), *setup.epsilon_again(chart)]
    assert [one.severity for one in seen] == severities
