"""What the units of a layer hold for some rows: as a matrix, or as a map for each channel."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Real

from pellucid.plots.figures import Axes, Figure, drawn, new_figure
from pellucid.plots.style import COLUMN, MUTED, label, library

# Orange below 0, blue above, 0 the same grey everywhere, and as dark at -v as at +v.
SIGNS = (
    *("#724013", "#a56329", "#d58b4e", "#e8c1a4", "#f7f7f7"),
    *("#a9cdf8", "#56a2f4", "#3077c1", "#185087"),
)
NOT_A_NUMBER = "#ff00cc"
MOST_ROWS, MOST_UNITS, MOST_CHANNELS, ACROSS = 64, 256, 48, 8


class Names(NamedTuple):
    """What a picture says about its numbers."""

    title: str
    down: str = "row"
    across: str = "unit"


@drawn
def matrix(values: Real[np.ndarray, "down across"], names: Names) -> Figure:
    """Return a cell for each number: orange below 0, blue above.

    Numbers of which none is below 0 go from dark to light instead. The first 64
    rows and 256 units are shown.
    """
    shown = np.asarray(values, float)[:MOST_ROWS, :MOST_UNITS]
    down, across = shown.shape
    figure = new_figure(min(5.5, 1.3 + 0.2 * down), COLUMN)
    ax = figure.subplots()
    scale = _scale(shown)
    ax.imshow(shown, cmap=scale.cmap, norm=scale.norm, interpolation="nearest", aspect="auto")
    ax.set(xlabel=label(names.across), ylabel=label(names.down))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(library().ticker.MaxNLocator(integer=True, min_n_ticks=1))
    ax.grid(visible=False)
    cut = f" ({down} x {across} of {len(values)} x {values.shape[1]})"
    ax.set_title(label(names.title, 60) + cut * (shown.size < values.size))
    _bar(figure, scale, ax)
    return figure


@drawn
def tiles(values: Real[np.ndarray, "height width channels"], names: Names) -> Figure:
    """Return a map for each channel, at most 48, all on one scale with the same colours."""
    shown = np.moveaxis(np.asarray(values, float), -1, 0)[:MOST_CHANNELS]
    across = min(ACROSS, len(shown))
    down = -(-len(shown) // across)
    side = min(1.3, (COLUMN - 0.9) / across)
    tall = side * min(2.0, max(0.3, shown.shape[1] / shown.shape[2]))
    figure = new_figure(down * (tall + 0.2) + 0.45, max(across * side + 0.9, 3.2))
    axes = figure.subplots(down, across, squeeze=False).ravel().tolist()
    scale = _scale(shown)
    for index, ax in enumerate(axes):
        if index >= len(shown):
            ax.remove()
            continue
        ax.imshow(shown[index], cmap=scale.cmap, norm=scale.norm, interpolation="nearest")
        ax.set_title(f"{index}", fontsize=7.5, fontweight="normal", color=MUTED, pad=2)
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
    cut = f" ({len(shown)} of {values.shape[-1]} channels)" * (len(shown) < values.shape[-1])
    figure.suptitle(label(names.title, 60) + cut, x=0.01, ha="left", fontsize=10)
    _bar(figure, scale, axes[: len(shown)])
    return figure


def _scale(values: Real[np.ndarray, "..."]) -> Any:
    """One scale: symmetric about 0 for signed numbers, else from the smallest to the largest."""
    matplotlib = library()
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low < 0:
        limit = max(-low, high)
        colours = matplotlib.colors.LinearSegmentedColormap.from_list("signs", SIGNS)
        norm = matplotlib.colors.Normalize(-limit, limit)
    else:
        colours = matplotlib.colormaps["cividis"]
        norm = matplotlib.colors.Normalize(low, high if high > low else low + 1.0)
    return matplotlib.cm.ScalarMappable(norm, colours.with_extremes(bad=NOT_A_NUMBER))


def _bar(figure: Figure, scale: Any, axes: Axes | list[Axes]) -> None:
    figure.colorbar(scale, ax=axes, shrink=0.9, pad=0.015, aspect=25).outline.set_visible(False)
