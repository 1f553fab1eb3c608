"""Fits of a curve by networks of growing width, and the error of each."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Real

from pellucid.plots.figures import Axes, Figure, drawn, panels
from pellucid.plots.style import BLUE, GREY, VERMILLION, library

MOST_PANELS = 8  # and one for the errors


class Line(NamedTuple):
    """What a network of some width answers along the line, and its error there."""

    width: int
    error: float
    y: Real[np.ndarray, " points"]


@drawn
def approximations(
    along: Real[np.ndarray, " points"],
    truth: Real[np.ndarray, " points"],
    fits: Sequence[Line],
) -> Figure:
    """Return a panel for each width, at most 8, and last the error against the width."""
    shown = list(fits)[:MOST_PANELS]
    figure, (*axes, last) = panels(len(shown) + 1, height=2.1, across=3)
    for ax, fit in zip(axes, shown, strict=True):
        ax.plot(along, truth, color=GREY, linewidth=3.5, alpha=0.6, zorder=1, label="function")
        ax.plot(along, fit.y, color=BLUE, label="network")
        units = "1 unit" if fit.width == 1 else f"{fit.width} units"
        ax.set_title(f"{units}: error {fit.error:.2g}", fontsize=8.5)
        room = 0.15 * (truth.max() - truth.min() or 1.0)
        ax.set_ylim(truth.min() - room, truth.max() + room)
    _errors(last, fits)
    if axes:
        handles, words = axes[0].get_legend_handles_labels()
        figure.legend(handles, words, loc="outside upper right", ncols=3)
    return figure


def _errors(ax: Axes, fits: Sequence[Line]) -> None:
    widths = [fit.width for fit in fits]
    ax.plot(widths, [fit.error for fit in fits], "o-", color=VERMILLION)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xticks(sorted(set(widths)), [str(width) for width in sorted(set(widths))])
    ticker = library().ticker
    ax.yaxis.set_major_locator(ticker.LogLocator(subs=(1.0, 3.0)))
    ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_formatter(ticker.NullFormatter())
    ax.set_xlabel("hidden units")
    ax.set_title("error by width", fontsize=8.5)
