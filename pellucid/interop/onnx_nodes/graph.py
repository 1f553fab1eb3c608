"""A graph of ONNX nodes that is being written."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from pellucid.base.types import Shape
from pellucid.interop.at_rest.program import Weight

FLOAT, INT32, INT64, BOOL = 1, 6, 7, 9  # ONNX's numbers for types, in TensorProto.DataType


@dataclass(frozen=True)
class Tensor:
    """A value of the graph, of a known shape."""

    name: str
    shape: Shape  # of one example


@dataclass(frozen=True)
class Node:
    """One operation."""

    kind: str  # "MatMul"
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    name: str


Operand: TypeAlias = Any  # a Tensor or a name, a Weight, numbers, or None for one left out


@dataclass
class Graph:
    """Nodes, and the constants they use. `graph.MatMul(x, W)` adds a node, and names its output.

    Numbers become constants: floating ones float32, whole ones int64.
    """

    nodes: list[Node] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    place: str = ""  # of the network: what the names of nodes begin with
    _counts: dict[str, int] = field(default_factory=dict)

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        if not kind[0].isupper():
            raise AttributeError(kind)
        return functools.partial(self._add, kind)

    def several(self, kind: str, count: int, *operands: Operand, **attributes: Any) -> list[str]:
        """Add a node with several outputs, and return their names."""
        inputs = tuple(map(self._named, operands))
        name = self.fresh(f"{self.place}/{kind}")
        outputs = tuple(f"{name}:{i}" for i in range(count)) if count > 1 else (name,)
        self.nodes.append(Node(kind, inputs, outputs, attributes, name))
        return list(outputs)

    def call(self, function: Callable[..., Any], *inputs: Operand, **arguments: Any) -> Any:
        """Add the nodes of a formula, and return the name of what it gives, or all names."""
        return RULES[function](self, *inputs, **arguments)

    def inner(self) -> "Graph":
        """Return a graph inside this one, as the body of a loop: it shares the constants."""
        return Graph([], self.constants, self.place, self._counts)

    def fresh(self, name: str) -> str:
        """Return `name`, or the first of name_2, name_3, ... that is free."""
        self._counts[name] = count = self._counts.get(name, 0) + 1
        return name if count == 1 else f"{name}_{count}"

    def _add(self, kind: str, *operands: Operand, **attributes: Any) -> str:
        return self.several(kind, 1, *operands, **attributes)[0]

    def _named(self, operand: Operand) -> str:
        if operand is None or isinstance(operand, str):
            return operand or ""
        if isinstance(operand, Tensor):
            return operand.name
        if isinstance(operand, Weight):
            self.constants[operand.path] = operand.array
            return operand.path
        array = np.asarray(operand)
        if not isinstance(operand, np.ndarray):
            array = array.astype(np.float32 if array.dtype.kind == "f" else np.int64)
        shown = "_".join(map(str, array.ravel().tolist())) if array.size <= 4 else "array"
        name = f"{array.dtype}_{shown}" if array.ndim == 0 else f"{array.dtype}s_{shown}"
        if not np.array_equal(self.constants.get(name, array), array, equal_nan=True):
            name = self.fresh(name)
        self.constants[name] = array
        return name


RULES: dict[Callable[..., Any], Callable[..., Any]] = {}


def renders(*functions: Callable[..., Any]) -> Callable[..., Any]:
    """Return a decorator: its target, called (graph, *inputs, **arguments), adds their nodes."""

    def file(rule: Callable[..., Any]) -> Callable[..., Any]:
        RULES.update(dict.fromkeys(functions, rule))
        return rule

    return file
