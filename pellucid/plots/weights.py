"""How the weights of each layer are spread."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Real

from pellucid.plots.figures import Figure, drawn, panels
from pellucid.plots.style import BLUE, INK, label

BINS = 40


@drawn
def histograms(weights: Mapping[str, Real[np.ndarray, "..."]]) -> Figure:
    """Return a histogram for each array of weights, with its mean and standard deviation."""
    figure, axes = panels(len(weights), height=1.9, across=3)
    for ax, (name, array) in zip(axes, weights.items(), strict=True):
        values = np.asarray(array, float).ravel()
        finite = values[np.isfinite(values)]
        ax.hist(finite, bins=BINS, color=BLUE, alpha=0.8)
        ax.axvline(0, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        ax.set_title(label(name, 28), fontsize=9)
        words = f"mean {finite.mean():.3g}, std {finite.std():.3g}" if finite.size else "no numbers"
        lost = len(values) - len(finite)
        ax.set_xlabel(f"{words}\n{lost:,} not finite" if lost else words, fontsize=8)
        ax.locator_params(nbins=5)
    return figure
