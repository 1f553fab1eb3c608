"""Many answers to the same rows: each of them, their mean, and how far they lie apart."""

import numpy as np
from jaxtyping import Real

from pellucid.plots.figures import Figure, drawn, new_figure
from pellucid.plots.style import BLUE, INK, MUTED, SKY, VERMILLION, label

SHOWN = 20  # samples drawn one by one
WIDE = 2.0  # deviations on each side of the mean


@drawn
def spread(
    at: Real[np.ndarray, " rows"],
    samples: Real[np.ndarray, "samples rows"],
    at_rest: Real[np.ndarray, " rows"],
    known: tuple[Real[np.ndarray, " points"], Real[np.ndarray, " points"]] | None = None,
    name: str = "x",
) -> Figure:
    """Return the mean of the samples with a band of two deviations, and the answer at rest."""
    order = np.argsort(at, kind="stable")
    at, samples, at_rest = np.asarray(at, float)[order], samples[:, order], at_rest[order]
    mean, deviation = samples.mean(axis=0), samples.std(axis=0)
    figure = new_figure(3.6)
    ax = figure.subplots()
    ends = mean - WIDE * deviation, mean + WIDE * deviation
    ax.fill_between(at, *ends, color=SKY, alpha=0.35, linewidth=0, label="mean ± 2 deviations")
    for index, line in enumerate(samples[:SHOWN]):
        words = {"label": "single samples"} if index == 0 else {}
        ax.plot(at, line, color=BLUE, alpha=0.25, linewidth=0.7, **words)
    ax.plot(at, mean, color=BLUE, label="mean")
    ax.plot(at, at_rest, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), label="dropout off")
    if known is not None:
        look = {"color": VERMILLION, "markersize": 3.5, "markeredgewidth": 0}
        ax.plot(*known, "o", label="the rows", zorder=4, **look)
    ax.set_xlabel(label(name))
    ax.set_ylabel("output")
    ax.set_title(f"{len(samples)} samples", color=MUTED, fontsize=9, fontweight="normal")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
