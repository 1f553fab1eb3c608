"""A network at rest as an ONNX file.

Opset 18, IR version 8: what runtimes of early 2023 and later read. The batch is the free
axis "batch"; inputs and outputs have the network's names and axes (channels last), numbers
are float32. The network's settings go along as metadata, for `onnx_reading`.
"""

import hashlib
import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, StateError, explain
from pellucid.interop.at_rest.program import Program, Value
from pellucid.interop.network_json import network_to_json
from pellucid.interop.onnx_nodes import (  # noqa: F401 -- each brings the rules of its formulas
    activations,
    arranging,
    attention,
    convolution,
    normalization,
    products,
    recurrence,
)
from pellucid.interop.onnx_nodes.graph import Graph, Node, Tensor
from pellucid.network.network import Network

OPSET, IR_VERSION = 18, 8
MOST_BYTES = 2**31 - 2**20  # a protocol buffer holds less than 2 GB
PRODUCER, SETTINGS, SHA256 = "pellucid", "pellucid.network", "pellucid.sha256"


def onnx_bytes(network: Network, program: Program) -> bytes:
    """Return the ONNX file of a network; `program` is the network at rest.

    Raises:
        ConfigError: it is too large for one file.
        StateError: the package `onnx` is not installed.
    """
    onnx = onnx_package()
    if sum(array.nbytes for array in program.weights.values()) > MOST_BYTES:
        what = "This network is too large for one ONNX file."
        raise ConfigError(explain(what, got="weights of over 2 GB", expected="less than 2 GB"))
    written = graph_of(program)
    written.initializer.extend(
        onnx.numpy_helper.from_array(np.asarray(array), name)
        for name, array in constants_of(program).items()
    )
    model = onnx.helper.make_model(
        written,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name=PRODUCER,
    )
    settings = json.dumps(network_to_json(network), sort_keys=True)
    onnx.helper.set_model_props(model, {SETTINGS: settings, SHA256: digest(model, settings)})
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def digest(model: Any, settings: str) -> str:
    """Return the SHA-256 of a model's graph and settings."""
    content = model.graph.SerializeToString(deterministic=True)
    return hashlib.sha256(content + settings.encode()).hexdigest()


def graph_of(program: Program) -> Any:
    """Return the nodes, inputs and outputs of a program, as ONNX has them; its constants apart."""
    onnx = onnx_package()
    graph, names = _drawn(program)
    nodes = [_node(onnx, node) for node in graph.nodes]
    for name, value in program.outputs.items():
        nodes.append(onnx.helper.make_node("Identity", [names[value]], [name], name))
    inputs = [_info(onnx, s.name, s.dtype, value) for s, value in program.inputs.items()]
    outputs = [_info(onnx, name, "float32", v) for name, v in program.outputs.items()]
    return onnx.helper.make_graph(nodes, "pellucid", inputs, outputs)


def constants_of(program: Program) -> dict[str, np.ndarray]:
    """Return the constants of a program's nodes: weights, some with axes turned, and numbers."""
    return _drawn(program)[0].constants


def onnx_package() -> ModuleType:
    """Return the package `onnx`.

    Raises:
        StateError: it is not installed.
    """
    try:
        import onnx
        import onnx.checker
        import onnx.helper
        import onnx.numpy_helper
    except ImportError as error:
        what, hint = "ONNX files need the package onnx.", 'pip install "pellucid[onnx]"'
        raise StateError(explain(what, got="no onnx", expected="onnx", hint=hint)) from error
    return onnx


def _drawn(program: Program) -> tuple[Graph, dict[Value, str]]:
    """Return the nodes of all calls, and what they call each value."""
    graph = Graph()
    names = {value: source.name for source, value in program.inputs.items()}
    for call in program.calls:
        label = next((program.names[v] for v in call.results if v in program.names), "")
        graph.place = label or call.function.__name__
        inputs = [value and Tensor(names[value], value.shape) for value in call.inputs]
        found = graph.call(call.function, *inputs, **call.arguments)
        given = [found] if isinstance(found, str) else found
        names |= dict(zip(call.results, given, strict=True))
    return graph, names


def _node(onnx: Any, node: Node) -> Any:
    attributes = dict(node.attributes)
    if "body" in attributes:
        attributes["body"] = _body(onnx, node.name, *attributes["body"])
    return onnx.helper.make_node(node.kind, node.inputs, node.outputs, node.name, **attributes)


def _body(
    onnx: Any, name: str, graph: Graph, inputs: Mapping[str, int], outputs: Mapping[str, int]
) -> Any:
    """Return the graph of one step of a loop."""
    make = onnx.helper.make_tensor_value_info
    nodes = [_node(onnx, node) for node in graph.nodes]
    sides = [[make(n, kind, None) for n, kind in side.items()] for side in (inputs, outputs)]
    return onnx.helper.make_graph(nodes, f"{name}/step", *sides)


def _info(onnx: Any, name: str, dtype: str, value: Value) -> Any:
    kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return onnx.helper.make_tensor_value_info(name, kind, ["batch", *value.shape])
