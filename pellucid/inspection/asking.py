"""What one may ask of an inspection: layers, rows, units and weights that are there."""

import operator
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pellucid.base.errors import ShapeError, StateError, explain, nearest
from pellucid.base.tree import flatten
from pellucid.network.network import Network, Node


class Weight(NamedTuple):
    """One number among the parameters: "dense/kernel[0,1]"."""

    owner: str
    name: str  # "kernel"; of a layer inside another, "forward/kernel"
    place: tuple[int, ...]

    @property
    def path(self) -> str:
        """The array's path."""
        return f"{self.owner}/{self.name}"

    def __str__(self) -> str:
        return f"{self.path}[{','.join(map(str, self.place))}]"


def node_called(network: Network, name: str) -> Node:
    """Return the layer of that name.

    Raises:
        StateError: there is none.
    """
    if name in network:
        return network[name]
    known = [node.name for node in network.nodes]
    what, hint = f"This network has no layer called {name!r}.", nearest(str(name), known)
    raise StateError(explain(what, got=name, expected=_few(known), hint=hint))


def row_within(row: Any, rows: int) -> int:
    """Return the number of a row of the batch; as in NumPy, -1 is the last.

    Raises:
        ShapeError: the batch has no such row.
    """
    try:
        wanted = operator.index(row)
    except TypeError:
        wanted = rows
    if -rows <= wanted < rows:
        return wanted % rows
    what = "There is no such row in the batch that was inspected."
    expected = f"0 to {rows - 1}" if rows > 1 else "0, as it has one row"
    raise ShapeError(explain(what, got=f"row {row}", expected=expected))


def unit_within(node: Node, unit: Any) -> tuple[int, ...]:
    """Return the place of one number in a layer's output; -1 is the last along an axis.

    Raises:
        ShapeError: the output has no such place, or another number of axes.
    """
    shape = node.output_shape
    several = isinstance(unit, Sequence) and not isinstance(unit, str)
    given: Sequence[Any] = unit if several else (unit,)
    try:
        places = tuple(map(operator.index, given))
    except TypeError:
        places = ()
    parts = bool(shape) and isinstance(shape[0], tuple)
    fits = not parts and len(places) == len(shape)
    if fits and all(-size <= at < size for at, size in zip(places, shape, strict=True)):
        return tuple(at % size for at, size in zip(places, shape, strict=True))
    what = f"The output of {node.name!r} has no unit {unit}."
    ranges = ", ".join(f"0 to {size - 1}" for size in shape) if not parts else "one output"
    expected = f"{len(shape)} number{'s' if len(shape) != 1 else ''}: {ranges}"
    hint = f"unit=({', '.join('0' for _ in shape)})" if len(shape) > 1 and not parts else ""
    raise ShapeError(explain(what, got=unit, expected=expected, hint=hint))


def weight_called(network: Network, params: Mapping[str, Any], given: str) -> Weight:
    """Return the weight that "dense/kernel[0,1]" means.

    Raises:
        StateError: no layer has such a parameter.
        ShapeError: the parameter has no such place.
    """
    found = re.fullmatch(r"\s*(.+?)\s*(?:\[\s*([-\d,\s]*)\])?\s*", str(given))
    path, places = found.groups() if found else (str(given), None)
    arrays = flatten(params)
    owner, _, name = path.partition("/")
    if owner in network:  # a further use has the parameters of the first
        path = f"{network[owner].owner}/{name}"
    if path not in arrays:
        what = f"This network has no weight called {path!r}."
        hint = nearest(path, arrays) or 'give a layer, a parameter and a place: "dense/kernel[0,1]"'
        raise StateError(explain(what, got=given, expected=_few(list(arrays)), hint=hint))
    shape = arrays[path].shape
    index = tuple(int(part) for part in (places or "").split(",") if part.strip().lstrip("-"))
    fits = len(index) == len(shape)
    if not fits or not all(-size <= at < size for at, size in zip(index, shape, strict=True)):
        what = f"The array {path!r} has no place [{places or ''}]."
        expected = f"[{', '.join(f'0 to {size - 1}' for size in shape)}]"
        hint = f'"{path}[{",".join("0" for _ in shape)}]"'
        raise ShapeError(explain(what, got=given, expected=expected, hint=hint))
    owner, _, name = path.partition("/")
    wrapped = tuple(at % size for at, size in zip(index, shape, strict=True))
    return Weight(owner, name, wrapped)


def _few(names: list[str]) -> str:
    return ", ".join(names[:12]) + (f", … {len(names) - 12} more" if len(names) > 12 else "")
