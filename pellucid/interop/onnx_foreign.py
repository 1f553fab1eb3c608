"""An ONNX file of another program, read as a network: each operator becomes a layer.

What is read are feed-forward networks of common operators (`onnx_operators`); whatever else
a file has is refused by its name, so that no network comes out that computes something else.
"""

from typing import Any, NamedTuple

import numpy as np

from pellucid.base.tree import flatten, refill
from pellucid.base.types import Params, State
from pellucid.interop.onnx_operators import (  # noqa: F401 -- they bring their rules
    products,
    windows,
)
from pellucid.interop.onnx_operators.graph import Reader
from pellucid.network.graph import trace
from pellucid.network.network import Network

OLDEST = 13  # the opset from which on the operators mean what is read here


class Restored(NamedTuple):
    """A network and its arrays."""

    network: Network
    params: Params
    state: State


def read_foreign(model: Any) -> Restored:
    """Return the network of an ONNX model.

    Raises:
        ValueError: it has an operator or a setting that no layer is known for, or it is damaged.
    """
    opset = max((one.version for one in model.opset_import if one.domain == ""), default=0)
    if opset < OLDEST:
        raise ValueError(f"it is of opset {opset}, and those from {OLDEST} on are read")
    reader = Reader(model.graph)
    reader.read()
    outputs = [reader.symbol(name) for name in reader.outputs]
    network = trace(reader.inputs, outputs)
    forms = network.forms()
    params, state = (refill(part, _filled(part, reader.arrays)) for part in forms)
    return Restored(network, params, state)


def _filled(forms: Any, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    filled = {}
    for path, form in flatten(forms).items():
        array = arrays.get(path)
        if array is None or array.shape != form.shape:
            raise ValueError(f"its constants do not fit its layer {path.rpartition('/')[0]!r}")
        filled[path] = array
    return filled
