"""How well numbers are predicted: predicted against actual, and what is left over."""

import numpy as np
from jaxtyping import Real

from pellucid.plots.figures import Axes, Figure, drawn, new_figure
from pellucid.plots.style import BLUE, INK, MUTED, label

MANY = 2000  # points from which they are drawn as one picture, not one by one


@drawn
def predicted_against_actual(
    actual: Real[np.ndarray, " rows"], predicted: Real[np.ndarray, " rows"], target: str = "target"
) -> Figure:
    """Return a point for each row; a perfect model has them all on the diagonal."""
    figure = new_figure(4.6, 5.2)
    ax = figure.subplots()
    _points(ax, actual, predicted)
    ends = [float(min(actual.min(), predicted.min())), float(max(actual.max(), predicted.max()))]
    ax.plot(ends, ends, color=INK, linewidth=1, linestyle=(0, (4, 3)), label="perfect")
    ax.set(xlabel=f"actual {label(target)}", ylabel=f"predicted {label(target)}")
    ax.legend(loc="upper left")
    ax.set_aspect("equal", adjustable="datalim")
    return figure


@drawn
def residuals(
    actual: Real[np.ndarray, " rows"], predicted: Real[np.ndarray, " rows"], target: str = "target"
) -> Figure:
    """Return actual - predicted against predicted, and how often each size occurs.

    A shape in the left panel (a bend, a funnel) is something the model has not learnt.
    """
    left_over = np.asarray(actual, float) - np.asarray(predicted, float)
    figure = new_figure(3.0)
    scatter, counts = figure.subplots(1, 2, sharey=True, width_ratios=(3, 1))
    _points(scatter, predicted, left_over)
    scatter.axhline(0, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    scatter.set(xlabel=f"predicted {label(target)}", ylabel="actual - predicted")
    counts.hist(
        left_over,
        bins="auto" if len(left_over) < MANY else 60,
        orientation="horizontal",
        color=BLUE,
        alpha=0.75,
    )
    counts.axhline(0, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    counts.set_xlabel("rows")
    words = f"mean {left_over.mean():.3g}\nstd {left_over.std():.3g}"
    counts.set_title(words, fontsize=8.5, fontweight="normal", color=MUTED)
    return figure


def _points(ax: Axes, x: Real[np.ndarray, " rows"], y: Real[np.ndarray, " rows"]) -> None:
    opacity = min(0.7, max(0.08, 60 / max(len(x), 1) ** 0.75))
    ax.plot(
        x,
        y,
        "o",
        color=BLUE,
        alpha=opacity,
        markersize=4,
        markeredgewidth=0,
        rasterized=len(x) > MANY,
    )
