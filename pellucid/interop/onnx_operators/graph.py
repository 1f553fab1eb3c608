"""A graph of ONNX that is being read: each node becomes a layer."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.interop.door import refuse_too_many
from pellucid.layers.input import Input
from pellucid.layers.layer import Layer, Symbol

NUMBERS = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 11: np.float64}  # TensorProto's
IN_LISTS = {1: "float_data", 6: "int32_data", 7: "int64_data", 9: "int32_data", 11: "double_data"}


def array_of(tensor: Any) -> np.ndarray:
    """Return a constant of a file, without trusting what it says of its size.

    Raises:
        ValueError: it lies in another file, or is not as long as it says, or of another kind.
    """
    if tensor.data_location or tensor.external_data:
        raise ValueError("it points to data in another file")
    kind, sides = NUMBERS.get(tensor.data_type), tuple(tensor.dims)
    if kind is None or min(sides, default=0) < 0:
        raise ValueError(f"its constant {tensor.name!r} is of a kind that is not read")
    listed = np.array(getattr(tensor, IN_LISTS[tensor.data_type]), kind)
    if math.prod(sides) * np.dtype(kind).itemsize != (len(tensor.raw_data) or listed.nbytes):
        raise ValueError(f"its constant {tensor.name!r} is not as long as it says")
    return np.frombuffer(tensor.raw_data or listed.tobytes(), kind).reshape(sides)


class Reader:
    """What has been read of a graph: constants, symbols, and the arrays of layers by name."""

    def __init__(self, graph: Any) -> None:
        self.constants = {tensor.name: array_of(tensor) for tensor in graph.initializer}
        self.symbols: dict[str, Symbol] = {}
        self.arrays: dict[str, np.ndarray] = {}
        self.nodes = list(graph.node)
        refuse_too_many(self.nodes)
        self.readers: dict[str, list[Any]] = defaultdict(list)
        for node in self.nodes:
            for name in set(node.input):
                self.readers[name].append(node)
        self.inputs = [self._input(one) for one in graph.input if one.name not in self.constants]
        self.outputs = [one.name for one in graph.output]

    def read(self) -> None:
        """Read all nodes in order.

        Raises:
            ValueError: an operator, or a setting of one, has no layer.
        """
        done: set[str] = set()
        for node in self.nodes:
            if node.output[0] in done:
                continue
            rule = RULES.get(node.op_type) if node.domain in ("", "ai.onnx") else None
            if rule is None:
                raise ValueError(f"no layer is known for its operator {node.op_type!r}")
            done |= set(rule(self, node, attributes_of(node)) or ())

    def symbol(self, name: str) -> Symbol:
        """Return what a node gives, or an input."""
        if name not in self.symbols:
            raise ValueError(f"{name!r} is a constant, or nothing, where it must be computed")
        return self.symbols[name]

    def constant(self, name: str) -> np.ndarray:
        """Return a constant."""
        if name not in self.constants:
            raise ValueError(f"{name!r} is computed where it must be a constant")
        return self.constants[name]

    def place(self, node: Any, layer: Layer, *inputs: Symbol, **arrays: np.ndarray) -> None:
        """Let a layer run on `inputs` in place of a node; `arrays` are its parameters and state."""
        self.symbols[node.output[0]] = layer(*inputs)
        for name, array in arrays.items():
            self.arrays[f"{layer.name}/{name}"] = np.asarray(array, np.float32)

    def follower(self, node: Any, kind: str) -> Any:
        """Return the node of that kind that alone reads what `node` gives, or None."""
        name = node.output[0]
        readers = self.readers[name]
        alone = len(readers) == 1 and name not in self.outputs
        return readers[0] if alone and readers[0].op_type == kind else None

    def _input(self, one: Any) -> Symbol:
        kind = one.type.tensor_type
        shape = tuple(side.dim_value for side in kind.shape.dim)[1:]
        if any(side < 1 for side in shape) or not kind.shape.dim:
            raise ValueError(f"its input {one.name!r} has open sizes beside the batch")
        dtype = "int32" if kind.elem_type in (6, 7) else "float32"
        self.symbols[one.name] = Input(shape, name=one.name, dtype=dtype)
        return self.symbols[one.name]


def attributes_of(node: Any) -> dict[str, Any]:
    """Return the settings of a node by name."""
    fields = {1: "f", 2: "i", 3: "s", 4: "t", 6: "floats", 7: "ints"}  # AttributeProto's types
    found = {one.name: getattr(one, fields.get(one.type, "s")) for one in node.attribute}
    return {
        name: list(value) if hasattr(value, "extend") and not isinstance(value, bytes) else value
        for name, value in found.items()
    }


Rule = Callable[[Reader, Any, Mapping[str, Any]], Any]
RULES: dict[str, Rule] = {}


def reads(*kinds: str) -> Callable[[Rule], Rule]:
    """Return a decorator: its target places the layer of a node of one of these kinds.

    It returns the outputs of further nodes that it has read, too.
    """

    def file(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, rule))
        return rule

    return file


def expect(attributes: Mapping[str, Any], **usual: Any) -> None:
    """Check that settings, if they are there, have the only values that are read.

    Raises:
        ValueError: one has another.
    """
    for name, value in usual.items():
        if attributes.get(name, value) != value:
            raise ValueError(f"{name}={attributes[name]!r} of an operator is not read")
