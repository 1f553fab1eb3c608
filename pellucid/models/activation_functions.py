"""Activation functions on one page: each a = f(z) with its slope."""

from collections.abc import Sequence

import numpy as np

from pellucid.functions.activations import ACTIVATIONS
from pellucid.functions.portraits import activation_table, portrait
from pellucid.plots.activations import Portrait, overview
from pellucid.plots.activations import portrait as draw_one
from pellucid.plots.figures import Figure

LECTURES = ("step", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "softmax", "linear")


def plot_activation_functions(
    names: Sequence[str] | str = LECTURES, *, low: float = -4.0, high: float = 4.0
) -> Figure:
    """Return a picture of activation functions and their slopes for z from low to high.

    One name gives it a picture of its own, with the formula of the slope. Softmax is shown
    by its first output, for z beside a 0.

    Raises:
        ConfigError: there is no activation of that name.
    """
    wanted = [names] if isinstance(names, str) else list(names)
    rows = {row.name: row for row in activation_table()}
    z = np.linspace(low, high, 401)
    shown = []
    for name in wanted:
        own = ACTIVATIONS.name_of(ACTIVATIONS.resolve(name)) or name
        formula = rows[own].formula
        shown.append(
            Portrait(own, *portrait(own, z), formula, f"slope: {rows[own].facts.derivative}")
        )
    return draw_one(shown[0]) if isinstance(names, str) else overview(shown)
