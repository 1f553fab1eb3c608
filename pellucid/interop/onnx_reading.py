"""An ONNX file of Pellucid's, read back as the network it was written from.

One that somebody else wrote is left to `onnx_foreign`. Ours tells the network's settings; what
Pellucid would write of them is compared with the nodes that are there, so that the file is what
it says it is. Its constants are the network's arrays, some with axes turned or cut into blocks:
which number went where is found by writing a network whose arrays hold 1, 2, 3, ...

Nothing in a file is run; data in other files are refused; and nothing is allocated that the
file's own size does not justify.
"""

import math
from collections.abc import Mapping
from os import PathLike
from typing import Any

import jax
import numpy as np

from pellucid.base.tree import flatten, refill
from pellucid.interop.at_rest.networks import at_rest
from pellucid.interop.door import content_of, guarded, parsed
from pellucid.interop.network_json import network_from_json
from pellucid.interop.onnx_file import (
    OPSET,
    PRODUCER,
    SETTINGS,
    SHA256,
    constants_of,
    digest,
    graph_of,
    onnx_package,
)
from pellucid.interop.onnx_foreign import Restored, read_foreign
from pellucid.interop.onnx_operators.graph import array_of
from pellucid.layers.attention import Attending
from pellucid.layers.augmentation import RandomCrop
from pellucid.layers.delegation import Delegate
from pellucid.layers.imaging import CenterCrop, Resizing
from pellucid.layers.multi_head_attention import MultiHeadAttention
from pellucid.layers.resizing import UpSampling2D
from pellucid.layers.wrapping import Wrapper
from pellucid.network.network import Network
from pellucid.training.programs import compile_init
from pellucid.training.state import seed_bits

# Layers that make a matrix of positions by themselves; others may stand inside of a wrapper.
MAKE_MATRICES = (Attending, MultiHeadAttention, Resizing, CenterCrop, RandomCrop, UpSampling2D)
LARGEST = 2**25  # elements of such a matrix, beyond which the file must be as large
MADE_HERE = 1e-6  # weights of interpolation are computed, and machines round differently


def read_onnx(path: str | PathLike[str]) -> Restored:
    """Return the network in an ONNX file.

    Raises:
        FileError: there is no such file; or it is damaged, was changed, or has what no layer
            is known for.
        StateError: the package `onnx` is not installed.
    """
    kind = "ONNX file of common operators"
    content, package = content_of(path, kind), onnx_package()
    with guarded(path, kind):
        return _restored(package.load_model_from_string(content), len(content))


def _restored(model: Any, size: int) -> Restored:
    told = {prop.key: prop.value for prop in model.metadata_props}
    if SETTINGS not in told and model.producer_name != PRODUCER:
        return read_foreign(model)
    settings = told.get(SETTINGS, "")
    if told.get(SHA256) != digest(model, settings):
        raise ValueError("it is not what was written: it has another checksum")
    network = network_from_json(parsed(settings))
    _check_sizes(network, size)
    forms = network.forms()
    params, state = (flatten(part) for part in forms)
    if 4 * sum(math.prod(form.shape) for form in params.values()) > size:
        raise ValueError("it is too short for the network that it describes")
    places = _places({**params, **{f"state of {path}": form for path, form in state.items()}})
    numbered = (
        refill(forms[0], places),
        refill(forms[1], {path: places[f"state of {path}"] for path in state}),
    )
    program = at_rest(network, *numbered)
    _check_nodes(model, graph_of(program))
    constants = {tensor.name: array_of(tensor) for tensor in model.graph.initializer}
    found = _taken(constants, constants_of(program), places)
    return Restored(network, *_filled(network, forms, found))


def _check_sizes(network: Network, size: int) -> None:
    """Check that what layers compute of their settings alone fits memory."""
    for node in network.nodes:
        if not isinstance(node.layer, (*MAKE_MATRICES, Wrapper, Delegate)):
            continue
        shapes = [network.shape_of(name) for name in node.inputs]
        sides = sorted(_sides([*shapes, node.output_shape]), reverse=True)
        if math.prod(sides[:2]) > max(LARGEST, size):
            raise ValueError(f"its layer {node.name!r} is too large for it")


def _sides(shape: Any) -> list[int]:
    if isinstance(shape, int):
        return [shape]
    return [side for part in shape for side in _sides(part)]


def _places(forms: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return arrays of these forms that hold 1, 2, 3, ... throughout, in float64."""
    places, start = {}, 1
    for path, form in forms.items():
        count = math.prod(form.shape)
        places[path] = np.arange(start, start + count, dtype=np.float64).reshape(form.shape)
        start += count
    return places


def _check_nodes(model: Any, expected: Any) -> None:
    """Check that a file has the nodes that Pellucid writes, and no others."""
    graph = model.graph
    opsets = [(one.domain, one.version) for one in model.opset_import]
    same = opsets == [("", OPSET)] and not model.functions and not graph.sparse_initializer
    for kind in ("node", "input", "output"):
        pair = (getattr(graph, kind), getattr(expected, kind))
        same &= [one.SerializeToString(deterministic=True) for one in pair[0]] == [
            one.SerializeToString(deterministic=True) for one in pair[1]
        ]
    if not same:
        raise ValueError("its nodes are not those that its settings mean: it was changed")


def _taken(
    constants: Mapping[str, np.ndarray],
    expected: Mapping[str, np.ndarray],
    places: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Return the arrays whose numbers are among the constants, by path."""
    if set(constants) != set(expected):
        raise ValueError("its constants are not those that its settings mean: it was changed")
    total = sum(array.size for array in places.values())
    numbers, known = np.zeros(total + 1, np.float32), np.zeros(total + 1, bool)
    for name, array in constants.items():
        like = np.asarray(expected[name])
        if array.shape != like.shape:
            raise ValueError(f"its constant {name!r} does not fit")
        if like.dtype == np.float64:  # places of the network's own numbers
            at = like.astype(np.int64)
            numbers[at], known[at] = array, True
        elif not np.allclose(array, like, MADE_HERE, MADE_HERE, equal_nan=True):
            raise ValueError(f"its constant {name!r} is not what its settings mean")
    at = {path: place.astype(np.int64) for path, place in places.items()}
    return {path: np.asarray(numbers[i]) for path, i in at.items() if known[i].all()}


def _filled(network: Network, forms: Any, found: Mapping[str, np.ndarray]) -> tuple[Any, Any]:
    """Return parameters and state; what the file does not need is as at the start."""
    sides = [flatten(part) for part in forms]
    names = [{path: path for path in sides[0]}, {path: f"state of {path}" for path in sides[1]}]
    filled = []
    for side, called in zip(sides, names, strict=True):
        arrays = {path: found[name] for path, name in called.items() if name in found}
        learnt = {path.rpartition("/")[0] for path in arrays}
        for path in side.keys() - arrays.keys():
            layer, _, last = path.rpartition("/")
            if last == "seen" and layer in learnt:
                arrays[path] = np.ones((), np.float32)
        filled.append(arrays)
    if any(side.keys() - arrays.keys() for side, arrays in zip(sides, filled, strict=True)):
        fresh = jax.device_get(compile_init(network)(seed_bits(0)))
        filled = [{**flatten(s), **arrays} for s, arrays in zip(fresh, filled, strict=True)]
    params, state = (refill(form, arrays) for form, arrays in zip(forms, filled, strict=True))
    return params, state
