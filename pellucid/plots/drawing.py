"""A network as a drawing of boxes and arrows: plain SVG, the same bytes each time."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from pellucid.plots.layering import Places, place
from pellucid.plots.markup import Element, element, written
from pellucid.plots.style import (
    BLUE,
    DARK,
    GREEN,
    INK,
    MUTED,
    PINK,
    RULE,
    SURFACE,
    VERMILLION,
    label,
)

Spot: TypeAlias = tuple[float, float]  # the upper left corner of a box, or a point
Spots: TypeAlias = dict[str, Spot]

BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN, HEAD = 150.0, 74.0, 34.0, 14.0, 5.0
BOXES_IN_A_ROW = 4  # of a chain; more go to the next row, so that it fits a column
FONT = "DejaVu Sans, Verdana, Segoe UI, Helvetica, sans-serif"
INPUT, OUTPUT, SHARED, OTHER = "green-s", "orange-s", "pink-s", "rule-s"  # edges of boxes
CLASSES = {
    "ink": INK,
    "muted": MUTED,
    "rule": RULE,
    "surface": SURFACE,
    "blue": BLUE,
    "orange": VERMILLION,
    "green": GREEN,
    "pink": PINK,
}  # what a drawing may be coloured with: "ink-f" fills, "ink-s" strokes


class Node(NamedTuple):
    """One use of a layer; the fields of a row of a network's summary, in its order."""

    name: str
    kind: str
    activation: str | None
    inputs: tuple[str, ...]
    output_shape: tuple[int | None, ...]
    parameters: int
    trainable: bool = True
    shared_with: str | None = None  # the first use, whose parameters it has


def network(
    inputs: Mapping[str, tuple[int | None, ...]],
    nodes: Sequence[Node],
    outputs: Sequence[str] = (),
) -> str:
    """Return the SVG of a network: a chain from left to right, a graph from top to bottom.

    Inputs have a green edge, outputs an orange one, layers that share parameters a pink one;
    layers that stay as they are (frozen) are dashed. Without `outputs`, they are the nodes
    that nobody reads.
    """
    reads: dict[str, tuple[str, ...]] = dict.fromkeys(inputs, ())
    reads |= {node.name: node.inputs for node in nodes}
    read = {source for sources in reads.values() for source in sources}
    ends = set(outputs) or {node.name for node in nodes if node.name not in read}
    if _is_chain(reads):
        spots, arrows, width, height = _in_rows(reads)
    else:
        spots, arrows, width, height = _in_ranks(place(reads))
    boxes = [_input_box(name, shape, spots[name]) for name, shape in inputs.items()]
    first = {node.shared_with for node in nodes}
    for node in nodes:
        is_shared = node.name in first or node.shared_with is not None
        boxes.append(_layer_box(node, spots[node.name], node.name in ends, is_shared))
    words = f"A network of {len(nodes)} layers: " + ", ".join(node.name for node in nodes)
    return svg(width, height, words, [*arrows, *boxes])


def svg(width: float, height: float, words: str, content: Sequence[Element]) -> str:
    """Return a whole drawing, with `words` for those who cannot see it."""
    light = "".join(_rule(name, colour) for name, colour in CLASSES.items())
    dark = "".join(_rule(name, DARK.get(colour, colour)) for name, colour in CLASSES.items())
    style = f"{light}@media (prefers-color-scheme: dark){{{dark}}}"
    settings = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {width:.0f} {height:.0f}",
        "width": f"{width:.0f}",
        "height": f"{height:.0f}",
        "role": "img",
        "font-family": FONT,
    }
    paper = {"class": "surface-f", "width": "100%", "height": "100%"}
    head = [element("title", {}, words), element("style", {}, style), element("rect", paper)]
    return written(element("svg", settings, *head, *content))


def shape_words(shape: Sequence[int | None]) -> str:
    """Return an example's shape as it is drawn, its axes with signs of multiplication between."""
    axes = ("any" if size is None else f"{size:,}" for size in shape)
    return " \N{MULTIPLICATION SIGN} ".join(axes) or "one number"


def text(
    x: float, y: float, words: str, size: float, look: str = "ink-f", anchor: str = "middle"
) -> Element:
    """Return a line of text with its baseline at y."""
    place = {"x": x, "y": y, "font-size": size, "text-anchor": anchor, "class": look}
    return element("text", place, words)


def _rule(name: str, colour: str) -> str:
    return f".{name}-f{{fill:{colour}}}.{name}-s{{stroke:{colour}}}"


def _is_chain(reads: Mapping[str, Sequence[str]]) -> bool:
    names = list(reads)
    return all(list(reads[after]) == [before] for before, after in pairwise(names))


def _in_rows(reads: Mapping[str, Sequence[str]]) -> tuple[Spots, list[Element], float, float]:
    spots: Spots = {}
    for index, name in enumerate(reads):
        row, column = divmod(index, BOXES_IN_A_ROW)
        spots[name] = MARGIN + column * (BOX_WIDTH + GAP), MARGIN + row * (BOX_HEIGHT + GAP)
    arrows = [_step(spots[a], spots[b]) for a, b in pairwise(reads)]
    across, down = min(len(spots), BOXES_IN_A_ROW), -(-len(spots) // BOXES_IN_A_ROW)
    width = 2 * MARGIN + across * (BOX_WIDTH + GAP) - GAP
    return spots, arrows, width, 2 * MARGIN + down * (BOX_HEIGHT + GAP) - GAP


def _step(one: Spot, other: Spot) -> Element:
    """From a right side to the next left side, or under the row to the start of the next."""
    (x, y), (x_next, y_next) = one, other
    if y_next == y:
        tip = x_next, y + BOX_HEIGHT / 2
        return _arrow(f"M {x + BOX_WIDTH:.1f} {tip[1]:.1f} H {tip[0] - HEAD:.1f}", tip, across=True)
    start, end, lane = x + BOX_WIDTH / 2, x_next + BOX_WIDTH / 2, y_next - GAP / 2
    path = f"M {start:.1f} {y + BOX_HEIGHT:.1f} V {lane:.1f} H {end:.1f} V {y_next - HEAD:.1f}"
    return _arrow(path, (end, y_next))


def _in_ranks(places: Places) -> tuple[Spots, list[Element], float, float]:
    step, drop = BOX_WIDTH + GAP / 2, BOX_HEIGHT + GAP
    corners = {
        stop: (MARGIN + across * step, MARGIN + rank * drop)
        for stop, (across, rank) in places.spot.items()
    }
    spots = {stop: corner for stop, corner in corners.items() if isinstance(stop, str)}
    arrows = [_bend([corners[stop] for stop in route]) for route in places.routes]
    width = 2 * MARGIN + places.width * step + BOX_WIDTH
    return spots, arrows, width, 2 * MARGIN + places.ranks * drop - GAP


def _bend(corners: Sequence[Spot]) -> Element:
    """From the bottom of a box to the top of another, straight down past each bend."""
    (x, y), *rest = [(left + BOX_WIDTH / 2, top) for left, top in corners]
    tip = rest[-1]
    path = [f"M {x:.1f} {y + BOX_HEIGHT:.1f}"]
    for x_next, y_next in rest:
        start, end = y + BOX_HEIGHT, y_next - HEAD if (x_next, y_next) == tip else y_next
        turn = (start + end) / 2
        path.append(f"C {x:.1f} {turn:.1f} {x_next:.1f} {turn:.1f} {x_next:.1f} {end:.1f}")
        if (x_next, y_next) != tip:
            path.append(f"V {y_next + BOX_HEIGHT:.1f}")
        x, y = x_next, y_next
    return _arrow(" ".join(path), tip)


def _arrow(path: str, tip: Spot, across: bool = False) -> Element:
    """A line and its head, which is drawn by itself: a marker cannot change with the theme."""
    x, y = tip
    back, side = (x - HEAD, y - HEAD), (x - HEAD, y + HEAD) if across else (x + HEAD, y - HEAD)
    points = " ".join(f"{px:.1f},{py:.1f}" for px, py in (back, tip, side))
    line = element("path", {"d": path, "class": "muted-s", "fill": "none", "stroke-width": 1.4})
    return element("g", {}, line, element("polygon", {"points": points, "class": "muted-f"}))


def _input_box(name: str, shape: Sequence[int | None], corner: Spot) -> Element:
    return _box(corner, {"class": f"surface-f {INPUT}"}, name, "input", shape_words(shape))


def _layer_box(node: Node, corner: Spot, is_end: bool, is_shared: bool) -> Element:
    edge = OUTPUT if is_end else SHARED if is_shared else OTHER
    kind = f"{node.kind} · {node.activation}" if node.activation else node.kind
    facts = [kind, shape_words(node.output_shape)]
    if node.shared_with:
        facts.append(f"shares {node.shared_with}")
    elif node.parameters:
        facts.append(f"{node.parameters:,} parameters")
    look = {"class": f"surface-f {edge}"}
    look |= {} if node.trainable else {"stroke-dasharray": "5 3"}
    return _box(corner, look, node.name, *facts)


def _box(corner: Spot, look: Mapping[str, object], name: str, *facts: str) -> Element:
    """A frame with up to four lines; what is too long for it shows when it is pointed at."""
    (x, y), centre = corner, corner[0] + BOX_WIDTH / 2
    frame = {"x": x, "y": y, "width": BOX_WIDTH, "height": BOX_HEIGHT, "rx": 7}
    top = y + (BOX_HEIGHT - 15 * len(facts)) / 2 + 1
    heading = text(centre, top + 3, label(name, 17), 12.5)
    heading.set("font-weight", "600")
    lines = (
        text(centre, top + 3 + 15.5 * place, label(fact, 25), 10.5, "muted-f")
        for place, fact in enumerate(facts, 1)
    )
    return element(
        "g",
        {},
        element("title", {}, f"{name}: {', '.join(facts)}"),
        element("rect", {**frame, **look, "stroke-width": 1.8}),
        heading,
        *lines,
    )
