"""Changes that several findings offer: of epochs, learning rate, optimizer, activation."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.ending import activation_name
from pellucid.doctor.finding import Change
from pellucid.doctor.thresholds import threshold

ADAPTIVE = ("Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Lamb", "Lion", "Adadelta", "Ftrl")
FLATTENING = ("sigmoid", "tanh", "softsign", "hard_sigmoid", "hard_tanh")


def longer(epochs: int) -> Change:
    """Return the remedy of more epochs."""
    return Change("fit", f"epochs={epochs}", {"epochs": epochs})


def rate_change(rate: float) -> Change:
    """Return the remedy of another learning rate."""
    settings: dict[str, Any] = {"learning_rate": rate}
    return Change("compile", f"learning_rate={rate:g}", settings)


def rate_for(rate: float, ratio: float, wanted: float) -> float:
    """Return a learning rate, powers of ten from `rate`, whose steps come near `wanted`.

    `ratio` and `wanted` are by how much of their size a step changes the weights.
    """
    powers = round(float(np.log10(wanted / ratio))) if 0 < ratio < np.inf else 0
    least = 1 if wanted > ratio else -1
    return rate * 10.0 ** (least * max(abs(powers), 1))


def livelier(chart: Chart) -> Iterator[Change]:
    """Give the remedies of a network that hardly moves, in the order to try them in.

    Ten times the rate, where that is no fault itself; Adam; an activation without flat ends.
    """
    rate, kind = 10 * chart.epochs[0].learning_rate, type(chart.recipe.optimizer).__name__
    if rate <= threshold("adaptive_rate" if kind in ADAPTIVE else "rate"):
        yield rate_change(rate)
    if kind not in ADAPTIVE:
        yield Change("compile", 'optimizer="adam"', {"optimizer": "adam"})
    for node in chart.network.nodes:
        if node.name not in chart.network.outputs and activation_name(node) in FLATTENING:
            yield activation_change(chart, node.name)
            return


def activation_change(chart: Chart, layer: str, to: str = "relu") -> Change:
    """Return the remedy of another activation in a layer and those like it.

    A unit of relu is dead with one chance in two for a row, a layer of n with one in 2ⁿ: in a
    deep network of narrow layers few rows come through, and elu, which never dies, serves.
    """
    units = [chart.start.layers[node.name].units for node in chart.network.nodes]
    narrow = sum(0.5**n for n in units[:-1] if n) > threshold("born_dead")
    to = "elu" if narrow else to
    code = f'activation="{to}" in the layers like {layer!r}'
    return Change("model", code, {"like": layer, "activation": to, "initializer": "he_normal"})
