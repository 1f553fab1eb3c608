"""The loss on a plane of weights: contours from above, and the surface in three dimensions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from pellucid.plots.figures import Axes, Figure, drawn, new_figure
from pellucid.plots.style import MUTED, ON_COLOUR, colour, label, library

LEVELS = 14
WIDE_RANGE = 8.0  # highest over lowest loss from which levels in equal ratios show more
HIGHEST = 97  # percent of the grid below the top level: a cliff must not eat all levels
MAP = "Greys"  # paths carry the colours; the ground is shade alone
ON_GROUND = "#26282c"  # lines on it: stays dark where INK turns light

Points = Float[np.ndarray, "_points 2"]


@drawn
def contours(
    s: Float[np.ndarray, " across"],
    t: Float[np.ndarray, " up"],
    loss: Float[np.ndarray, "up across"],
    paths: Mapping[str, Points],
    axes: tuple[str, str],
    note: str = "",
    here: tuple[float, float] | None = None,
) -> Figure:
    """Return the loss as filled contours, with paths from their start (ring) to end (dot).

    `here` marks the weights of the moment. Levels are in equal ratios where the range of
    the loss is wide, else in equal steps.
    """
    figure = new_figure(5.4, 7.2)
    ax = figure.subplots()
    levels, log = levels_of(loss)
    shown = np.clip(np.nan_to_num(loss, nan=np.inf, posinf=np.inf), levels[0], levels[-1])
    norm = _norm(levels, log)
    ground = ax.contourf(s, t, shown, levels=levels, cmap=MAP, norm=norm, alpha=0.75)
    lines = ax.contour(s, t, shown, levels=levels, colors=ON_GROUND, linewidths=0.5, alpha=0.55)
    words = dict(zip(levels.tolist(), told(levels), strict=True))
    named = ax.clabel(lines, levels=levels[1:-1:2], fmt=words, fontsize=7, colors=ON_GROUND)
    for text in named:
        text.set_bbox({"facecolor": ON_COLOUR, "edgecolor": "none", "alpha": 0.7, "pad": 0.6})
    _scale(figure, ax, ground, levels)
    for index, (name, points) in enumerate(paths.items()):
        _draw_path(ax, points, name, index)
    if here is not None:
        look = {"color": ON_GROUND, "markeredgecolor": ON_COLOUR, "linestyle": "", "zorder": 22}
        ax.plot(*here, marker="X", markersize=9, label="the weights now", **look)
    if paths or here is not None:
        figure.legend(loc="outside lower center", ncols=4)
    ax.set(xlabel=label(axes[0], 40), ylabel=label(axes[1], 40))
    ax.set(xlim=(s[0], s[-1]), ylim=(t[0], t[-1]))
    ax.grid(visible=False)
    ax.set_title(_wrapped(note), fontsize=8.5, fontweight="normal", color=MUTED)
    return figure


@drawn
def relief(
    s: Float[np.ndarray, " across"],
    t: Float[np.ndarray, " up"],
    loss: Float[np.ndarray, "up across"],
    paths: Mapping[str, Float[np.ndarray, "_points 3"]],
    axes: tuple[str, str],
    note: str = "",
) -> Figure:
    """Return the loss as a surface over the plane; paths hold (s, t, loss).

    Where the range of the loss is wide, its logarithm is the height, and the axis says so.
    """
    figure = new_figure(5.6, 7.2)
    ax = figure.add_subplot(projection="3d", computed_zorder=False)
    levels, log = levels_of(loss)

    def height(values: Any) -> Any:
        inside = np.clip(np.nan_to_num(values, nan=np.inf, posinf=np.inf), levels[0], levels[-1])
        return np.log10(inside) if log else inside

    across, up = np.meshgrid(s, t)
    look = {"cmap": "Greys", "linewidth": 0.15, "edgecolor": MUTED, "antialiased": True}
    z = height(loss)
    ax.plot_surface(across, up, z, rcount=60, ccount=60, alpha=0.72, zorder=1, **look)
    lift = 0.012 * float(z.max() - z.min())  # so that a path is not half sunk into the ground
    for index, (name, points) in enumerate(paths.items()):
        line = (points[:, 0], points[:, 1], height(points[:, 2]) + lift)
        ax.plot(*line, color=colour(index), linewidth=1.8, label=label(name), zorder=3 + index)
        ax.plot(*(part[-1:] for part in line), "o", color=colour(index), markersize=6, zorder=12)
    if paths:
        start = next(iter(paths.values()))[:1]
        ring = (start[:, 0], start[:, 1], height(start[:, 2]) + lift)
        ax.plot(*ring, "o", color=ON_COLOUR, markeredgecolor=ON_GROUND, markersize=7, zorder=13)
        ax.legend(loc="upper left")
    _name_axes(ax, axes, log)
    ax.set_title(_wrapped(note), fontsize=8.5, fontweight="normal", color=MUTED)
    return figure


def _name_axes(ax: Axes, axes: tuple[str, str], log: bool) -> None:
    """Name and mark the three axes of a landscape, and turn it to be seen into."""
    ax.set_xlabel(label(axes[0], 40), labelpad=2)
    ax.set_ylabel(label(axes[1], 40), labelpad=2)
    ax.set_zlabel("loss (log)" if log else "loss", labelpad=4 if log else 2)
    if log:
        power = library().ticker.FuncFormatter(lambda exponent, _: f"{10**exponent:.2g}")
        ax.zaxis.set_major_formatter(power)
    ax.tick_params(labelsize=7, pad=0)
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_major_locator(library().ticker.MaxNLocator(5))
    ax.view_init(elev=38, azim=-62)
    ax.set_box_aspect((1, 1, 0.62), zoom=0.92)


def levels_of(loss: Float[np.ndarray, "up across"]) -> tuple[Float[np.ndarray, " levels"], bool]:
    """Return rising levels of contours, and whether they are in equal ratios.

    What is not finite, and the steepest few percent, lie above the top level.
    """
    finite = loss[np.isfinite(loss)].astype(float)
    if not finite.size:
        return np.array([0.0, 1.0]), False
    low, high = float(finite.min()), float(np.percentile(finite, HIGHEST))
    if high - low <= 1e-9 * max(abs(high), 1e-30):
        return np.array([low - 0.5, low + 0.5]), False
    log = low > 0 and high / low > WIDE_RANGE
    spaced = np.geomspace(low, high, LEVELS) if log else np.linspace(low, high, LEVELS)
    return spaced, log


def _norm(levels: Float[np.ndarray, " levels"], log: bool) -> Any:
    colors = library().colors
    ends = {"vmin": levels[0], "vmax": levels[-1]}
    return colors.LogNorm(**ends) if log else colors.Normalize(**ends)


def _scale(figure: Figure, ax: Axes, ground: Any, levels: Float[np.ndarray, " levels"]) -> None:
    bar = figure.colorbar(ground, ax=ax, pad=0.02, aspect=32, ticks=levels[::2])
    bar.ax.set_yticklabels(told(levels)[::2])
    bar.ax.minorticks_off()
    bar.ax.set_title("loss", fontsize=8.5, fontweight="normal")
    bar.outline.set_visible(False)


def _draw_path(ax: Axes, points: Points, name: str, index: int) -> None:
    own = colour(index)
    ax.plot(*points.T, color=ON_COLOUR, linewidth=3.2, alpha=0.8, zorder=3 + index)
    ax.plot(*points.T, color=own, linewidth=1.6, label=label(name, 40), zorder=3 + index)
    start = {"color": ON_COLOUR, "markeredgecolor": ON_GROUND, "markersize": 8, "zorder": 20}
    ax.plot(*points[0], marker="o", **start)
    end = {"color": own, "markeredgecolor": ON_COLOUR, "markersize": 8, "zorder": 21}
    ax.plot(*points[-1], marker="o", **end)


def told(levels: Float[np.ndarray, " levels"]) -> list[str]:
    """Return levels with as few digits, two at least, as tell each from the next.

    Example:
        >>> told(np.array([1.0512, 1.0618, 1.07])), told(np.array([0.5, 120.0]))
        (['1.05', '1.06', '1.07'], ['0.5', '120'])
    """
    words: list[str] = []
    for digits in range(2, 7):
        words = [f"{level:.{digits}g}" for level in levels]
        words = [f"{float(word):g}" for word in words]
        if len(set(words)) == len(words):
            break
    return words


def _wrapped(note: str) -> str:
    """Return a note as lines that fit above a figure, broken after a semicolon."""
    lines: list[str] = []
    for part in note.split("; "):
        if lines and len(lines[-1]) + len(part) < 84:
            lines[-1] = f"{lines[-1]}; {part}"
        else:
            lines.append(part)
    return "\n".join(lines)
