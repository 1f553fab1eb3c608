"""The table of a model's layers, shapes and parameter counts, in Keras's form."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from pellucid.base.errors import ConfigError, explain

CHAIN = (88, {"Layer (type)": 0.45, "Output Shape": 0.80, "Param #": 1.0})
WIRED = (
    108,
    {"Layer (type)": 0.3, "Output Shape": 0.56, "Param #": 0.74, "Connected to": 1.0},
)
TO_THE_RIGHT, CENTRED = "Param #", "Trainable"
UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


class Frame(NamedTuple):
    """The signs a table is drawn with: its top, below the header, between rows, its end."""

    top: str
    header: str
    below_header: str
    row: str
    between: str
    end: str


# Each line: left, filling, joint, right; for lines of text: left, joint, right.
BOXES = Frame("┏━┳┓", "┃┃┃", "┡━╇┩", "│││", "├─┼┤", "└─┴┘")
PLAIN = Frame("+-++", "|||", "+-++", "|||", "+-++", "+-++")


def print_summary(
    model: Any,
    line_length: int | None = None,
    print_fn: Any = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
    positions: Any = None,
) -> None:
    """Print the table, line by line, by `print_fn`.

    It is drawn with boxes where the output can show them, with + - | elsewhere.

    Raises:
        ConfigError: `layer_range` names no layer, or the lines are too short for a table.
    """
    say = print_fn or print
    for line in lines_of(model, line_length, positions, expand_nested, show_trainable, layer_range):
        say(line)


def lines_of(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
) -> Iterator[str]:
    """Return the lines of a model's table and of the counts below it."""
    chain = is_chain(model)
    usual, columns = CHAIN if chain else WIRED
    places = dict(zip(columns, positions or columns.values(), strict=False))
    if show_trainable:
        usual += 12
        places = {name: 0.9 * place for name, place in places.items()} | {CENTRED: 1.0}
    length = line_length or min(usual, shutil.get_terminal_size().columns - 4)
    widths = _widths(list(places.values()), length)
    entries = model.graph.layers() if model.is_graph and not _is_sequential(model) else model.layers
    nodes = [] if chain else model.graph.nodes()
    rows = []
    for layer in _within(list(entries), layer_range):
        for depth, inner in _with_inner(layer, expand_nested):
            rows.append(_fields(inner, depth, chain, nodes, show_trainable))
    yield f'Model: "{model.name}"'
    yield from _table(list(places), rows, widths)
    yield from _counts(model)


def is_chain(model: Any) -> bool:
    """Tell whether a model's layers stand one after another, so that it needs no telling."""
    if _is_sequential(model) or not model.is_graph:
        return True
    nodes = model.graph.nodes()
    read = [id(symbol) for node in nodes for symbol in node.inputs]
    layers = [id(node.layer) for node in nodes]
    alone = len(model.inputs) == 1 and all(len(node.inputs) <= 1 for node in nodes)
    return alone and len(set(read)) == len(read) and len(set(layers)) == len(layers)


def readable_size(count: float) -> str:
    """Return a number of bytes as people read it.

    Example:
        >>> readable_size(152), readable_size(407080)
        ('152.00 B', '397.54 KB')
    """
    place = 0
    while count >= 1024 and place < len(UNITS) - 1:
        count, place = count / 1024, place + 1
    return f"{count:.2f} {UNITS[place]}"


def _is_sequential(model: Any) -> bool:
    return hasattr(model, "_stack")


def _with_inner(layer: Any, expand: bool, depth: int = 0) -> Iterator[tuple[int, Any]]:
    yield depth, layer
    if expand and hasattr(layer, "layers"):
        for inner in layer.layers:
            yield from _with_inner(inner, expand, depth + 1)


def _fields(layer: Any, depth: int, chain: bool, nodes: list[Any], trainable: bool) -> list[str]:
    before = "   " * depth + "└ " if depth else ""
    count = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
    fields = [f"{before}{layer.name} ({kind_of(layer)})", _shape_of(layer), count]
    if not chain:
        fields.append(_connections(layer, nodes))
    if trainable:
        fields.append(("Y" if layer.trainable else "N") if layer.weights else "-")
    return fields


def kind_of(layer: Any) -> str:
    """Return what Keras calls the class of a layer: of an operation, a name of its own."""
    if operation := getattr(layer, "operation", ""):
        return "".join(word.capitalize() for word in operation.split("_"))
    address = getattr(layer, "keras_address", None)
    return address[1] if address else type(layer).__name__


def _shape_of(layer: Any) -> str:
    """Return the shape of what a layer gives, or "?" where it has not been called."""
    if layer._inbound_nodes:
        outputs = layer._inbound_nodes[-1].outputs
        return _shape_text(outputs)
    seen = layer._gave
    if not seen:
        return "?"
    return _sides_text(seen[0]) if len(seen) == 1 else f"[{', '.join(map(_sides_text, seen))}]"


def _shape_text(outputs: Any) -> str:
    if isinstance(outputs, dict):
        parts = (f"{name}: {_shape_text(part)}" for name, part in outputs.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(outputs, list | tuple):
        parts = [_shape_text(part) for part in outputs]
        return parts[0] if len(parts) == 1 else f"[{', '.join(parts)}]"
    return _sides_text(outputs.shape)


def _sides_text(shape: Any) -> str:
    return f"({', '.join(map(str, shape))})"


def _connections(layer: Any, nodes: list[Any]) -> str:
    here = {id(node) for node in nodes}
    ends = [
        symbol._keras_history
        for node in layer._inbound_nodes
        if id(node) in here
        for symbol in node.inputs
        if symbol._keras_history is not None
    ]
    named = (f"{end.layer.name}[{end.node_index}][{end.tensor_index}]" for end in ends)
    return ", ".join(named) or "-"


def _within(layers: list[Any], wanted: Any) -> list[Any]:
    """Return the layers from the first that fits one name or pattern to the last that fits another.

    Raises:
        ConfigError: there are not two names, or one fits no layer.
    """
    if wanted is None:
        return layers
    known = ", ".join(layer.name for layer in layers)
    if not isinstance(wanted, list | tuple) or len(wanted) != 2:
        what = "layer_range= is two names, of the first layer and of the last."
        raise ConfigError(explain(what, got=wanted, expected="(first, last)"))
    places = []
    for name in wanted:
        fitting = [i for i, x in enumerate(layers) if name == x.name or re.match(name, x.name)]
        if not fitting:
            what = f"layer_range= says {name!r}, and no layer is called so."
            raise ConfigError(explain(what, got=name, expected=known))
        places.append(fitting)
    low, high = places[0][0], places[1][-1]
    return layers[min(low, high) : max(low, high) + 1]


def _widths(places: list[float], length: int) -> list[int]:
    """Return how wide the columns are, their margins left out; as wide as Keras's are.

    Raises:
        ConfigError: a column would be narrower than 4 letters.
    """
    ends = [int(place * length) for place in places]
    full = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    if min(full) < 4:
        what = "A summary does not fit into lines that short."
        raise ConfigError(explain(what, got=f"{length} letters", expected="line_length=60 or more"))
    excess = sum(full) + 2 * len(full) - (length - len(full) - 1)
    for place, width in enumerate(full):
        share = round(excess / (len(full) - place))
        full[place] = max(width - share, 1)
        excess -= share
    return full


def _table(header: list[str], rows: list[list[str]], widths: list[int]) -> Iterator[str]:
    signs = BOXES if _can_show("┏━└") else PLAIN
    yield _ruler(signs.top, widths)
    yield from _lines(header, header, widths, signs.header)
    yield _ruler(signs.below_header, widths)
    for place, row in enumerate(rows):
        if place:
            yield _ruler(signs.between, widths)
        shown = row if signs is BOXES else [field.replace("└", "`") for field in row]
        yield from _lines(shown, header, widths, signs.row)
    yield _ruler(signs.end, widths)


def _ruler(signs: str, widths: list[int]) -> str:
    left, filling, joint, right = signs
    return left + joint.join(filling * (width + 2) for width in widths) + right


def _lines(fields: list[str], header: list[str], widths: list[int], signs: str) -> Iterator[str]:
    """Return the lines of a row; what is too long goes on below, nothing is cut off."""
    wrapped = [
        textwrap.wrap(field, width, break_on_hyphens=False) or [""]
        for field, width in zip(fields, widths, strict=True)
    ]
    left, joint, right = signs
    for place in range(max(map(len, wrapped))):
        parts = []
        for name, lines, width in zip(header, wrapped, widths, strict=True):
            text = lines[place] if place < len(lines) else ""
            parts.append(f" {_aligned(name, text, width)} ")
        yield left + joint.join(parts) + right


def _aligned(name: str, text: str, width: int) -> str:
    if name == TO_THE_RIGHT:
        return text.rjust(width)
    return f"{text:^{width}}" if name == CENTRED else text.ljust(width)


def _counts(model: Any) -> Iterator[str]:
    moving, still = model.trainable_weights, model.non_trainable_weights
    kept = _remembered(model)
    yield _count("Total", [*moving, *still, *kept])
    yield _count("Trainable", moving)
    yield _count("Non-trainable", still)
    if kept:
        yield _count("Optimizer", kept)


def _remembered(model: Any) -> list[Any]:
    """Return what the optimizer keeps, once the model has been trained."""
    if not model.compiled:
        return []
    optimizer, holder = model.optimizer, model._learner._holder
    memory = optimizer._memory if holder is None else holder.train.memory
    arrays = [a for a in jax.tree.leaves(memory) if np.ndim(a) or a.dtype.kind == "f"]  # no counts
    arrays += optimizer.own_variables
    counted = [optimizer.count, *([] if optimizer.rate is None else [optimizer.rate])]
    return [*counted, *arrays] if arrays else []


def _count(what: str, variables: Sequence[Any]) -> str:
    numbers = [int(np.prod(variable.shape)) for variable in variables]
    sizes = [_bytes(str(variable.dtype)) for variable in variables]
    held = sum(number * size for number, size in zip(numbers, sizes, strict=True))
    return f" {what} params: {sum(numbers):,} ({readable_size(held)})"


def _bytes(dtype: str) -> int:
    return 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize


def _can_show(signs: str) -> bool:
    try:
        signs.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
