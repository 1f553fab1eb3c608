"""dLoss/dw along every path from a weight to the loss: the chain rule, term by term.

A path goes from the weight through one unit of each layer it meets. Its value is the
product of the local slopes on its way, and the sum over all paths is the gradient. There
can be billions of them; the largest are found exactly, layer by layer, because the best
paths to a unit pass through best paths to the units before it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from pellucid.base.errors import StateError, explain
from pellucid.inspection.asking import Weight
from pellucid.inspection.backward_lines import penalty_of
from pellucid.inspection.byhand.backpropagation import ByHand, slope_of
from pellucid.inspection.derivatives import by_input, by_weight, through_activation
from pellucid.inspection.forward_lines import Place
from pellucid.inspection.notation import (
    DOT,
    D,
    Letters,
    Term,
    function_of,
    number,
    product,
)
from pellucid.inspection.notation import PRIME as MARK
from pellucid.inspection.replay import Replay
from pellucid.layers.dense import Dense
from pellucid.network.network import Node

MOST_STEPS = 20_000_000  # local slopes between two layers that are looked at

Stop = tuple[str, str]  # "z" or "a", and a layer: a place that paths go through
Word = Callable[[Place, Place], str]  # a local slope in letters, from one unit to the next


class Path(NamedTuple):
    """One path: where it goes, the local slopes on its way, and their product."""

    through: tuple[str, ...]  # "hidden[1]", "out[0]": layer and unit, counted from 0
    letters: tuple[str, ...]  # each local slope as a formula
    factors: tuple[float, ...]

    @property
    def value(self) -> float:
        """The product of the local slopes."""
        return float(np.prod(self.factors))

    def __str__(self) -> str:
        numbers = product(Term(self.factors))
        words = f" {DOT} ".join(self.letters)
        return f"{' → '.join(self.through)}:\n    {words}\n    = {numbers} = {number(self.value)}"


class Paths(NamedTuple):
    """All paths from a weight to the loss, the largest of them one by one.

    `total` is the sum over every path and the regularizer's part. For one row it is what
    that row's cost asks; the mean over the rows is dJ/dw.
    """

    weight: Weight
    symbol: str
    paths: tuple[Path, ...]
    ways: int  # how many paths there are in all
    penalty: float
    total: float
    row: int | None
    gradient: float  # dJ/dw of the batch

    @property
    def rest(self) -> float:
        """What the paths add that are not listed."""
        return self.total - self.penalty - sum(path.value for path in self.paths)

    def __str__(self) -> str:
        of = "the batch" if self.row is None else f"row {self.row}"
        many = "1 path" if self.ways == 1 else f"{self.ways:,} paths"
        head = f"{D}Loss/{D}{self.symbol} for {of}: {many} from the weight to the loss"
        lines = [head, *(str(path) for path in self.paths)]
        hidden = self.ways - len(self.paths)
        if hidden:
            lines.append(f"… {hidden:,} more, together {number(self.rest)}")
        if self.penalty:
            lines.append(f"the regularizer adds {number(self.penalty)}")
        lines.append(f"sum: {D}Loss/{D}{self.symbol} = {number(self.total)}")
        if not np.isclose(self.total, self.gradient, rtol=1e-9, atol=1e-15):
            lines.append(f"(the mean over the rows of the batch is {number(self.gradient)})")
        return "\n".join(lines)


class _Best(NamedTuple):
    """What is known of the paths that have come to a stop: by element, and the best ones."""

    total: Float[np.ndarray, " elements"]  # the sum over all paths so far
    ways: Float[np.ndarray, " elements"]  # how many paths
    products: Float[np.ndarray, "elements best"]  # of the best, by size; 0 where there are fewer
    trails: Mapping[tuple[int, int], tuple[Any, ...]]  # how they came: steps by (element, rank)


def paths_of(
    step: Replay, hand: ByHand, letters: Letters, weight: Weight, row: int | None, most: int
) -> Paths:
    """Return the paths from a weight to the loss, the `most` largest one by one.

    Raises:
        StateError: the weight stays as it is, or layers on the way are too wide to follow.
    """
    arrived, ended = {}, []
    for node in step.network.nodes:
        best = _arrive(step, letters, node, weight, arrived, row, most)
        if best is None:
            continue
        arrived["z", node.name] = best
        ended += _end(step, hand.ends.at_z, letters, node, "z", best)
        best = _activate(step, letters, node, best, most)
        arrived["a", node.name] = best
        ended += _end(step, hand.ends.at_a, letters, node, "a", best)
    scale = 1 if row is None else step.rows
    found = [path for paths, *_ in ended for path in paths]
    found = sorted(found, key=lambda path: -abs(path.value))[:most]
    scaled = tuple(
        path._replace(factors=(*path.factors[:-1], path.factors[-1] * scale)) for path in found
    )
    penalty = penalty_of(step, weight)
    total = sum(total for _, total, _ in ended) * scale + penalty
    count = int(sum(count for *_, count in ended))
    gradient = _at(step.gradient[weight.owner], weight)
    symbol = letters.parameter(weight.owner, weight.name, weight.place)
    return Paths(weight, symbol, scaled, count, penalty, total, row, gradient)


def _at(tree: Any, weight: Weight) -> float:
    for name in weight.name.split("/"):
        tree = tree[name]
    return float(tree[weight.place])


def _arrive(
    step: Replay,
    letters: Letters,
    node: Node,
    weight: Weight,
    arrived: Mapping[Stop, _Best],
    row: int | None,
    most: int,
) -> _Best | None:
    """Return the paths that come to z of a layer: from the weight itself, or from an a before."""
    z = step.z[node.name]
    if isinstance(z, tuple):
        hint = "ask seen.line('gradient', ...) for this weight"
        what = f"Paths cannot be followed through {node.name!r}, which has several outputs."
        if any(("a", source) in arrived for source in node.inputs) or node.owner == weight.owner:
            raise StateError(explain(what, got="several", expected="one output", hint=hint))
        return None
    found = []
    if node.owner == weight.owner:
        moves = by_weight(step, node, weight)
        if row is not None:
            moves = np.where(np.arange(len(moves)) == row, moves.T, 0).T
        found.append(_begin(letters, node, weight, moves.ravel()))
    for place, source in enumerate(node.inputs):
        before = arrived.get(("a", source))
        if before is not None:
            elements = np.flatnonzero(before.ways)
            _check_width(node, len(elements), z.size)
            moves = by_input(step, node, place, elements)
            word = _moving(letters, node, source)
            found.append(_onward(before, elements, moves, ("z", node.name), word, most))
    return _merged(found, most) if found else None


def _begin(letters: Letters, node: Node, weight: Weight, moves: np.ndarray) -> _Best:
    def word(before: Place, here: Place) -> str:
        if not isinstance(node.layer, Dense):
            z = letters.of("z", node.name, here)
            return f"{D}{z}/{D}{letters.parameter(weight.owner, weight.name, weight.place)}"
        if weight.name == "bias":
            return "1"
        return letters.of("a", node.inputs[0], (*here[:-1], weight.place[0]))

    live = np.flatnonzero(moves)
    trails = {(int(e), 0): ((("z", node.name), int(e), word, float(moves[e])),) for e in live}
    return _Best(moves.copy(), (moves != 0).astype(float), moves[:, None].copy(), trails)


def _onward(
    before: _Best,
    elements: np.ndarray,
    moves: Float[np.ndarray, "some elements"],
    stop: Stop,
    word: Word,
    most: int,
) -> _Best:
    """Return the paths after one more layer, whose local slopes are `moves`."""
    total = before.total[elements] @ moves
    count = before.ways[elements] @ (moves != 0)
    ranks = before.products.shape[1]
    products = np.zeros((moves.shape[1], most))
    trails: dict[tuple[int, int], tuple[Any, ...]] = {}
    for target in np.flatnonzero(count):
        live = np.flatnonzero(moves[:, target])
        candidates = before.products[elements[live]] * moves[live, target, None]
        order = np.argsort(-np.abs(candidates), axis=None, kind="stable")[:most]
        for rank, flat in enumerate(order.tolist()):
            which, old = divmod(flat, ranks)
            trail = before.trails.get((int(elements[live[which]]), old))
            if trail is None:
                break
            products[target, rank] = candidates[which, old]
            slope = float(moves[live[which], target])
            trails[int(target), rank] = (*trail, (stop, int(target), word, slope))
    return _Best(total, count, products, trails)


def _merged(parts: Sequence[_Best], most: int) -> _Best:
    if len(parts) == 1:
        return parts[0]
    total = np.sum([part.total for part in parts], 0)
    count = np.sum([part.ways for part in parts], 0)
    products, trails = np.zeros((len(total), most)), {}
    for element in np.flatnonzero(count):
        ways = [
            (part.products[element, rank], part.trails[int(element), rank])
            for part in parts
            for rank in range(part.products.shape[1])
            if (int(element), rank) in part.trails
        ]
        ways = sorted(ways, key=lambda way: -abs(way[0]))[:most]
        for rank, (value, trail) in enumerate(ways):
            products[element, rank], trails[int(element), rank] = value, trail
    return _Best(total, count, products, trails)


def _activate(step: Replay, letters: Letters, node: Node, best: _Best, most: int) -> _Best:
    """Return the same paths at a = f(z)."""
    z, a, stop = step.z[node.name], step.a[node.name], ("a", node.name)
    slopes = slope_of(node, z, a)
    name = function_of(node)
    if slopes is None:
        elements = np.flatnonzero(best.ways)
        _check_width(node, len(elements), a.size)

        def across(before: Place, here: Place) -> str:
            return f"{D}{letters.of('a', node.name, here)}/{D}{letters.of('z', node.name, before)}"

        moves = through_activation(step, node, elements)
        return _onward(best, elements, moves, stop, across, most)
    if name == "linear":
        return best
    flat = slopes.ravel()

    def word(before: Place, here: Place) -> str:
        return f"{name}{MARK}({letters.of('z', node.name, here)})"

    trails = {
        (element, rank): (*trail, (stop, element, word, float(flat[element])))
        for (element, rank), trail in best.trails.items()
        if flat[element]
    }
    count = best.ways * (flat != 0)
    return _Best(best.total * flat, count, best.products * flat[:, None], trails)


def _end(
    step: Replay, ends: Mapping[str, Any], letters: Letters, node: Node, letter: str, best: _Best
) -> list[tuple[list[Path], float, float]]:
    """Return the paths that the loss takes hold of here, their sum and their number."""
    if node.name not in ends:
        return []
    pulls = np.broadcast_to(ends[node.name], step.z[node.name].shape).ravel()
    paths = []

    def word(before: Place, here: Place) -> str:
        return f"{D}Loss/{D}{letters.of(letter, node.name, here)}"

    for (element, _), trail in best.trails.items():
        steps = (*trail, ((letter, node.name), element, word, float(pulls[element])))
        if pulls[element]:
            paths.append(_path(step, steps))
    live = pulls != 0
    return [(paths, float(best.total @ pulls), float(best.ways @ live))]


def _path(step: Replay, steps: tuple[Any, ...]) -> Path:
    through, words, factors = [], [], []
    before: Place = ()
    for (letter, name), element, word, slope in steps:
        at = np.unravel_index(element, (step.z if letter == "z" else step.a)[name].shape)
        row, *unit = (int(part) for part in at)
        if letter == "z" and name not in [seen for seen, *_ in through]:
            through.append((name, row, f"{name}[{','.join(map(str, unit))}]"))
        words.append(word(before, tuple(unit)))
        factors.append(slope)
        before = tuple(unit)
    first = through[0][1]
    mixed = step.rows > 1 and any(row != first for _, row, _ in through)
    spelt = (f"{unit} of row {row}" if mixed else unit for _, row, unit in through)
    return Path(tuple(spelt), tuple(words), tuple(factors))


def _moving(letters: Letters, node: Node, source: str) -> Word:
    """Return how the slope dz/da from one unit to another is written: of Dense, its weight."""

    def word(before: Place, here: Place) -> str:
        if isinstance(node.layer, Dense):
            return letters.parameter(node.owner, "kernel", (before[-1], here[-1]))
        return f"{D}{letters.of('z', node.name, here)}/{D}{letters.of('a', source, before)}"

    return word


def _check_width(node: Node, sources: int, targets: int) -> None:
    if sources * targets > MOST_STEPS:
        what = f"The paths through {node.name!r} are too many to follow."
        got, hint = f"{sources:,} by {targets:,} local slopes", "inspect fewer rows at a time"
        raise StateError(explain(what, got=got, expected=f"{MOST_STEPS:,}", hint=hint))
