"""Boxes with lines of text, and arrows between them: as SVG, or as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from pellucid.plots.drawing import svg, text
from pellucid.plots.figures import new_figure
from pellucid.plots.layering import place
from pellucid.plots.markup import Element, element
from pellucid.plots.style import INK, MUTED, RULE, SURFACE

LINE, PAD, GAP, MARGIN, LETTER, HEAD = 15.0, 9.0, 30.0, 14.0, 6.3, 5.0
SMALLEST = 90.0  # width of a box
POINTS_PER_INCH = 72


class Box(NamedTuple):
    """A box by its name, with what is written in it, and the boxes that arrows come from."""

    name: str
    lines: tuple[str, ...]
    reads: tuple[str, ...]


class Sheet(NamedTuple):
    """Where boxes and bends lie: centres, in points from the upper left."""

    centres: dict[Any, tuple[float, float]]
    routes: tuple[tuple[Any, ...], ...]
    box: tuple[float, float]
    size: tuple[float, float]
    across: bool


def as_svg(boxes: Sequence[Box], *, across: bool = False) -> str:
    """Return boxes and arrows as SVG, from top to bottom, or from left to right."""
    sheet = _laid_out(boxes, across)
    content: list[Element] = [_svg_arrow(points) for points in _ways(sheet)]
    width, height = sheet.box
    for box in boxes:
        x, y = sheet.centres[box.name]
        frame = {"x": x - width / 2, "y": y - height / 2, "width": width, "height": height, "rx": 6}
        content.append(element("rect", {**frame, "class": "surface-f rule-s", "stroke-width": 1.6}))
        for index, line in enumerate(box.lines):
            look = "ink-f" if index == 0 else "muted-f"
            content.append(text(x, _baseline(y, index, box), line, 11, look))
    words = f"A model of {len(boxes)} boxes: " + ", ".join(box.name for box in boxes)
    return svg(*sheet.size, words, content)


def as_picture(boxes: Sequence[Box], kind: str, *, across: bool = False, dpi: int = 200) -> bytes:
    """Return the same as a picture or a page: kind is "png", "jpg" or "pdf"."""
    sheet = _laid_out(boxes, across)
    (width, height), (wide, high) = sheet.box, sheet.size
    figure = new_figure(high / POINTS_PER_INCH, wide / POINTS_PER_INCH)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, wide), ylim=(high, 0))
    axes.axis("off")
    for points in _ways(sheet):
        xs, ys = zip(*points, strict=True)
        axes.plot(xs, ys, color=MUTED, linewidth=1, zorder=1)
        arrow = {"arrowstyle": "-|>", "color": MUTED, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", points[-1], points[-2], arrowprops=arrow, zorder=1)
    for box in boxes:
        x, y = sheet.centres[box.name]
        corners = [x - width / 2, x + width / 2, x + width / 2, x - width / 2]
        sides = [y - height / 2, y - height / 2, y + height / 2, y + height / 2]
        axes.fill(corners, sides, facecolor=SURFACE, edgecolor=RULE, linewidth=1.2, zorder=2)
        for index, line in enumerate(box.lines):
            colour = INK if index == 0 else MUTED
            where = _baseline(y, index, box)
            axes.text(x, where, line, fontsize=8, color=colour, ha="center", zorder=3)
    written = io.BytesIO()
    figure.savefig(written, format=kind, dpi=dpi, facecolor=SURFACE)
    return written.getvalue()


def _laid_out(boxes: Sequence[Box], across: bool) -> Sheet:
    longest = max(len(line) for box in boxes for line in box.lines)
    width = max(SMALLEST, 2 * PAD + LETTER * longest)
    height = 2 * PAD + LINE * max(len(box.lines) for box in boxes)
    places = place({box.name: box.reads for box in boxes})
    step, drop = (height, width) if across else (width, height)

    def centre(spot: tuple[float, int]) -> tuple[float, float]:
        along = MARGIN + step / 2 + spot[0] * (step + GAP / 2)
        down = MARGIN + drop / 2 + spot[1] * (drop + GAP)
        return (down, along) if across else (along, down)

    centres = {stop: centre(spot) for stop, spot in places.spot.items()}
    breadth = 2 * MARGIN + step + places.width * (step + GAP / 2)
    depth = 2 * MARGIN + places.ranks * (drop + GAP) - GAP
    size = (depth, breadth) if across else (breadth, depth)
    return Sheet(centres, places.routes, (width, height), size, across)


def _ways(sheet: Sheet) -> list[list[tuple[float, float]]]:
    """Return the points of each arrow, from the edge of a box to the edge of another."""
    width, height = sheet.box
    found = []
    for route in sheet.routes:
        points = [sheet.centres[stop] for stop in route]
        (x, y), (x_end, y_end) = points[0], points[-1]
        if sheet.across:
            points[0], points[-1] = (x + width / 2, y), (x_end - width / 2 - 1, y_end)
        else:
            points[0], points[-1] = (x, y + height / 2), (x_end, y_end - height / 2 - 1)
        found.append(points)
    return found


def _svg_arrow(points: list[tuple[float, float]]) -> Element:
    steps = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    look = {"class": "muted-s", "fill": "none", "stroke-width": 1.3}
    line = element("polyline", {"points": steps, **look})
    (x, y), (x_end, y_end) = list(pairwise(points))[-1]
    length = max(((x_end - x) ** 2 + (y_end - y) ** 2) ** 0.5, 1e-9)
    along, beside = (
        ((x_end - x) / length, (y_end - y) / length),
        ((y - y_end) / length, (x_end - x) / length),
    )
    back = [
        (
            x_end - HEAD * along[0] + side * HEAD / 2 * beside[0],
            y_end - HEAD * along[1] + side * HEAD / 2 * beside[1],
        )
        for side in (1, -1)
    ]
    tip = " ".join(f"{px:.1f},{py:.1f}" for px, py in [*back, (x_end, y_end)])
    return element("g", {}, line, element("polygon", {"points": tip, "class": "muted-f"}))


def _baseline(y: float, index: int, box: Box) -> float:
    return y + LINE * (index - (len(box.lines) - 1) / 2) + 4
