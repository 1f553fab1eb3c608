"""Three ways to a gradient, compared for one network and one batch.

By hand in NumPy, by automatic differentiation, and by central finite differences
(J(w + h) - J(w - h)) / 2h: all in float64, where they should agree to many digits. Beside
them, the gradient of the float32 step itself, which agrees to float32's rounding.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from pellucid.base.tree import flatten, refill
from pellucid.inspection.byhand.backpropagation import backpropagate
from pellucid.inspection.replay import Replay
from pellucid.network.network import Network

NUDGE = 1e-5  # h, relative to weights above 1: both errors of the difference are near 1e-10
MOST_WEIGHTS = 24  # of a parameter array that are nudged; of a larger one, some of all sizes


class Difference(NamedTuple):
    """How far two gradients of one layer are apart."""

    absolute: float  # the largest |p - q|
    relative: float  # that, over the largest |p| or |q| of the layer

    @classmethod
    def between(cls, pairs: list[tuple[np.ndarray, np.ndarray]]) -> "Difference":
        """Return the largest difference in any pair, and the same over the largest number."""
        apart = max((float(np.abs(p - q).max(initial=0)) for p, q in pairs), default=0.0)
        sizes = (float(np.abs(part).max(initial=0)) for pair in pairs for part in pair)
        largest = max(sizes, default=0.0)
        return cls(apart, apart / largest if largest > 0 else 0.0)


class Compared(NamedTuple):
    """One layer: how it was differentiated by hand, and what the comparisons gave."""

    layer: str
    kind: str
    rule: str  # "by hand", or "vjp": automatic differentiation of this layer alone
    by_hand: Difference  # by hand against automatic, deltas and gradients
    finite: Difference | None  # automatic against finite differences; None without parameters
    step: Difference  # automatic in float64 against the float32 step


class Check(NamedTuple):
    """What `Inspection.check` found, layer by layer. Its text is a table."""

    layers: tuple[Compared, ...]
    loss: str  # how the loss was differentiated: "by hand" or "vjp"

    @property
    def by_hand(self) -> Difference:
        """The largest differences between by hand and automatic, over all layers."""
        return _largest([layer.by_hand for layer in self.layers])

    @property
    def finite(self) -> Difference:
        """The largest differences between automatic and finite differences."""
        return _largest([layer.finite for layer in self.layers if layer.finite is not None])

    @property
    def step(self) -> Difference:
        """The largest differences between float64 and the float32 step."""
        return _largest([layer.step for layer in self.layers])

    @property
    def agrees(self) -> bool:
        """Whether all agree: by hand to 1e-9, finite differences to 1e-5 of a layer's largest."""
        return self.by_hand.relative < 1e-9 and self.finite.relative < 1e-5

    def __str__(self) -> str:
        heads = ("layer", "kind", "rule", "by hand", "finite differences", "float32 step")
        rows = [heads, *(_row(layer) for layer in self.layers)]
        last = ("largest", "", "", *map(_words, (self.by_hand, self.finite, self.step)))
        rows.append(last)
        widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in rows]
        verdict = "They agree." if self.agrees else "They do not agree."
        head = (
            "Each against automatic differentiation in float64:"
            " largest difference, absolute (relative)"
        )
        ends = f"The loss: {self.loss}. {verdict}"
        return "\n".join([head, *(line.rstrip() for line in lines), ends])


def check(step: Replay, signals: Mapping[str, Any], network: Network) -> Check:
    """Return how well the ways to the gradient agree, for a step and what `network` gave in it."""
    hand = backpropagate(step)
    nudged = _finite_differences(step)
    compared = []
    for node in step.network.nodes:
        deltas = signals["delta"][node.name]
        pairs = _pairs(hand.slope[node.name], step.slope[node.name])
        wide = [(p / step.rows, q) for p, q in _pairs(deltas, step.slope[node.name])]
        finite = None
        if node.owner == node.name and flatten(step.gradient.get(node.owner, {})):
            automatic = flatten(step.gradient[node.owner])
            by_hand, seen = flatten(hand.gradient[node.owner]), signals["gradient"][node.owner]
            pairs += _pairs([by_hand[path] for path in automatic], list(automatic.values()))
            wide += _pairs([flatten(seen)[path] for path in automatic], list(automatic.values()))
            finite = Difference.between(nudged[node.owner])
        layer = network[node.name].layer
        rule = "vjp" if node.name in hand.assisted else "by hand"
        found = Difference.between(pairs), finite, Difference.between(wide)
        compared.append(Compared(node.name, type(layer).__name__, rule, *found))
    named = {name.split()[-1] for name in hand.assisted if name.startswith("the loss")}
    return Check(tuple(compared), "vjp" if named else "by hand")


def _pairs(first: Any, second: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    leaves = zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True)
    return [(np.asarray(p, float), np.asarray(q, float)) for p, q in leaves]


def _finite_differences(step: Replay) -> dict[str, list[tuple[np.ndarray, np.ndarray]]]:
    """Return, by owner, pairs of automatic and finite slopes for some weights of each array."""
    params = flatten(step.train.params)
    gradient = flatten(step.gradient)
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for path, slopes in gradient.items():
        places = _places(slopes.ravel())
        moved = [_difference(step, params, path, place) for place in places]
        pair = slopes.ravel()[places], np.array(moved)
        found.setdefault(path.split("/")[0], []).append(pair)
    return found


def _places(slopes: Float[np.ndarray, " weights"]) -> list[int]:
    """Return all weights, or of many the ones with the largest slope and others of all sizes."""
    order = np.argsort(-np.abs(slopes), kind="stable")
    if len(order) <= MOST_WEIGHTS:
        return order.tolist()
    half = MOST_WEIGHTS // 2
    rest = np.linspace(half, len(order) - 1, MOST_WEIGHTS - half).astype(int)
    return [*order[:half].tolist(), *order[rest].tolist()]


def _difference(step: Replay, params: Mapping[str, Any], path: str, place: int) -> float:
    array = params[path]
    h = NUDGE * max(1.0, abs(float(array.flat[place])))
    losses = []
    for sign in (1, -1):
        moved = array.copy()
        moved.flat[place] += sign * h
        tree = refill(dict(step.train.params), {**params, path: moved})
        losses.append(step.loss_at(tree))
    return (losses[0] - losses[1]) / (2 * h)


def _largest(found: list[Difference]) -> Difference:
    absolute = max((one.absolute for one in found), default=0.0)
    return Difference(absolute, max((one.relative for one in found), default=0.0))


def _row(layer: Compared) -> tuple[str, ...]:
    name, kind, rule, *found = layer
    return (name, kind, rule, *(_words(one) for one in found))


def _words(found: Difference | None) -> str:
    return "no parameters" if found is None else f"{found.absolute:.1e} ({found.relative:.1e})"
