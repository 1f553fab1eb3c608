"""Networks side by side: scores by seed, losses as bands, time and parameters."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from pellucid.plots.figures import Axes, Figure, drawn, new_figure
from pellucid.plots.history import value_axis
from pellucid.plots.style import COLUMN, DASHES, INK, MARKERS, colour, label, library

BAND = 0.16  # opacity
SCATTER = 0.3  # of the way to the next network


class Candidate(NamedTuple):
    """One network's numbers; losses have a row a seed, all of one length."""

    name: str
    parameters: int
    scores: Float[np.ndarray, " seeds"]
    seconds: Float[np.ndarray, " seeds"]
    loss: Float[np.ndarray, "seeds epochs"]
    val_loss: Float[np.ndarray, "seeds epochs"]


@drawn
def side_by_side(candidates: Sequence[Candidate], score: str) -> Figure:
    """Return four panels: score, losses on held-out and on training rows, and the price.

    Each dot is a seed, the bar their mean; a band spans the seeds of one network, its line
    is their median.
    """
    high = 0.34 * len(candidates) + 1.1
    figure = new_figure(3.2 + high, COLUMN)
    grid = figure.add_gridspec(2, 2, height_ratios=(high, 3.0))
    left, right = (figure.add_subplot(grid[0, place]) for place in (0, 1))
    held, seen = (figure.add_subplot(grid[1, place]) for place in (0, 1))
    _dots(left, candidates, score, lambda one: one.scores)
    _dots(right, candidates, "seconds of training, by parameters", lambda one: one.seconds)
    left.set_yticks(range(len(candidates)), [label(one.name, 18) for one in candidates])
    right.set_yticks(range(len(candidates)), [f"{one.parameters:,}" for one in candidates])
    held.sharey(seen)
    _bands(held, candidates, "loss on rows to stop by", lambda one: one.val_loss)
    _bands(seen, candidates, "loss on rows to learn from", lambda one: one.loss)
    value_axis(held, np.concatenate([c.ravel() for one in candidates for c in one[4:]]))
    handles, names = held.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=min(4, len(names)))
    return figure


def _dots(
    ax: Axes,
    candidates: Sequence[Candidate],
    title: str,
    values: Callable[[Candidate], Float[np.ndarray, " seeds"]],
) -> None:
    for place, one in enumerate(candidates):
        numbers = values(one)
        marker = MARKERS[place % len(MARKERS)]
        dots = {"color": colour(place), "markersize": 6, "alpha": 0.65, "markeredgewidth": 0}
        # Equal numbers would hide each other: seeds stand a little above one another.
        beside = place + np.linspace(-SCATTER, SCATTER, len(numbers) + 2)[1:-1]
        ax.plot(numbers, beside, marker, linestyle="", **dots)
        if np.isfinite(numbers).any():
            mean = float(np.nanmean(numbers))
            ax.plot([mean, mean], [place - 0.34, place + 0.34], color=INK, linewidth=1.6)
    ax.set_ylim(len(candidates) - 0.4, -0.6)
    ax.set_title(label(title, 40))
    ax.locator_params(axis="x", nbins=5)
    ax.xaxis.set_major_formatter(library().ticker.FuncFormatter(lambda value, _: f"{value:.4g}"))


def _bands(
    ax: Axes,
    candidates: Sequence[Candidate],
    title: str,
    values: Callable[[Candidate], Float[np.ndarray, "seeds epochs"]],
) -> None:
    for place, one in enumerate(candidates):
        rows = values(one)
        epochs = np.arange(1, rows.shape[1] + 1)
        own = colour(place)
        low, middle, high = np.nanmin(rows, 0), np.nanmedian(rows, 0), np.nanmax(rows, 0)
        ax.fill_between(epochs, low, high, color=own, alpha=BAND, linewidth=0)
        dash = DASHES[place % len(DASHES)]
        ax.plot(epochs, middle, color=own, linestyle=dash, label=label(one.name, 30))
    ax.set_title(title)
    ax.set_xlabel("epoch")
    ax.xaxis.set_major_locator(library().ticker.MaxNLocator(5, integer=True, min_n_ticks=1))
