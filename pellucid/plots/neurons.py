"""A small dense network as in lectures: a circle for each unit, a line for each weight."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Real

from pellucid.plots.drawing import svg, text
from pellucid.plots.markup import Element, element
from pellucid.plots.style import label

MOST_UNITS = 16  # drawn in a layer; of a larger one, the first and the last few
FIRST, LAST = 8, 3
WIDTH, STEP, WIDEST_STEP, RADIUS, TOP, BOTTOM, SIDE = 740.0, 27.0, 48.0, 9.0, 50.0, 20.0, 96.0

Point = tuple[float, float]
Shown = dict[int, Point]  # where each drawn unit stands, by its number


def neurons(
    layers: Mapping[str, int],
    kernels: Sequence[Real[np.ndarray, "_before _after"]] = (),
    input_names: Sequence[str] = (),
    output_names: Sequence[str] = (),
) -> str:
    """Return the SVG of a dense chain, given the units of each layer, the inputs first.

    With the kernels (one between each two layers), a line's colour is its weight's sign
    (blue positive, orange negative), its width the weight's size within the layer.
    """
    tallest = max(_slots(units) for units in layers.values())
    step = max(STEP, min(WIDEST_STEP, 6 * STEP / tallest))
    height = TOP + BOTTOM + tallest * step
    gap = (WIDTH - 2 * SIDE) / max(len(layers) - 1, 1)
    columns = [
        _column(SIDE + index * gap, units, TOP + tallest * step / 2, step)
        for index, units in enumerate(layers.values())
    ]
    content = []
    for index, (before, after) in enumerate(pairwise(columns)):
        content += _lines(before, after, kernels[index] if kernels else None)
    for (name, units), column in zip(layers.items(), columns, strict=True):
        content += _units(name, units, column)
    content += _names(columns[0], input_names, -RADIUS - 6, "end")
    content += _names(columns[-1], output_names, RADIUS + 6, "start")
    words = "A dense network: " + ", ".join(f"{name} {units}" for name, units in layers.items())
    return svg(WIDTH, height, words, content)


def _slots(units: int) -> int:
    return units if units <= MOST_UNITS else FIRST + 1 + LAST


def _column(x: float, units: int, middle: float, step: float) -> Shown:
    numbers = [*range(units)]
    if units > MOST_UNITS:
        numbers = [*range(FIRST), *range(units - LAST, units)]
    slots = _slots(units)
    start = middle - (slots - 1) * step / 2
    skipped = slots - len(numbers)
    return {
        unit: (x, start + (place + skipped * (place >= FIRST)) * step)
        for place, unit in enumerate(numbers)
    }


def _lines(
    before: Shown, after: Shown, kernel: Real[np.ndarray, "before after"] | None
) -> list[Element]:
    largest = 0.0 if kernel is None else float(np.abs(kernel).max())
    lines = []
    for source, (x1, y1) in before.items():
        for target, (x2, y2) in after.items():
            look: dict[str, object] = {"class": "rule-s", "stroke-width": 0.8}
            if kernel is not None:
                weight = float(kernel[source, target])
                strength = abs(weight) / (largest or 1.0)
                look = {
                    "class": "blue-s" if weight >= 0 else "orange-s",
                    "stroke-width": f"{0.3 + 3.2 * strength:.2f}",
                    "stroke-opacity": f"{0.15 + 0.75 * strength:.2f}",
                }
            lines.append(element("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, **look}))
    return lines


def _units(name: str, units: int, column: Shown) -> list[Element]:
    x = next(iter(column.values()))[0]
    drawn = [text(x, 20.0, label(name, 18), 12.0), text(x, 35.0, f"{units:,}", 10.5, "muted-f")]
    for unit, (_, y) in column.items():
        look = {"r": RADIUS, "class": "surface-f muted-s", "stroke-width": 1.4}
        about = element("title", {}, f"{name}, unit {unit}")
        drawn.append(element("circle", {"cx": x, "cy": y, **look}, about))
    if len(column) < units:
        dots = (column[FIRST - 1][1] + column[units - LAST][1]) / 2
        drawn += [
            element("circle", {"cx": x, "cy": dots + offset, "r": 1.8, "class": "muted-f"})
            for offset in (-6.0, 0.0, 6.0)
        ]
    return drawn


def _names(column: Shown, names: Sequence[str], shift: float, anchor: str) -> list[Element]:
    return [
        text(x + shift, y + 3.5, label(names[unit], 12), 10.0, "muted-f", anchor)
        for unit, (x, y) in column.items()
        if unit < len(names)
    ]
