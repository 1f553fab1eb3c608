"""Grids of small pictures: examples, the filters of a convolution, and its maps."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Real

from pellucid.plots.figures import Axes, Figure, drawn, new_figure
from pellucid.plots.style import BLUE, COLUMN, MUTED, ON_COLOUR, VERMILLION, label, library

MOST_FILTERS, MOST_CHANNELS, MOST_MAPS = 16, 6, 48


@drawn
def images(
    pictures: Real[np.ndarray, "rows ..."], titles: Sequence[str] = (), across: int = 8
) -> Figure:
    """Return pictures side by side, each with a title of one or two lines.

    Shapes:
        pictures  (rows, height, width), or with 1, 3 or 4 channels last
    """
    shown = _with_channels(np.asarray(pictures))
    lines = max((title.count("\n") + 1 for title in titles), default=0)
    figure, axes = _grid(len(shown), across, extra=0.19 * lines)
    for index, (ax, picture) in enumerate(zip(axes, shown, strict=False)):
        _show(ax, picture, float(shown.min()), float(shown.max()))
        if titles:
            text = "\n".join(label(line, 15) for line in titles[index].split("\n"))
            ax.set_title(text, fontsize=8, fontweight="normal", loc="center", pad=3)
    return figure


@drawn
def filters(kernel: Real[np.ndarray, "*window channels filters"]) -> Figure:
    """Return the weights of a convolution: a column for each filter, a row for each input channel.

    Blue weights are positive, orange ones negative, white zero; all on one scale. At most
    16 filters and 6 channels are shown.
    """
    window = np.asarray(kernel, float)
    if window.ndim == 3:  # a convolution along one axis: a strip
        window = window[None]
    *_, channels, count = window.shape
    down, across = min(channels, MOST_CHANNELS), min(count, MOST_FILTERS)
    side = min(0.9, (COLUMN - 1.1) / across)
    tall = side * max(0.35, window.shape[0] / window.shape[1])
    figure = new_figure(tall * down + 0.75, max(4.0, side * across + 1.1))
    axes = figure.subplots(down, across, squeeze=False)
    limit = float(np.abs(window).max()) or 1.0
    scale = one_scale(signs(), -limit, limit)
    for (row, column), ax in np.ndenumerate(axes):
        weights = window[:, :, row, column]
        ax.imshow(weights, cmap=scale.cmap, norm=scale.norm, interpolation="nearest")
        frame(ax)
    figure.colorbar(scale, ax=axes, shrink=0.8, pad=0.015).outline.set_visible(False)
    shown = f"{across} of {count} filters, {down} of {channels} input channels"
    figure.suptitle(shown, fontsize=9, color=MUTED, x=0.01, ha="left")
    return figure


@drawn
def maps(activation: Real[np.ndarray, "height width channels"], across: int = 8) -> Figure:
    """Return what each channel of a layer answered to one example, all on one scale."""
    answers = np.moveaxis(np.asarray(activation, float), -1, 0)
    shown = answers[:MOST_MAPS]
    figure, axes = _grid(len(shown), across, extra=0.17)
    scale = one_scale("cividis", float(shown.min()), float(shown.max()))
    for index, (ax, answer) in enumerate(zip(axes, shown, strict=True)):
        ax.imshow(answer, cmap=scale.cmap, norm=scale.norm, interpolation="nearest")
        ax.set_title(f"{index}", fontsize=7.5, fontweight="normal", color=MUTED, pad=2)
        frame(ax)
    figure.colorbar(scale, ax=axes, shrink=0.9, pad=0.015, aspect=30).outline.set_visible(False)
    return figure


def _grid(count: int, across: int, extra: float) -> tuple[Figure, list[Axes]]:
    """Square cells as wide as the column allows, with `extra` inches of text each."""
    across = max(1, min(across, count))
    down = max(1, -(-count // across))
    side = min(1.3, COLUMN / across)
    figure = new_figure(down * (side + extra), max(across * side, 2.4))
    axes = figure.subplots(down, across, squeeze=False).ravel().tolist()
    for unused in axes[count:]:
        unused.remove()
    return figure, axes[:count]


def _with_channels(pictures: Real[np.ndarray, "..."]) -> Real[np.ndarray, "rows height width c"]:
    return pictures[..., None] if pictures.ndim == 3 else pictures


def _show(ax: Axes, picture: Real[np.ndarray, "height width c"], low: float, high: float) -> None:
    if picture.shape[-1] == 1:
        limits = {"cmap": "gray_r", "vmin": low, "vmax": high}
        ax.imshow(picture[..., 0], interpolation="nearest", **limits)
    else:
        ax.imshow((picture - low) / ((high - low) or 1.0), interpolation="nearest")
    frame(ax)


def frame(ax: Axes) -> None:
    """Put a plain frame, without ticks, round a small picture."""
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    for side in ("top", "right"):
        ax.spines[side].set_visible(True)


def one_scale(colours: Any, low: float, high: float) -> Any:
    """One scale for all panels of a figure."""
    matplotlib = library()
    return matplotlib.cm.ScalarMappable(matplotlib.colors.Normalize(low, high), colours)


def signs() -> object:
    """Negative orange, zero white, positive blue: told apart with any colour vision."""
    return library().colors.LinearSegmentedColormap.from_list(
        "signs", [VERMILLION, ON_COLOUR, BLUE]
    )
