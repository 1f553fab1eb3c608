"""Products, sums and activation functions."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.interop.onnx_operators.graph import Reader, expect, reads
from pellucid.layers import activation, merging
from pellucid.layers.dense import Dense
from pellucid.layers.layer import Layer
from pellucid.layers.normalization import BatchNormalization
from pellucid.layers.preprocessing import Rescaling

FUNCTIONS = {
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Exp": "exponential",
    "Mish": "mish",
    "HardSwish": "hard_silu",
    "Identity": "linear",
    "Dropout": "linear",  # at rest
}
MERGES = {
    "Add": merging.Add,
    "Sum": merging.Add,
    "Sub": merging.Subtract,
    "Mul": merging.Multiply,
    "Max": merging.Maximum,
    "Min": merging.Minimum,
    "Mean": merging.Average,
}


@reads("Gemm")
def _gemm(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    expect(a, transA=0)
    W = r.constant(node.input[1]) * a.get("alpha", 1.0)
    W = W.T if a.get("transB") else W
    weights = {"kernel": W}
    if len(node.input) > 2 and node.input[2]:
        bias = r.constant(node.input[2]) * a.get("beta", 1.0)
        weights["bias"] = np.broadcast_to(bias.reshape(-1), W.shape[1:])
    _dense(r, node, weights)


@reads("MatMul")
def _matmul(r: Reader, node: Any, a: Mapping[str, Any]) -> list[str]:
    weights = {"kernel": r.constant(node.input[1])}
    if weights["kernel"].ndim != 2:
        raise ValueError("a product with a constant of other than two axes is not read")
    after = r.follower(node, "Add")
    other = after and next(name for name in after.input if name != node.output[0])
    if other not in r.constants or r.constants[other].shape != weights["kernel"].shape[1:]:
        _dense(r, node, weights)
        return []
    _dense(r, node, {**weights, "bias": r.constants[other]})
    r.symbols[after.output[0]] = r.symbols[node.output[0]]
    return [after.output[0]]


def _dense(r: Reader, node: Any, weights: Mapping[str, np.ndarray]) -> None:
    units, use_bias = weights["kernel"].shape[1], "bias" in weights
    layer = Dense(units, use_bias=use_bias, name=node.output[0])
    r.place(node, layer, r.symbol(node.input[0]), **weights)


@reads(*MERGES, "Div")
def _merge(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    fixed = [name for name in node.input if name in r.constants]
    if not fixed and node.op_type in MERGES:
        inputs = [r.symbol(name) for name in node.input]
        r.place(node, MERGES[node.op_type](name=node.output[0]), *inputs)
        return
    first, *rest = node.input
    if len(fixed) != 1 or len(rest) != 1 or r.constant(fixed[0]).size != 1:
        raise ValueError(f"{node.op_type} with a constant of several numbers is not read")
    number = float(r.constant(fixed[0]).ravel()[0])
    swapped = first == fixed[0]
    line = {
        ("Add", False): (1, number),
        ("Add", True): (1, number),
        ("Mul", False): (number, 0),
        ("Mul", True): (number, 0),
        ("Sub", False): (1, -number),
        ("Sub", True): (-1, number),
        ("Div", False): (1 / number if number else None, 0),
    }.get((node.op_type, swapped), (None, 0))
    if line[0] is None:
        raise ValueError(f"{node.op_type} with a constant is not read")
    r.place(node, Rescaling(*line, name=node.output[0]), r.symbol(rest[0] if swapped else first))


@reads(*FUNCTIONS)
def _function(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    _activate(r, node, activation.Activation(FUNCTIONS[node.op_type], name=node.output[0]))


@reads("LeakyRelu")
def _leaky_relu(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    _activate(r, node, activation.LeakyReLU(a.get("alpha", 0.01), name=node.output[0]))


@reads("Elu")
def _elu(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    _activate(r, node, activation.ELU(a.get("alpha", 1.0), name=node.output[0]))


@reads("Softmax")
def _softmax(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    _activate(r, node, activation.Softmax(a.get("axis", -1), name=node.output[0]))


@reads("Gelu")
def _gelu(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    expect(a, approximate=b"none")
    _activate(r, node, activation.Activation("gelu", name=node.output[0]))


@reads("Clip")
def _clip(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    ends = [float(r.constant(name).reshape(())) for name in node.input[1:]]
    if ends != [0.0, 6.0]:
        raise ValueError("Clip is read between 0 and 6 only")
    _activate(r, node, activation.Activation("relu6", name=node.output[0]))


def _activate(r: Reader, node: Any, layer: Layer) -> None:
    r.place(node, layer, r.symbol(node.input[0]))


@reads("BatchNormalization")
def _batch_normalization(r: Reader, node: Any, a: Mapping[str, Any]) -> None:
    expect(a, training_mode=0)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    arrays = {name: r.constant(at) for name, at in zip(names, node.input[1:], strict=True)}
    settings = {"momentum": a.get("momentum", 0.9), "epsilon": a.get("epsilon", 1e-5)}
    layer = BatchNormalization(1, **settings, name=node.output[0])
    r.place(node, layer, r.symbol(node.input[0]), **arrays)
