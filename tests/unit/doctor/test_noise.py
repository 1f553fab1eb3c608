"""Targets that have nothing to do with the inputs."""

import numpy as np
from data_charts import chart_of, findings, found, trained

from pellucid.doctor.noise import beats_constant, contradicted_labels, signal

RANDOM = np.random.default_rng(8)
X = RANDOM.standard_normal((400, 5)).astype(np.float32)
CLOUDS = (RANDOM.integers(0, 5, (400, 1)) + 0.05 * X).astype(np.float32)
NOISE = RANDOM.permutation(np.arange(400) % 2)
LOSS = "binary_crossentropy"


def test_nothing_to_find_in_unbound_inputs():
    chart = trained(chart_of(X, NOISE, LOSS), np.full(400, 0.5))
    assert found(signal, chart) == [("no_signal", "warning")]


def test_inputs_with_structure_should_have_told_something():
    chart = trained(chart_of(CLOUDS, NOISE, LOSS), np.full(400, 0.5))
    assert found(signal, chart) == [("misaligned_labels", "warning")]


def test_a_signal_the_network_missed_is_not_denied():
    y = (X[:, 0] + X[:, 1] > 0).astype(int)
    assert not found(signal, trained(chart_of(X, y, LOSS), np.full(400, 0.5)))


def test_learning_by_heart_is_no_signal():
    held_out = (X[200:], NOISE[200:])
    chart = trained(chart_of(X[:200], NOISE[:200], LOSS, held_out=held_out), NOISE[:200])
    chart.epochs[0].values["val_loss"] = 2.0
    assert not beats_constant(chart)
    assert found(signal, chart) == [("no_signal", "warning")]
    chart.epochs[0].values["val_loss"] = 0.5
    assert beats_constant(chart) and not found(signal, chart)


def test_few_rows_prove_nothing():
    chart = trained(chart_of(X[:30], NOISE[:30], LOSS), np.full(30, 0.5))
    assert not found(signal, chart)
    rare = (np.arange(400) < 10).astype(int)
    assert not found(signal, trained(chart_of(X, rare, LOSS), np.full(400, 0.5)))


def test_labels_that_their_neighbours_contradict():
    y = (X[:, 0] > 0).astype(int) + 2 * (X[:, 1] > 0)
    x = X[:, :2] + 4 * np.sign(X[:, :2])
    loss = "sparse_categorical_crossentropy"
    assert not found(contradicted_labels, chart_of(x, y, loss))
    wrong = RANDOM.choice(400, 40, replace=False)
    y[wrong] = (y[wrong] + RANDOM.integers(1, 4, 40)) % 4
    finding = findings(contradicted_labels, chart_of(x, y, loss))[0]
    assert (finding.check, finding.severity) == ("label_noise", "advice")
    assert set(finding.rows) <= set(wrong.tolist()) and 0.06 < finding.value <= 0.1
