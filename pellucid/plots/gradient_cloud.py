"""The true gradient among those of mini-batches: a cloud round the tip of an arrow."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from pellucid.plots.figures import Axes, Figure, drawn, new_figure
from pellucid.plots.style import BLUE, COLUMN, MUTED, VERMILLION, label

ROOM = 1.1  # of the widest cloud, so that no point stands on the frame
LOWEST, HIGHEST = 0.26, 2.6  # a panel's height: over its width at least, in inches at most


@drawn
def clouds(found: Mapping[str, tuple[Float[np.ndarray, "_batches 2"], str]]) -> Figure:
    """Return a panel for each cloud: the ends of mini-batch gradients, and of the true one.

    Points are in units of the true gradient's length, which is the arrow upwards to 1. All
    panels have one scale, so clouds of several batch sizes can be compared; the text with
    each says its cosine and spread.
    """
    every = np.concatenate([points for points, _ in found.values()])
    out = ROOM * max(1.0, float(np.abs(every[:, 1]).max()))
    low, high = min(-0.2, float(every[:, 0].min())), max(1.3, float(every[:, 0].max()))
    middle, half = (low + high) / 2, max(ROOM * (high - low) / 2, LOWEST * out)
    width = min(COLUMN, HIGHEST * out / half + 0.9)
    figure = new_figure((width - 0.9) * half / out * len(found) + 0.5 * len(found) + 0.8, width)
    axes = figure.subplots(len(found), 1, squeeze=False, sharex=True, sharey=True)[:, 0]
    for ax, (name, (points, note)) in zip(axes, found.items(), strict=True):
        _draw(ax, points)
        ax.set_title(label(name, 40))
        ax.set_title(note, loc="right", fontsize=8, fontweight="normal", color=MUTED)
        ax.set(xlim=(-out, out), ylim=(middle - half, middle + half), aspect="equal")
        ax.set_ylabel("along it")
    axes[-1].set_xlabel("main direction across the true gradient")
    handles, words = axes[0].get_legend_handles_labels()
    figure.legend(handles, words, loc="outside upper left", ncols=2)
    return figure


def _draw(ax: Axes, points: Float[np.ndarray, "batches 2"]) -> None:
    look = {"markersize": 4.5, "alpha": 0.5, "markeredgewidth": 0}
    ax.plot(points[:, 1], points[:, 0], "o", color=BLUE, label="mini-batch gradients", **look)
    ax.plot([0], [0], "+", color=MUTED, markersize=9)
    arrow = {"arrowstyle": "-|>", "color": VERMILLION, "linewidth": 2.4, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (0, 1), (0, 0), arrowprops=arrow, zorder=5)
    ax.plot([], [], color=VERMILLION, linewidth=2.4, label="the true gradient, of all rows")
