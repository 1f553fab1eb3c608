"""How the line of a perceptron moves when a row is on its wrong side."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int, Real

from pellucid.plots.figures import Axes, Figure, drawn, new_figure, panels
from pellucid.plots.style import INK, MARKERS, MUTED, ON_COLOUR, colour, label, library

ACROSS = 3
SIDE = 0.13  # opacity of the half plane where the answer is 1


class Move(NamedTuple):
    """One update: the row that was wrong, and the line before and after it."""

    words: str
    row: int
    error: int  # y - a
    w: Real[np.ndarray, " 2"]
    b: float
    new_w: Real[np.ndarray, " 2"]
    new_b: float


@drawn
def moving_boundary(
    x: Real[np.ndarray, "rows 2"],
    y: Int[np.ndarray, " rows"],
    moves: Sequence[Move],
    class_names: Sequence[str] = ("0", "1"),
) -> Figure:
    """Return a panel for each move: the old line dashed, the new one drawn through.

    The row that was wrong is ringed. Where the answer now is 1, the plane is tinted.
    """
    if not moves:
        figure = new_figure(0.6)
        words = "No row was ever on the wrong side, so the boundary did not move."
        figure.text(0.5, 0.5, words, ha="center", va="center", color=MUTED)
        return figure
    least, most = x.min(axis=0), x.max(axis=0)
    room = np.where(most > least, 0.3 * (most - least), 1.0)
    low, high = least - room, most + room
    shape = {"sharex": True, "sharey": True} if len(moves) > 1 else {}
    figure, axes = panels(len(moves), height=2.45, across=ACROSS, **shape)
    for ax, move in zip(axes, moves, strict=True):
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        _tint(ax, move.new_w, move.new_b, low, high)
        _line(ax, move.w, move.b, low, high, color=MUTED, linestyle=(0, (4, 3)), label="before")
        _line(ax, move.new_w, move.new_b, low, high, color=INK, linewidth=2, label="after")
        _rows(ax, x, y, class_names)
        ax.plot(*x[move.row], "o", markersize=14, markerfacecolor="none", color=INK, label="wrong")
        ax.set_title(f"{label(move.words)}: y - a = {move.error:+d}", fontsize=8.5)
        ax.grid(visible=False)
    figure.supxlabel("x1", fontsize=9.5)
    figure.supylabel("x2", fontsize=9.5)
    handles = {h.get_label(): h for ax in axes for h in ax.get_legend_handles_labels()[0]}
    figure.legend(list(handles.values()), list(handles), loc="outside upper right", ncols=5)
    return figure


def _tint(
    ax: Axes,
    w: Real[np.ndarray, " 2"],
    b: float,
    low: Real[np.ndarray, " 2"],
    high: Real[np.ndarray, " 2"],
) -> None:
    across, up = (np.linspace(low[i], high[i], 300) for i in (0, 1))
    is_one = w[0] * across[None, :] + w[1] * up[:, None] + b > 0
    red, green, blue = library().colors.to_rgb(colour(1))
    picture = np.zeros((*is_one.shape, 4))
    picture[is_one] = (red, green, blue, SIDE)
    ends = (low[0], high[0], low[1], high[1])
    ax.imshow(picture, extent=ends, origin="lower", aspect="auto", interpolation="nearest")


def _line(
    ax: Axes,
    w: Real[np.ndarray, " 2"],
    b: float,
    low: Real[np.ndarray, " 2"],
    high: Real[np.ndarray, " 2"],
    **look: object,
) -> None:
    """Draw w1 x1 + w2 x2 + b = 0, as far as it is in sight; weights of 0 have no line."""
    reach = float(np.linalg.norm(high - low))
    square = float(w @ w)
    if not square:
        return
    middle = (low + high) / 2
    foot = middle - w * (w @ middle + b) / square
    along = np.array([-w[1], w[0]]) / np.sqrt(square) * reach
    ax.plot(*np.stack([foot - along, foot + along], axis=1), **look)


def _rows(
    ax: Axes,
    x: Real[np.ndarray, "rows 2"],
    y: Int[np.ndarray, " rows"],
    class_names: Sequence[str],
) -> None:
    for index, name in enumerate(class_names):
        look = {"color": colour(index), "markeredgecolor": ON_COLOUR, "markeredgewidth": 0.7}
        words = f"class {label(name)}"
        rows = x[y == index]
        marker = MARKERS[index % len(MARKERS)]
        ax.plot(rows[:, 0], rows[:, 1], marker, markersize=6.5, zorder=3, label=words, **look)
