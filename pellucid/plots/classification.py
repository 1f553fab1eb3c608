"""How well classes are told apart: confusion, ROC, precision-recall, thresholds, balance."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from jaxtyping import Real

from pellucid.plots.blocks import Table
from pellucid.plots.figures import Axes, Figure, Numbers, drawn, new_figure, panels
from pellucid.plots.style import (
    BLUE,
    COLUMN,
    INK,
    MUTED,
    ON_COLOUR,
    colour,
    label,
    library,
)

CELLS_WITH_PERCENT, CELLS_WITH_COUNT, CLASSES_NAMED = 10, 24, 40
LEGEND_LINES = 20
LETTER = 0.085  # inches a letter of a class name takes

Curve: TypeAlias = tuple[Numbers, Numbers]  # the points of a line: x, then y


@drawn
def confusion(matrix: Real[np.ndarray, "classes classes"], class_names: Sequence[str]) -> Figure:
    """Return the table of true class (rows) against predicted class (columns).

    A cell's colour is its share of the row. Up to 10 classes a cell shows count and
    percent, up to 24 the count; beyond 40, only every few classes are named.
    """
    counts = np.asarray(matrix)
    classes = len(class_names)
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, rows, out=np.zeros(counts.shape), where=rows > 0)
    side = min(COLUMN, max(4.4, 1.9 + 0.62 * classes))
    figure = new_figure(side * 0.92, side)
    ax = figure.subplots()
    shade = library().colors.LinearSegmentedColormap.from_list("share", [f"{BLUE}00", BLUE])
    image = ax.imshow(shares, cmap=shade, norm=_rare_shows(), interpolation="nearest")
    _write_cells(ax, counts, shares)
    _name_classes(ax, class_names, cell=(side - 1.9) / classes)
    bar = figure.colorbar(image, ax=ax, shrink=0.6, pad=0.02, ticks=[0, 0.1, 0.5, 1])
    bar.ax.set_yticklabels(["0 %", "10 %", "50 %", "100 %"])
    bar.set_label("share of the true class", fontsize=8.5)
    bar.outline.set_visible(False)
    return figure


@drawn
def roc(curves: Mapping[str, Curve], areas: Mapping[str, float] | None = None) -> Figure:
    """Return true positive rate against false positive rate, one line for each name."""
    figure, ax = _square()
    ax.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)), label="chance")
    _draw_curves(ax, curves, areas or {})
    ax.set_xlabel("false positive rate")
    ax.set_ylabel("true positive rate (recall)")
    return figure


@drawn
def precision_recall(
    curves: Mapping[str, Curve],
    areas: Mapping[str, float] | None = None,
    base_rate: float | None = None,
) -> Figure:
    """Return precision against recall; `base_rate` is the precision of guessing."""
    figure, ax = _square()
    if base_rate is not None:
        words = f"chance ({base_rate:.3g})"
        ax.axhline(base_rate, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), label=words)
    _draw_curves(ax, curves, areas or {})
    ax.set_xlabel("recall")
    ax.set_ylabel("precision")
    return figure


@drawn
def thresholds(at: Numbers, measures: Mapping[str, Numbers], chosen: float | None = None) -> Figure:
    """Return measures such as precision and recall against the threshold they are taken at."""
    figure, (ax,) = panels(1, height=2.8)
    for index, (name, values) in enumerate(measures.items()):
        ax.plot(at, values, color=colour(index), linestyle=_dash(index), label=label(name))
    if chosen is not None:
        words = f"threshold {chosen:.3g}"
        ax.axvline(chosen, color=INK, linewidth=1, linestyle=(0, (4, 3)), label=words)
    ax.set(xlabel="threshold", xlim=(0, 1), ylim=(-0.02, 1.02))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def threshold_table(at: Numbers, measures: Mapping[str, Numbers], rows: int = 11) -> Table:
    """Return the same as a table of at most `rows` thresholds, evenly chosen."""
    picked = np.unique(np.linspace(0, len(at) - 1, min(rows, len(at))).round().astype(int))
    lines = tuple(
        (float(at[i]), *(float(values[i]) for values in measures.values())) for i in picked
    )
    return Table(("threshold", *measures), lines, "What each threshold would give")


@drawn
def balance(counts: Mapping[str, Numbers], class_names: Sequence[str]) -> Figure:
    """Return how many rows each class has, for each split ("training", "validation", ...)."""
    classes, thickness = len(class_names), 0.8 / len(counts)
    figure, (ax,) = panels(1, height=1.1 + classes * max(0.26, 0.17 * len(counts)))
    for index, (split, numbers) in enumerate(counts.items()):
        offset = (index - (len(counts) - 1) / 2) * thickness
        places = np.arange(classes) + offset
        bars = ax.barh(
            places, numbers, height=thickness * 0.9, color=colour(index), label=label(split)
        )
        total = max(np.sum(numbers), 1)
        words = [f"{n:,} ({n / total:.1%})" for n in numbers]
        ax.bar_label(bars, words, padding=4, fontsize=8, color=MUTED)
    ax.set_yticks(range(classes), [label(name) for name in class_names])
    ax.invert_yaxis()
    ax.margins(x=0.16, y=0.02)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("rows")
    if len(counts) > 1:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(counts))
    return figure


def _rare_shows() -> object:
    """A scale by square roots: a mistake in 4 % of the cases is as visible as it matters."""
    return library().colors.PowerNorm(0.5, vmin=0, vmax=1)


def _write_cells(
    ax: Axes,
    counts: Real[np.ndarray, "classes classes"],
    shares: Real[np.ndarray, "classes classes"],
) -> None:
    classes = len(counts)
    if classes > CELLS_WITH_COUNT:
        return
    size = 9.5 if classes <= 6 else 8 if classes <= CELLS_WITH_PERCENT else 6.5
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        percent = f"\n{share:.1%}" if classes <= CELLS_WITH_PERCENT and count else ""
        ink = ON_COLOUR if share > 0.35 else INK if count else MUTED
        ax.text(column, row, f"{count:,}{percent}", ha="center", va="center", size=size, color=ink)


def _name_classes(ax: Axes, class_names: Sequence[str], cell: float) -> None:
    classes = len(class_names)
    every = -(-classes // CLASSES_NAMED)
    places = range(0, classes, every)
    names = [label(class_names[place], 16) for place in places]
    upright = every == 1 and max(map(len, names)) * LETTER <= cell
    turn = {} if upright else {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    size = 8.5 if classes <= 24 else 6.5
    ax.set_xticks(places, names, size=size, **turn)
    ax.set_yticks(places, names, size=size)
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.grid(visible=False)
    ax.tick_params(length=0)


def _square() -> tuple[Figure, Axes]:
    figure = new_figure(4.4)
    ax = figure.subplots()
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    return figure, ax


def _draw_curves(ax: Axes, curves: Mapping[str, Curve], areas: Mapping[str, float]) -> None:
    for index, (name, (x, y)) in enumerate(curves.items()):
        area = f" (area {areas[name]:.3f})" if name in areas else ""
        words = label(name) + area
        ax.plot(x, y, color=colour(index), linestyle=_dash(index), label=words, clip_on=False)
    # A hundred classes would make a legend longer than the figure.
    handles, words = ax.get_legend_handles_labels()
    ax.legend(
        handles[:LEGEND_LINES], words[:LEGEND_LINES], loc="center left", bbox_to_anchor=(1.02, 0.5)
    )


def _dash(index: int) -> str:
    """Colours repeat after eight; the kind of line then tells them apart."""
    return ("-", "--", ":", "-.")[index // 8 % 4]
