"""Where a model of two features changes its mind."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Int, Real

from pellucid.plots.figures import Axes, Figure, drawn, new_figure
from pellucid.plots.style import INK, MARKERS, ON_COLOUR, colour, label, library

PALEST, STRONGEST = 0.06, 0.5  # opacity where the model is unsure, and where it is certain
LINE = "decision boundary"


@drawn
def boundary(
    predict: Callable[[Float[np.ndarray, "points 2"]], Real[np.ndarray, "points ..."]],
    x: Real[np.ndarray, "rows 2"],
    y: Int[np.ndarray, " rows"],
    class_names: Sequence[str],
    feature_names: Sequence[str] = ("x1", "x2"),
    threshold: float = 0.5,
    grid: int = 240,
) -> Figure:
    """Return the plane coloured by the class predicted there, with the rows upon it.

    `predict` gives one value a point, which is class 1 above `threshold`, or one
    probability a class. The paler the colour, the less sure the model.
    """
    left, right, low, high = _frame(np.asarray(x, float))
    across, up = np.linspace(left, right, grid), np.linspace(low, high, grid)
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    # A model that has blown up answers NaN; it then has no opinion, and the picture says so.
    values = np.nan_to_num(np.asarray(predict(points), float)).reshape(grid, grid, -1)
    figure = new_figure(4.6, 6.2)
    ax = figure.subplots()
    winner, sureness = _decide(values, threshold)
    picture = _paint(winner, sureness)
    ax.imshow(picture, extent=(left, right, low, high), origin="lower", aspect="auto")
    _outline(ax, across, up, values, winner, threshold)
    _scatter(ax, np.asarray(x), np.asarray(y), class_names)
    ax.set(xlabel=label(feature_names[0]), ylabel=label(feature_names[1]))
    ax.set(xlim=(left, right), ylim=(low, high))
    ax.grid(visible=False)
    return figure


def _frame(x: Float[np.ndarray, "rows 2"]) -> tuple[float, float, float, float]:
    """The range of both features, and a tenth more on each side."""
    least, most = x.min(axis=0), x.max(axis=0)
    room = np.where(most > least, 0.1 * (most - least), 1.0)
    (left, low), (right, high) = (least - room).tolist(), (most + room).tolist()
    return left, right, low, high


def _decide(
    values: Float[np.ndarray, "height width outputs"], threshold: float
) -> tuple[Int[np.ndarray, "height width"], Float[np.ndarray, "height width"]]:
    """The class at each point, and how sure the model is of it, from 0 to 1."""
    outputs = values.shape[-1]
    if outputs == 1:
        distance = np.abs(values[..., 0] - threshold)
        return (values[..., 0] > threshold).astype(int), distance / (distance.max() or 1.0)
    chance = 1 / outputs
    sureness = (values.max(axis=-1) - chance) / (1 - chance)
    return values.argmax(axis=-1), np.clip(sureness, 0, 1)


def _paint(
    winner: Int[np.ndarray, "height width"], sureness: Float[np.ndarray, "height width"]
) -> Float[np.ndarray, "height width 4"]:
    to_rgb = library().colors.to_rgb
    colours = np.array([to_rgb(colour(index)) for index in range(int(winner.max()) + 1)])
    opacity = PALEST + (STRONGEST - PALEST) * sureness
    return np.concatenate([colours[winner], opacity[..., None]], axis=-1)


def _outline(
    ax: Axes,
    across: Float[np.ndarray, " width"],
    up: Float[np.ndarray, " height"],
    values: Float[np.ndarray, "height width outputs"],
    winner: Int[np.ndarray, "height width"],
    threshold: float,
) -> None:
    if values.shape[-1] == 1:
        margins = [values[..., 0] - threshold]
    else:
        # A class is ahead of all others where its margin is positive: smooth, unlike argmax.
        margins = [_margin(values, index) for index in np.unique(winner)[1:].tolist()]
    for margin in margins:
        if margin.min() < 0 < margin.max():
            ax.contour(across, up, margin, levels=[0.0], colors=INK, linewidths=1.2)


def _margin(
    values: Float[np.ndarray, "height width outputs"], index: int
) -> Float[np.ndarray, "height width"]:
    return values[..., index] - np.delete(values, index, axis=-1).max(axis=-1)


def _scatter(
    ax: Axes,
    x: Real[np.ndarray, "rows 2"],
    y: Int[np.ndarray, " rows"],
    class_names: Sequence[str],
) -> None:
    for index, name in enumerate(class_names):
        rows = x[y == index]
        look = {"color": colour(index), "markeredgecolor": ON_COLOUR, "markeredgewidth": 0.7}
        marker = MARKERS[index % len(MARKERS)]
        ax.plot(rows[:, 0], rows[:, 1], marker, markersize=5.5, label=label(name), zorder=3, **look)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
