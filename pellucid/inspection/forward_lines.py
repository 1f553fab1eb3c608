"""One number of z or a, written out: the letters, the numbers, the result."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.inspection.notation import (
    BETA,
    GAMMA,
    MINUS,
    SUM,
    TIMES,
    Letters,
    Term,
    factor,
    function_of,
    number,
    sum_of,
)
from pellucid.inspection.replay import Replay
from pellucid.inspection.settled import Settled
from pellucid.layers.convolution import Conv1D, Conv2D, Conv3D
from pellucid.layers.dense import Dense
from pellucid.layers.layer import Layer
from pellucid.layers.merging import Add, Average, Maximum, Minimum, Multiply, Subtract
from pellucid.layers.noise import Dropout
from pellucid.layers.normalization import BatchNormalization, LayerNormalization
from pellucid.layers.pooling import GlobalPooling, Pooling
from pellucid.layers.reshaping import Flatten, Reshape
from pellucid.layers.windows import Windows
from pellucid.network.network import Node

Place = tuple[int, ...]  # of one number in a batch: its row, then its position and channel
MOST_LISTED = 9  # numbers of a window that are listed one by one


def z_line(step: Replay, letters: Letters, node: Node, at: Place) -> str:
    """Return z of one unit as a sum with its numbers."""
    left, value = letters.of("z", node.name, at[1:]), number(step.z[node.name][at])
    write = next((write for kinds, write in WRITERS if isinstance(node.layer, kinds)), None)
    written = None if write is None else write(step, letters, node, at)
    if written is None:
        reads = ", ".join(letters.of("a", source) for source in node.inputs)
        written = f"{type(node.layer).__name__}({reads})"
    return f"{left} = {written} = {value}"


def a_line(step: Replay, letters: Letters, node: Node, at: Place) -> str:
    """Return a = f(z) of one unit; of a softmax, with the sum that it is a share of."""
    left, z = letters.of("a", node.name, at[1:]), letters.of("z", node.name, at[1:])
    here, value = step.z[node.name][at], number(step.a[node.name][at])
    name = function_of(node)
    if name == "linear":
        return f"{left} = {z} = {value}"
    if name == "softmax":
        raised = np.exp(step.z[node.name][at[:-1]])
        terms = sum_of([Term((float(each),)) for each in raised])
        share = f"{number(raised[at[-1]])} / ({terms})"
        return f"{left} = exp({z}) / {SUM} exp({letters.of('z', node.name)}) = {share} = {value}"
    return f"{left} = {name}({z}) = {name}({number(here)}) = {value}"


def _dense(step: Replay, letters: Letters, node: Node, at: Place) -> str:
    use = step.use(node)
    *before, unit = at
    x, kernel = use.x[tuple(before)], use.params["kernel"][:, unit]
    terms = [Term((float(a), float(w))) for a, w in zip(x, kernel, strict=True)]
    letter, w = letters.of("a", node.inputs[0]), letters.parameter(node.owner, "kernel")
    return _with_bias(letters, node, f"{SUM} {letter} {w}", terms, use.params, unit)


def _convolution(step: Replay, letters: Letters, node: Node, at: Place) -> str:
    use, layer = step.use(node), node.layer
    assert isinstance(layer, Conv1D | Conv2D | Conv3D)
    row, *window, unit = at
    wide = use.params["kernel"].shape[-2]
    first = unit // (layer.filters // layer.groups) * wide
    found, inside = seen_through(layer.windows, use.x[row], window)
    kernel = use.params["kernel"][..., unit].reshape(-1, wide)
    terms = [
        Term((float(x), float(w)))
        for patch, taps, there in zip(found, kernel, inside, strict=True)
        for x, w in zip(patch[first : first + wide], taps, strict=True)
        if there
    ]
    x, w = letters.of("a", node.inputs[0]), letters.parameter(node.owner, "kernel")
    words = f"{SUM} {x} {w} over the window at {_position(window)}"
    return _with_bias(letters, node, words, terms, use.params, unit)


def _with_bias(
    letters: Letters, node: Node, words: str, terms: list[Term], params: Any, unit: int
) -> str:
    if "bias" not in params:
        return f"{words} = {sum_of(terms)}"
    b = letters.parameter(node.owner, "bias", (unit,))
    return f"{words} + {b} = {sum_of(terms, [float(params['bias'][unit])])}"


def seen_through(
    windows: Windows, x: np.ndarray, window: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return what one window sees of an example, tap by tap, and which taps lie inside it."""
    margins = windows.margins(x.shape[:-1])
    padded = np.pad(x, (*margins, (0, 0)))
    real = np.pad(np.ones(x.shape[:-1], bool), margins)
    taps = list(windows.taps(x.shape[:-1]))
    seen = np.stack([padded[tap][tuple(window)] for tap in taps])
    return seen, np.array([real[tap][tuple(window)] for tap in taps])


def _pooling(step: Replay, letters: Letters, node: Node, at: Place) -> str:
    layer = node.layer
    assert isinstance(layer, Pooling)
    row, *window, channel = at
    found, inside = seen_through(layer.windows, step.use(node).x[row], window)
    values = found[inside, channel]
    return _pooled(type(layer).__name__.startswith("Max"), values, f"window {_position(window)}")


def _global_pooling(step: Replay, letters: Letters, node: Node, at: Place) -> str | None:
    use = step.use(node)
    if use.mask is not None:
        return None
    values = use.x[at[0], ..., at[-1]].ravel()
    return _pooled("Max" in type(node.layer).__name__, values, "all positions")


def _pooled(is_max: bool, values: np.ndarray, where: str) -> str:
    shown = list(map(number, values[:MOST_LISTED]))
    if len(values) > MOST_LISTED:
        shown.append(f"… {len(values) - MOST_LISTED:,} more")
    if is_max:
        winner = int(np.argmax(values)) + 1
        return f"max({', '.join(shown)}) over {where}: number {winner} of {len(values)} wins"
    return f"({' + '.join(shown)}) / {len(values)}, the mean of {where}"


def _normalization(step: Replay, letters: Letters, node: Node, at: Place) -> str:
    use, layer = step.use(node), node.layer
    assert isinstance(layer, BatchNormalization | LayerNormalization)
    axes = layer.parameter_axes(use.x.shape[1:])
    if isinstance(layer, BatchNormalization) and not use.training:
        place = at[axes[0]]
        mean, variance = (use.state[f"moving_{name}"][place] for name in ("mean", "variance"))
    else:
        batch = isinstance(layer, BatchNormalization)
        kept = axes if batch else tuple(a for a in range(use.x.ndim) if a not in axes)
        some = use.x[tuple(at[axis] if axis in kept else slice(None) for axis in range(len(at)))]
        mean, variance = some.mean(), some.var()
    place = tuple(at[axis] for axis in axes)
    gamma = use.params["gamma"][place] if layer.scale else 1.0
    beta = use.params["beta"][place] if layer.center else 0.0
    x, s = letters.of("a", node.inputs[0], at[1:]), np.sqrt(variance + layer.epsilon)
    numbers = f"({number(use.x[at])} {MINUS} {factor(mean)}) / {number(s)} + {factor(beta)}"
    return f"{GAMMA} ({x} {MINUS} mean) / s + {BETA} = {factor(gamma)} {TIMES} {numbers}"


def _noise(step: Replay, letters: Letters, node: Node, at: Place) -> str:
    x, gain, shift = (part[at] for part in step.use(node).inputs)
    letter = letters.of("a", node.inputs[0], at[1:])
    more = [float(shift)] if shift else []
    layer = letters.network[node.name].layer
    gained = "noise"
    if isinstance(layer, Dropout):
        gained = f"mask / {number(1 - layer.rate)}"
    words = f"{letter} {TIMES} {gained}" + (" + shift" if more else "")
    return f"{words} = {sum_of([Term((float(x), float(gain)))], more)}"


def _merging(step: Replay, letters: Letters, node: Node, at: Place) -> str:
    shape = step.z[node.name].shape
    values = [np.broadcast_to(x, shape)[at] for x in step.use(node).inputs]
    names = [letters.of("a", source, at[1:]) for source in node.inputs]
    shown = list(map(factor, values))
    if isinstance(node.layer, Maximum | Minimum):
        word = "max" if isinstance(node.layer, Maximum) else "min"
        return f"{word}({', '.join(names)}) = {word}({', '.join(map(number, values))})"
    signs: dict[type, str] = {Subtract: f" {MINUS} ", Multiply: f" {TIMES} "}
    between = signs.get(type(node.layer), " + ")
    if isinstance(node.layer, Average):
        return f"({between.join(names)}) / {len(names)} = ({between.join(shown)}) / {len(names)}"
    return f"{between.join(names)} = {between.join(shown)}"


def _rearranged(step: Replay, letters: Letters, node: Node, at: Place) -> str:
    shape = step.network.shape_of(node.inputs[0])
    flat = int(np.ravel_multi_index(at[1:], node.output_shape))
    there = tuple(int(part) for part in np.unravel_index(flat, shape))
    return letters.of("a", node.inputs[0], there)


def _passing(step: Replay, letters: Letters, node: Node, at: Place) -> str | None:
    x = step.use(node).inputs[0]
    same = len(node.inputs) == 1 and np.shape(x) == step.z[node.name].shape
    if not same or not np.array_equal(x, step.z[node.name]):
        return None
    return letters.of("a", node.inputs[0], at[1:])


def _position(window: Sequence[int]) -> str:
    return f"({', '.join(str(part + 1) for part in window)})"


WRITERS: tuple[tuple[Any, Callable[..., str | None]], ...] = (
    (Dense, _dense),
    ((Conv1D, Conv2D, Conv3D), _convolution),
    (Pooling, _pooling),
    (GlobalPooling, _global_pooling),
    ((BatchNormalization, LayerNormalization), _normalization),
    ((Add, Subtract, Multiply, Average, Maximum, Minimum), _merging),
    ((Flatten, Reshape), _rearranged),
    (Settled, _noise),
    (Layer, _passing),
)
