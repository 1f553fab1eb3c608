"""The loss against the learning rate, as a range test finds it."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from pellucid.plots.figures import Figure, drawn, panels
from pellucid.plots.signals import power
from pellucid.plots.style import DASHES, INK, MUTED, colour, library

ABOVE = 1.3  # times the first loss: what goes beyond is cut off


@drawn
def rates(
    tried: Float[np.ndarray, " updates"],
    losses: Float[np.ndarray, " updates"],
    smooth: Float[np.ndarray, " updates"],
    marks: Mapping[str, float | None],
) -> Figure:
    """Return the loss of each update and its running mean over the rate; `marks` are rates."""
    figure, (ax,) = panels(1, height=3.2)
    ax.plot(tried, losses, color=MUTED, linewidth=0.8, label="each update")
    ax.plot(tried, smooth, color=colour(0), label="running mean")
    shown = [(name, rate) for name, rate in marks.items() if rate]
    for (name, rate), dash in zip(shown, DASHES[1:], strict=False):
        ax.axvline(rate, color=INK, linewidth=1, linestyle=dash, label=f"{name} {rate:.2g}")
    low, first = float(np.nanmin(smooth)), float(smooth[0])
    room = 0.15 * abs(first - low) or 0.1
    ax.set(xlabel="learning rate", ylabel="loss", ylim=(low - room, first + ABOVE * room))
    ax.set_xscale("log")
    ticker = library().ticker
    ax.xaxis.set_major_locator(ticker.LogLocator(numticks=9))
    ax.xaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: power(value)))
    ax.xaxis.set_minor_locator(ticker.NullLocator())
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
