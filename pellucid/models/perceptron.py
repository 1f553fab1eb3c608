"""Perceptrons set by hand, and truth tables."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential

MOST_INPUTS = 12  # of a truth table: 4,096 lines


def perceptron(
    weights: Sequence[float],
    *,
    bias: float | None = None,
    threshold: float | None = None,
    activation: str = "step",
) -> Model:
    """Return a neuron with these weights: a = f(sum_i w_i x_i + b).

    With the step, a = 1 if sum_i w_i x_i > threshold, else 0; the threshold is -b.

    Example:
        >>> print(truth_table(perceptron([1, 1], threshold=1.5)))
        x1 x2 | a
         0  0 | 0
         0  1 | 0
         1  0 | 0
         1  1 | 1
        >>> truth_table(perceptron([1, 1], threshold=0.5)).outputs  # OR
        (0.0, 1.0, 1.0, 1.0)
        >>> truth_table(perceptron([-2, -2], bias=3)).outputs  # NAND
        (1.0, 1.0, 1.0, 0.0)
        >>> truth_table(perceptron([-1], threshold=-0.5)).outputs  # NOT
        (1.0, 0.0)
        >>> sigmoid = perceptron([1, 1], bias=-0.5, activation="sigmoid")
        >>> f"{sigmoid.predict([[0.4, 0.5]]).item():.4f}"  # 1 / (1 + exp(-0.4))
        '0.5987'

    Raises:
        ConfigError: bias and threshold are both given, or neither.
    """
    if (bias is None) == (threshold is None):
        what = "A perceptron has a bias or a threshold (bias = -threshold), one of them."
        got = f"bias={bias}, threshold={threshold}"
        raise ConfigError(explain(what, got=got, expected="exactly one"))
    b = bias if bias is not None else -(threshold or 0.0)
    kernel = np.asarray(weights, np.float32).reshape(-1, 1)
    model = Sequential([Input((len(kernel),)), Dense(1, activation, name="neuron")])
    model.set_weights([kernel, np.array([b], np.float32)])
    return model


class TruthTable(NamedTuple):
    """Every combination of truth values, and what a model makes of it.

    `outputs` holds a number for each combination, or a tuple of them from several outputs.
    """

    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[Any, ...]
    names: tuple[str, ...] = ("a",)  # of the outputs

    def __str__(self) -> str:
        names = [f"x{i + 1}" for i in range(len(self.inputs[0]))]
        lines = [f"{' '.join(names)} | {' '.join(self.names)}"]
        for row, output in zip(self.inputs, self.outputs, strict=True):
            values = output if isinstance(output, tuple) else (output,)
            given = " ".join(str(v).rjust(len(n)) for v, n in zip(row, names, strict=True))
            pairs = zip(values, self.names, strict=True)
            lines.append(f"{given} | {' '.join(f'{v:.4g}'.rjust(len(n)) for v, n in pairs)}")
        return "\n".join(lines)


def truth_table(model: Model, names: Sequence[str] = ()) -> TruthTable:
    """Return what a model of truth values answers to each combination of 0 and 1.

    `names` are those of its outputs, "a", or "a1", "a2", ... if not given.

    Raises:
        ConfigError: there are more inputs than a table can hold, or other names than outputs.
    """
    count = model.network.inputs[0].shape[0]
    if count > MOST_INPUTS:
        what = "A truth table doubles with each input."
        raise ConfigError(explain(what, got=f"{count} inputs", expected=f"{MOST_INPUTS} at most"))
    rows = tuple(itertools.product((0, 1), repeat=count))
    found = np.asarray(model.predict(np.array(rows, np.float32)), float).reshape(len(rows), -1)
    several = found.shape[1] > 1
    own = tuple(f"a{i + 1}" for i in range(found.shape[1])) if several else ("a",)
    if names and len(names) != len(own):
        what = "A truth table needs a name for each output."
        raise ConfigError(explain(what, got=", ".join(names), expected=f"{len(own)} names"))
    outputs = tuple(map(tuple, found.tolist())) if several else tuple(found[:, 0].tolist())
    return TruthTable(rows, outputs, tuple(names) or own)
