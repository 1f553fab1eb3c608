"""Batch regimes side by side: the same losses against updates, examples and seconds."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from pellucid.plots.figures import Axes, Figure, Numbers, drawn, new_figure
from pellucid.plots.history import value_axis
from pellucid.plots.signals import power
from pellucid.plots.style import DASHES, colour, label, library

AXES = {
    "updates": "updates of the weights",
    "examples": "examples seen",
    "seconds": "seconds of training",
}


@drawn
def progress(regimes: Mapping[str, Mapping[str, Numbers]]) -> Figure:
    """Return three panels of the loss of each regime: by updates, examples and seconds.

    A regime holds "loss" and, for each of its points, "updates", "examples" and "seconds".
    Updates and seconds are on a log axis, as they differ by the batch size; the common
    start, at 0, stands at the left edge.
    """
    figure = new_figure(3.1, 9.6)
    axes = figure.subplots(1, 3, sharey=True)
    for ax, (kind, words) in zip(axes, AXES.items(), strict=True):
        # A log axis has no 0: the start stands at half the first point there is.
        least = (
            0.0 if kind == "examples" else min(_first(one[kind]) for one in regimes.values()) / 2
        )
        for index, (name, one) in enumerate(regimes.items()):
            _draw(ax, np.maximum(np.asarray(one[kind], float), least), one["loss"], name, index)
        ax.set_xlabel(words)
        _across(ax, kind)
    every = np.concatenate([np.asarray(one["loss"], float) for one in regimes.values()])
    value_axis(axes[0], every)
    axes[0].set_ylabel("loss on all rows")
    axes[0].legend(loc="lower left")
    return figure


def _first(along: Numbers) -> float:
    """Return the first point after the start."""
    return float(along[1]) if len(along) > 1 else 1.0


def _draw(
    ax: Axes, along: Float[np.ndarray, " points"], loss: Numbers, name: str, index: int
) -> None:
    dash = DASHES[index % len(DASHES)]
    ax.plot(along, loss, color=colour(index), linestyle=dash, label=label(name, 40))
    ax.plot(along[-1:], loss[-1:], "o", color=colour(index), markersize=4.5)


def _across(ax: Axes, kind: str) -> None:
    ticker = library().ticker
    if kind == "examples":
        ax.xaxis.set_major_locator(ticker.MaxNLocator(4, integer=True))
        ax.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
        return
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: power(value)))
    ax.xaxis.set_minor_formatter(ticker.NullFormatter())
