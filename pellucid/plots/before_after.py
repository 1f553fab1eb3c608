"""One thing before a change and after it, side by side."""

from collections.abc import Mapping, Sequence

import numpy as np

from pellucid.plots.figures import Axes, Figure, Numbers, drawn, panels
from pellucid.plots.history import value_axis
from pellucid.plots.style import BLUE, DASHES, GREEN, VERMILLION, library

COLOURS = (VERMILLION, BLUE, GREEN)
MOST_DOTS = 12  # points that are marked one by one


@drawn
def before_after(
    values: Mapping[str, Mapping[str, Numbers]],
    along: str | Sequence[str] = "epoch",
    names: Sequence[str] = (),
) -> Figure:
    """Return a panel for each thing measured, with a line for each of its series.

    `values` goes from a panel's title to up to three series by label: what was before in
    vermillion, what is after in blue, and what both are compared with in green. Points are
    counted from 1 `along` the axis, of all panels or of each; those that have `names` are
    bars. What is not finite is left out.
    """
    figure, axes = panels(len(values), height=2.9)
    words = [along] * len(values) if isinstance(along, str) else along
    for ax, (title, series), what in zip(axes, values.items(), words, strict=True):
        (_bars if names else _lines)(ax, series)
        if names:
            ax.set_xticks(range(1, len(names) + 1), names)
            ax.margins(y=0.35)  # room for the legend
        else:
            ax.xaxis.set_major_locator(library().ticker.MaxNLocator(integer=True, nbins=8))
            value_axis(ax, np.concatenate([_finite(y) for y in series.values()]))
        ax.set_xlabel(what)
        ax.set_title(title)
        ax.legend()
    return figure


def _lines(ax: Axes, series: Mapping[str, Numbers]) -> None:
    for (label, numbers), colour, dashes in zip(series.items(), COLOURS, DASHES, strict=False):
        y = np.asarray(numbers, float)
        y = np.where(np.isfinite(y), y, np.nan)
        places = np.arange(1, len(y) + 1)
        dot = "o" if len(y) <= MOST_DOTS else None
        ax.plot(places, y, color=colour, linestyle=dashes, marker=dot, label=label)


def _bars(ax: Axes, series: Mapping[str, Numbers]) -> None:
    width = 0.8 / len(series)
    for place, (label, numbers) in enumerate(series.items()):
        left = np.arange(1, len(numbers) + 1) + width * (place - (len(series) - 1) / 2)
        ax.bar(left, np.asarray(numbers, float), width, color=COLOURS[place], label=label)


def _finite(numbers: Numbers) -> np.ndarray:
    y = np.asarray(numbers, float)
    return y[np.isfinite(y)]
