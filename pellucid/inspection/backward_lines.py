"""One number of delta, of a gradient or of an update, written out.

delta is per example: how much the loss of the batch, times its rows, moves with z. So
dJ/dW is the mean over the rows of what delta makes of W.
"""

import math
from typing import Any

import numpy as np

from pellucid.base.tree import flatten
from pellucid.inspection.asking import Weight
from pellucid.inspection.byhand.backpropagation import ByHand, slope_of
from pellucid.inspection.byhand.losses import is_linked
from pellucid.inspection.byhand.penalties import penalty_slopes
from pellucid.inspection.derivatives import by_input, by_weight, through_activation
from pellucid.inspection.forward_lines import Place
from pellucid.inspection.notation import (
    CHANGE,
    DELTA,
    DOT,
    MINUS,
    PRIME,
    SUM,
    TIMES,
    D,
    Letters,
    Term,
    factor,
    function_of,
    lowered,
    number,
    sum_of,
)
from pellucid.inspection.replay import Replay
from pellucid.layers.dense import Dense
from pellucid.network.network import Node


def delta_line(step: Replay, hand: ByHand, letters: Letters, node: Node, at: Place) -> str:
    """Return delta of one unit: what comes back from the layers after it, times f'(z)."""
    left = letters.of(DELTA, node.name, at[1:])
    value = float(step.slope[node.name][at] * step.rows)
    if node.name in hand.ends.at_z and not _readers(step, node):
        return f"{left} = {_linked(step, letters, node, at, value)} = {number(value)}"
    slopes = slope_of(node, step.z[node.name], step.a[node.name])
    if slopes is None:
        return f"{left} = {_along(step, hand, letters, node, at)} = {number(value)}"
    words, numbers = _pulled(step, hand, letters, node, at)
    if function_of(node) == "linear":
        if " " not in numbers:  # nothing but the result itself
            return f"{left} = {words} = {number(value)}"
        return f"{left} = {words} = {numbers} = {number(value)}"
    f = f"{function_of(node)}{PRIME}({letters.of('z', node.name, at[1:])})"
    several = " " in numbers and not numbers.startswith("2 ")
    numbers = f"{f'({numbers})' if several else numbers} {TIMES} {factor(slopes[at])}"
    return f"{left} = {words} {DOT} {f} = {numbers} = {number(value)}"


def gradient_line(step: Replay, letters: Letters, weight: Weight) -> str:
    """Return dJ/dw of one weight: the mean over rows of delta times dz/dw."""
    terms, words = [], []
    for node in (n for n in step.network.nodes if n.owner == weight.owner):
        moves = by_weight(step, node, weight)
        deltas = step.slope[node.name] * step.rows
        places = zip(*np.nonzero(moves), strict=True)
        terms += [Term((float(moves[place]), float(deltas[place]))) for place in places]
        words.append(f"{_moved_by(letters, node, weight)} {letters.of(DELTA, node.name)}")
    penalty = penalty_of(step, weight)
    mean = f"1/{step.rows} " if step.rows > 1 else ""
    numbers = f"{mean}({sum_of(terms)})" if mean else sum_of(terms)
    numbers += f" + {factor(penalty)} of its regularizer" if penalty else ""
    value = flatten(step.gradient)[weight.path][weight.place]
    left = f"{D}J/{D}{letters.parameter(weight.owner, weight.name, weight.place)}"
    return f"{left} = {mean}{SUM} {' + '.join(words)} = {numbers} = {number(value)}"


def update_line(step: Replay, letters: Letters, weight: Weight, update: Any, rate: float) -> str:
    """Return what the step adds to one weight, and the weight before and after."""
    w = letters.parameter(weight.owner, weight.name, weight.place)
    slope = flatten(step.gradient)[weight.path][weight.place]
    before = flatten(step.train.params)[weight.path][weight.place]
    after = f"{w}: {number(before)} → {number(before + update)}"
    plain = math.isclose(update, -rate * slope, rel_tol=1e-4, abs_tol=1e-12)
    if plain:
        rule = f"{MINUS}{number(rate)} {TIMES} {D}J/{D}{w} = {MINUS}{number(rate)} {TIMES}"
        return f"{CHANGE}{w} = {rule} {factor(slope)} = {number(update)};  {after}"
    rule = f"what {type(step.recipe.optimizer).__name__} makes of {D}J/{D}{w} = {number(slope)}"
    return f"{CHANGE}{w} = {number(update)}, {rule};  {after}"


def penalty_of(step: Replay, weight: Weight) -> float:
    """Return what a weight's regularizer adds to its slope."""
    found = penalty_slopes(step.network[weight.owner].layer, step.train.params[weight.owner])
    return float(flatten(found)[weight.name][weight.place])


def _readers(step: Replay, node: Node) -> list[tuple[Node, int]]:
    return [
        (reader, place)
        for reader in step.network.nodes
        for place, source in enumerate(reader.inputs)
        if source == node.name
    ]


def _linked(step: Replay, letters: Letters, node: Node, at: Place, value: float) -> str:
    """Return a - y with its numbers, where delta is that, up to the number of outputs."""
    goals = [goal for goal in step.recipe.goals if goal.output == node.name]
    linked = len(goals) == 1 and is_linked(goals[0].loss, node.layer.nonlinearity)
    a, y = float(step.a[node.name][at]), step.batch.targets[node.name][at[0]]
    if linked and goals[0].loss.targets == "labels" and y.ndim < len(at) - 1:
        y = float(y[at[1:-1]] == at[-1])
    elif linked and y.shape == node.output_shape:
        y = float(y[at[1:]])
    else:
        return f"{D}C/{D}{letters.of('z', node.name, at[1:])}"
    words = f"{letters.of('a', node.name, at[1:])} {MINUS} y{lowered(at[1:])}"
    numbers = f"{number(a)} {MINUS} {factor(y)}"
    for share in (1, node.output_shape[-1]):
        if math.isclose(value * share, a - y, rel_tol=1e-9, abs_tol=1e-12):
            many = f"({words}) / {share} = ({numbers}) / {share}"
            return f"{words} = {numbers}" if share == 1 else many
    return f"{D}C/{D}{letters.of('z', node.name, at[1:])}"


def _pulled(step: Replay, hand: ByHand, letters: Letters, node: Node, at: Place) -> tuple[str, str]:
    """Return dC/da of one unit, per example: in letters, and as a sum of numbers."""
    words, terms, more = [], [], []
    element = np.array([np.ravel_multi_index(at, step.a[node.name].shape)])
    for reader, place in _readers(step, node):
        moves = by_input(step, reader, place, element)[0]
        deltas = np.ravel(step.slope[reader.name]) * step.rows
        terms += [Term((float(deltas[j]), float(moves[j]))) for j in np.flatnonzero(moves)]
        w = f"{D}{letters.of('z', reader.name)}/{D}{letters.of('a', node.name)}"
        if isinstance(reader.layer, Dense):
            w = letters.parameter(reader.owner, "kernel")
        words.append(f"{SUM} {letters.of(DELTA, reader.name)} {w}")
    if node.name in hand.ends.at_a:
        pull = float(np.broadcast_to(hand.ends.at_a[node.name], step.a[node.name].shape)[at])
        more.append(pull * step.rows)
        words.append(_asked(step, letters, node, at, pull * step.rows))
    return " + ".join(words) or "0", sum_of(terms, more)


def _asked(step: Replay, letters: Letters, node: Node, at: Place, pull: float) -> str:
    """Return dC/da at an output in letters: of squared errors, as a multiple of a - y."""
    a = letters.of("a", node.name, at[1:])
    y = step.batch.targets.get(node.name)
    if y is not None and y.shape == step.a[node.name].shape:
        apart = float(step.a[node.name][at] - y[at])
        for times, word in ((2.0, "2 "), (1.0, "")):
            for share in (1, node.output_shape[-1]):
                if math.isclose(pull * share, times * apart, rel_tol=1e-9):
                    over = "" if share == 1 else f" / {share}"
                    return f"{word}({a} {MINUS} y{lowered(at[1:])}){over}"
    return f"{D}C/{D}{a}"


def _along(step: Replay, hand: ByHand, letters: Letters, node: Node, at: Place) -> str:
    """Return delta where every a of a row depends on every z, as with a hidden softmax."""
    element = np.array([np.ravel_multi_index(at, step.z[node.name].shape)])
    moves = through_activation(step, node, element)[0].reshape(step.a[node.name].shape)
    places = list(zip(*np.nonzero(moves), strict=True))
    pulls = [_pull_at(step, hand, node, place) for place in places]
    terms = [Term((pull, float(moves[p]))) for pull, p in zip(pulls, places, strict=True)]
    a, z = letters.of("a", node.name), letters.of("z", node.name, at[1:])
    return f"{SUM} {D}C/{D}{a} {D}{a}/{D}{z} = {sum_of(terms)}"


def _pull_at(step: Replay, hand: ByHand, node: Node, at: Any) -> float:
    total = 0.0
    element = np.array([np.ravel_multi_index(at, step.a[node.name].shape)])
    for reader, place in _readers(step, node):
        moves = by_input(step, reader, place, element)[0]
        total += float(np.ravel(step.slope[reader.name]) @ moves)
    if node.name in hand.ends.at_a:
        total += float(np.broadcast_to(hand.ends.at_a[node.name], step.a[node.name].shape)[at])
    return total * step.rows


def _moved_by(letters: Letters, node: Node, weight: Weight) -> str:
    """Return dz/dw in letters: of a Dense layer's kernel, the a that the weight multiplies."""
    if isinstance(node.layer, Dense):
        if weight.name == "bias":
            return "1 \N{MIDDLE DOT}"
        return letters.of("a", node.inputs[0], weight.place[:1])
    return f"{D}{letters.of('z', node.name)}/{D}{letters.parameter(weight.owner, weight.name)}"
