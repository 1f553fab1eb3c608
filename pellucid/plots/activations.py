"""Portraits of activation functions: the function, its slope, and both formulas."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Real

from pellucid.plots.figures import Axes, Figure, drawn, panels
from pellucid.plots.style import BLUE, MUTED, RULE, VERMILLION, label


@dataclass(frozen=True)
class Portrait:
    """An activation function as arrays: a = f(z) and slope = f'(z) at each z."""

    name: str
    z: Real[np.ndarray, " points"]
    a: Real[np.ndarray, " points"]
    slope: Real[np.ndarray, " points"]
    formula: str = ""
    slope_formula: str = ""


@drawn
def portrait(activation: Portrait) -> Figure:
    """Return the function on the left and its slope on the right, each under its formula."""
    figure, (function, slope) = panels(2, height=3.0)
    _draw(function, activation.z, activation.a, BLUE, "a")
    _draw(slope, activation.z, activation.slope, VERMILLION, "slope")
    function.set_title(label(activation.formula or activation.name, 52), fontsize=9.5)
    slope.set_title(label(activation.slope_formula or "da/dz", 52), fontsize=9.5)
    figure.suptitle(label(activation.name, 60), x=0.01, ha="left", fontweight="bold", fontsize=12)
    return figure


@drawn
def overview(activations: Sequence[Portrait]) -> Figure:
    """Return several activations on one page, function and slope in one panel each."""
    figure, axes = panels(len(activations), height=2.3, across=3)
    for ax, activation in zip(axes, activations, strict=True):
        _draw(ax, activation.z, activation.a, BLUE, "a = f(z)")
        ax.plot(
            activation.z, activation.slope, color=VERMILLION, linestyle=(0, (5, 2)), label="slope"
        )
        ax.set_title(label(activation.name), pad=14)
        below = {"transform": ax.transAxes, "size": 7, "color": MUTED}
        ax.text(0, 1.02, label(activation.formula, 38), **below)
    if axes:
        handles, words = axes[0].get_legend_handles_labels()
        figure.legend(handles, words, loc="outside upper right", ncols=2)
    return figure


def _draw(
    ax: Axes,
    z: Real[np.ndarray, " points"],
    values: Real[np.ndarray, " points"],
    colour: str,
    words: str,
) -> None:
    ax.axhline(0, color=RULE, linewidth=1)
    ax.axvline(0, color=RULE, linewidth=1)
    ax.plot(z, values, color=colour, label=words)
    ax.set_xlabel("z")
