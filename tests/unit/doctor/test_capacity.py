"""Networks that do worse than plain predictors."""

import numpy as np
from data_charts import chart_of, findings, found, trained

from pellucid.doctor.capacity import beside_plain_predictors
from pellucid.doctor.chart import Settings
from pellucid.layers.activation import Activation
from pellucid.layers.dense import Dense

RANDOM = np.random.default_rng(9)
X = RANDOM.standard_normal((900, 4)).astype(np.float32)
Y = (X[:, 0] > 0) * 2 + (X[:, 1] > 0)
LONG = Settings(5, 1)  # 180 steps
LOSS = "sparse_categorical_crossentropy"


def network(units: int):
    layers = [Dense(units, "relu"), Dense(4), Activation("softmax")]
    return chart_of(X, Y, LOSS, layers=layers, settings=LONG)


def test_a_layer_through_which_too_little_goes():
    poor = np.eye(4)[np.where(Y >= 2, 2, 0)]
    finding = findings(beside_plain_predictors, trained(network(1), poor))[0]
    assert (finding.check, finding.severity) == ("underfitting_capacity", "warning")
    assert finding.layer == "dense" and finding.change is not None
    assert found(beside_plain_predictors, trained(network(64), poor)) == [
        ("underfitting", "advice")
    ]


def test_a_network_that_hardly_moved_may_be_large_enough():
    poor = np.eye(4)[np.zeros(900, int)]
    chart = trained(network(1), poor, update_ratio=1e-6)
    (finding,) = findings(beside_plain_predictors, chart)
    assert (finding.check, finding.severity) == ("underfitting", "advice")
    assert finding.change is not None and finding.change.settings == {"epochs": 3}
    assert [other.code for other in finding.others] == ["learning_rate=0.1", 'optimizer="adam"']


def test_a_network_as_good_as_plain_predictors():
    right = np.eye(4)[np.where(RANDOM.random(900) < 0.2, 0, Y)]
    assert not found(beside_plain_predictors, trained(network(1), right))


def test_nothing_to_learn():
    chart = trained(chart_of(X, RANDOM.integers(0, 4, 900), LOSS), np.eye(4)[np.zeros(900, int)])
    assert not found(beside_plain_predictors, chart)
