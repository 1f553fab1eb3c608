"""What several findings offer."""

import pytest
from doctor_charts import YES, chart_of, epochs, look

from pellucid.doctor.remedies import activation_change, livelier
from pellucid.layers import Dense
from pellucid.optimizers import SGD, Adam


def hidden(units, layers, optimizer="adam", rate=1e-3, activation="tanh"):
    stack = [*(Dense(units, activation) for _ in range(layers)), Dense(1, "sigmoid")]
    chart = chart_of(stack, "binary_crossentropy", YES, optimizer=optimizer)
    widths = {node.name: {"units": node.layer.units} for node in chart.network.nodes}
    chart.examinations.append(look(chart, layers=widths))
    chart.epochs += epochs([0.7], rate)
    return chart


@pytest.mark.parametrize(
    ("units", "layers", "activation"),
    [(5, 8, "elu"), (5, 1, "relu"), (16, 8, "relu"), (2, 1, "elu"), (1, 1, "elu")],
)
def test_narrow_layers_get_an_activation_that_cannot_die(units, layers, activation):
    change = activation_change(hidden(units, layers), "dense")
    assert change.settings["activation"] == activation
    assert f'"{activation}"' in change.code


@pytest.mark.parametrize(
    ("optimizer", "rate", "activation", "expected"),
    [
        (SGD(0.01), 0.01, "tanh", [("learning_rate", 0.1), ("optimizer", "adam"), "relu"]),
        (SGD(0.1), 0.1, "tanh", [("optimizer", "adam"), "relu"]),  # 1 would be too high
        (Adam(0.001), 0.001, "tanh", [("learning_rate", 0.01), "relu"]),
        (Adam(0.05), 0.05, "sigmoid", ["relu"]),
        (Adam(0.05), 0.05, "relu", []),
    ],
)
def test_what_to_try_where_nothing_moves(optimizer, rate, activation, expected):
    changes = [change.settings for change in livelier(hidden(16, 3, optimizer, rate, activation))]
    assert len(changes) == len(expected)
    for settings, one in zip(changes, expected, strict=True):
        if isinstance(one, str):
            assert settings["activation"] == one
        else:
            name, value = one
            assert settings == {name: pytest.approx(value) if name == "learning_rate" else value}
