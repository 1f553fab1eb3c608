"""Logic networks: expressions such as "and(x1, not(x2))", wired from perceptrons set by hand.

A gate is one perceptron. Gates of gates make layers: what a later layer needs of an earlier
one is handed on by a perceptron that repeats it (weight 1, threshold 0.5).
"""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential

INPUT = re.compile(r"x[1-9]\d{0,2}")


class Gate(NamedTuple):
    """A perceptron as a gate: the weight of each of its inputs, and its bias given their number."""

    weight: float
    bias: Callable[[int], float]


# With n inputs. For two these are the lectures' AND (1, 1, -1.5) and NAND (-2, -2, 3).
GATES: Mapping[str, Gate] = {
    "and": Gate(1.0, lambda n: 0.5 - n),
    "or": Gate(1.0, lambda n: -0.5),
    "nand": Gate(-2.0, lambda n: 2.0 * n - 1),
    "nor": Gate(-1.0, lambda n: 0.5),
    "not": Gate(-1.0, lambda n: 0.5),
}
REPEAT = Gate(1.0, lambda n: -0.5)


class Answer(NamedTuple):
    """What a gate says of its inputs, each of them an input of the network or an answer."""

    gate: str
    inputs: tuple[Any, ...]


Signal: TypeAlias = str | Answer


def logic(*expressions: str) -> Model:
    """Return a network of perceptrons with an output for each expression over x1, x2, ...

    Gates are and, or, nand, nor (of any number of inputs) and not. Equal parts of the
    expressions share a perceptron.

    Example:
        >>> from pellucid.models.perceptron import truth_table
        >>> xor = logic("and(or(x1, x2), nand(x1, x2))")
        >>> truth_table(xor).outputs
        (0.0, 1.0, 1.0, 0.0)
        >>> half_adder = logic("and(or(x1, x2), nand(x1, x2))", "and(x1, x2)")
        >>> print(truth_table(half_adder, ["sum", "carry"]))
        x1 x2 | sum carry
         0  0 |   0     0
         0  1 |   1     0
         1  0 |   1     0
         1  1 |   0     1

    Raises:
        ConfigError: an expression is not made of these gates and inputs.
    """
    outputs = [_read(expression) for expression in expressions]
    inputs = max((_highest_input(output) for output in outputs), default=0)
    if not inputs:
        what = "A logic network needs an expression over x1, x2, ..."
        got = ", ".join(expressions) or "nothing"
        raise ConfigError(explain(what, got=got, expected='"nand(x1, x2)", for instance'))
    depth = max(1, *(_level(output) for output in outputs))
    before: list[Signal] = [f"x{i + 1}" for i in range(inputs)]
    wanted = _wanted(outputs, depth)
    layers, arrays = [], []
    for level, signals in enumerate(wanted, 1):
        layers.append(Dense(len(signals), "step", name="output" if level == depth else f"h{level}"))
        arrays += _weights(signals, level, before)
        before = list(signals)
    model = Sequential([Input((inputs,)), *layers])
    model.set_weights(arrays)
    return model


def _wanted(outputs: Sequence[Signal], depth: int) -> list[list[Signal]]:
    """Return the signals that each layer must give, from the first to the last."""
    layers: list[list[Signal]] = [list(outputs)]
    for level in range(depth, 1, -1):
        needed: dict[Signal, None] = {}
        for signal in layers[0]:
            needed |= dict.fromkeys(_gate_at(signal, level)[1])
        layers.insert(0, list(needed))
    return layers


def _weights(
    signals: Sequence[Signal], level: int, before: Sequence[Signal]
) -> tuple[np.ndarray, np.ndarray]:
    """Return kernel and bias of the layer that turns the signals `before` into `signals`."""
    kernel = np.zeros((len(before), len(signals)), np.float32)
    bias = np.zeros(len(signals), np.float32)
    for column, signal in enumerate(signals):
        gate, sources = _gate_at(signal, level)
        for source in sources:
            kernel[before.index(source), column] += gate.weight
        bias[column] = gate.bias(len(sources))
    return kernel, bias


def _gate_at(signal: Signal, level: int) -> tuple[Gate, tuple[Signal, ...]]:
    """Return the gate that gives a signal in a layer, and what it reads: itself, if it is older."""
    if isinstance(signal, Answer) and _level(signal) == level:
        return GATES[signal.gate], signal.inputs
    return REPEAT, (signal,)


def _level(signal: Signal) -> int:
    """The layer in which a signal is there: 0 for an input."""
    return 1 + max(map(_level, signal.inputs)) if isinstance(signal, Answer) else 0


def _highest_input(signal: Signal) -> int:
    return (
        max(map(_highest_input, signal.inputs)) if isinstance(signal, Answer) else int(signal[1:])
    )


def _read(expression: str) -> Signal:
    try:
        # "and", "or" and "not" are words of Python's; with an underscore they are names.
        spelt = re.sub(r"\b(and|or|not)\s*\(", r"\1_(", expression.strip())
        return _signal(ast.parse(spelt, mode="eval").body, expression)
    except SyntaxError as error:
        what = "This is no logic expression."
        raise ConfigError(explain(what, got=expression, expected="gate(x1, x2)")) from error


def _signal(tree: ast.expr, expression: str) -> Signal:
    if isinstance(tree, ast.Name) and INPUT.fullmatch(tree.id):
        return tree.id
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
        gate = tree.func.id.removesuffix("_")
        count = len(tree.args)
        if gate in GATES and count and (gate != "not" or count == 1):
            return Answer(gate, tuple(_signal(part, expression) for part in tree.args))
        if gate == "xor":
            what = "XOR is no gate: a line cannot part its ones from its zeros."
            hint = "it takes a layer: and(or(x1, x2), nand(x1, x2))"
            raise ConfigError(explain(what, got=expression, expected=", ".join(GATES), hint=hint))
        what = f"{gate} of {count} inputs is no gate."
        hint = "" if gate in GATES else nearest(gate, GATES)
        raise ConfigError(explain(what, got=expression, expected=", ".join(GATES), hint=hint))
    what = "A logic expression is made of gates and of the inputs x1, x2, ..."
    raise ConfigError(explain(what, got=ast.unparse(tree), expected="gate(x1, x2)"))
