"""Keras's `plot_model` and `model_to_dot`: a model as boxes and arrows, without Graphviz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from pellucid.base.errors import ConfigError, explain
from pellucid.interop.atomic import write_atomically
from pellucid.keras.engine.base.tensor import symbols_in
from pellucid.keras.engine.models.summaries import kind_of
from pellucid.plots.boxes import Box, as_picture, as_svg

ENDINGS = (".svg", ".png", ".pdf", ".jpg", ".jpeg")


class Shown(NamedTuple):
    """What a box tells of its layer."""

    shapes: bool
    dtype: bool
    names: bool
    activations: bool
    trainable: bool


@dataclass(frozen=True)
class Plot:
    """A model as boxes; its text is the source of Graphviz's dot, and a notebook shows it."""

    boxes: tuple[Box, ...]
    rankdir: str

    @property
    def source(self) -> str:
        """The boxes and arrows in Graphviz's language."""
        numbers = {box.name: f"n{place}" for place, box in enumerate(self.boxes)}
        lines = [
            f'  {numbers[box.name]} [label="{_escaped(box.lines)}", shape=box];'
            for box in self.boxes
        ]
        arrows = [
            f"  {numbers[read]} -> {numbers[box.name]};" for box in self.boxes for read in box.reads
        ]
        return "\n".join(["digraph G {", f"  rankdir={self.rankdir};", *lines, *arrows, "}", ""])

    def __str__(self) -> str:
        return self.source

    def to_string(self) -> str:
        """Return the source of Graphviz's dot."""
        return self.source

    def svg(self) -> str:
        """Return the drawing as SVG."""
        return as_svg(self.boxes, across=self.rankdir in ("LR", "RL"))

    def _repr_svg_(self) -> str:
        return self.svg()


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    **kwargs: Any,
) -> Plot:
    """Return the boxes and arrows of a model; `str` of it is the source of Graphviz's dot.

    Raises:
        StateError: the model does not know yet what its input looks like.
        ConfigError: an argument means nothing.
    """
    del dpi, subgraph
    if kwargs or rankdir not in ("TB", "BT", "LR", "RL"):
        what = "A model cannot be drawn so."
        got = f"rankdir={rankdir!r}, {', '.join(kwargs)}"
        raise ConfigError(explain(what, got=got, expected="rankdir='TB' or 'LR', show_..."))
    shown = Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    boxes: list[Box] = []
    _collect(model.graph, {}, boxes, shown, expand_nested)
    return Plot(tuple(boxes), rankdir)


def plot_model(
    model: Any,
    to_file: str | PathLike[str] | None = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    **kwargs: Any,
) -> Plot:
    """Draw a model into a file (.png, .svg, .pdf, .jpg, .dot); return what a notebook shows.

    Raises:
        ConfigError: the file ends in something else.
    """
    plot = model_to_dot(
        model,
        show_shapes,
        show_dtype,
        show_layer_names,
        rankdir,
        expand_nested,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        **kwargs,
    )
    if to_file is not None:
        path = Path(to_file)
        write_atomically(path, _content(plot, path, dpi))
    return plot


def _content(plot: Plot, path: Path, dpi: int) -> bytes:
    ending = path.suffix.lower() or ".png"
    if ending == ".dot":
        return plot.source.encode()
    if ending not in ENDINGS:
        what = f"A model is not drawn into files like {path.name!r}."
        raise ConfigError(explain(what, got=ending, expected=", ".join((*ENDINGS, ".dot"))))
    if ending == ".svg":
        return plot.svg().encode()
    across = plot.rankdir in ("LR", "RL")
    return as_picture(plot.boxes, ending[1:], across=across, dpi=dpi)


def _collect(
    graph: Any, given: dict[int, str], boxes: list[Box], shown: Shown, expand: bool
) -> dict[int, str]:
    """Add a box for each call of a graph; return which box gives each symbol."""
    places = dict(given)
    for symbol in graph.sources:
        if id(symbol) not in places:
            places[id(symbol)] = _add(boxes, symbol.name, "InputLayer", [], symbol, shown)
    for node in graph.nodes():
        layer = node.layer
        if expand and getattr(layer, "is_graph", False):
            inside = dict(
                zip(map(id, layer.graph.sources), [places[id(s)] for s in node.inputs], strict=True)
            )
            inner = _collect(layer.graph, inside, boxes, shown, expand)
            for symbol, output in zip(layer.graph.ends, node.output_symbols, strict=True):
                places[id(output)] = inner[id(symbol)]
            continue
        reads = list(dict.fromkeys(places[id(symbol)] for symbol in node.inputs))
        name = _add(boxes, layer.name, layer, reads, node, shown)
        places |= {id(symbol): name for symbol in node.output_symbols}
    return places


def _add(boxes: list[Box], name: str, layer: Any, reads: list[str], call: Any, shown: Shown) -> str:
    taken, free, count = {box.name for box in boxes}, name, 1
    while free in taken:
        count += 1
        free = f"{name} ({count})"
    boxes.append(Box(free, tuple(_lines(name, layer, call, shown)), tuple(reads)))
    return free


def _lines(name: str, layer: Any, call: Any, shown: Shown) -> list[str]:
    kind = layer if isinstance(layer, str) else kind_of(layer)
    lines = [f"{name} ({kind})" if shown.names else kind]
    inputs = [] if isinstance(layer, str) else call.inputs
    outputs = symbols_in(call if isinstance(layer, str) else call.outputs)
    activation = getattr(layer, "activation", None)
    if shown.activations and activation is not None:
        lines.append(f"activation: {getattr(activation, '__name__', activation)}")
    if shown.shapes:
        lines += [f"in: {_shapes(inputs)}"] if inputs else []
        lines.append(f"out: {_shapes(outputs)}")
    if shown.dtype:
        lines.append(f"dtype: {', '.join(symbol.dtype for symbol in outputs)}")
    if shown.trainable and not isinstance(layer, str) and layer.weights:
        lines.append("trainable" if layer.trainable else "not trainable")
    return lines


def _shapes(symbols: Sequence[Any]) -> str:
    return ", ".join(str(tuple(symbol.shape)) for symbol in symbols)


def _escaped(lines: Sequence[str]) -> str:
    return "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
