"""Where the boxes of a graph go: ranks from the inputs on, few crossings, long edges bent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

Stop: TypeAlias = tuple[str, str, int] | str  # a box by name, or a bend of an edge at a rank

SWEEPS = 8  # times the order in the ranks is improved, down and up


@dataclass(frozen=True)
class Places:
    """The rank and position of each box, and the stops of each edge, in units of one box."""

    spot: Mapping[Stop, tuple[float, int]]  # position across, rank
    routes: tuple[tuple[Stop, ...], ...]  # box, bends..., box
    width: float
    ranks: int


def place(reads: Mapping[str, Sequence[str]]) -> Places:
    """Return a place for each node of a graph given by what each node reads.

    Nodes come in an order in which they can run. A node's rank is its longest way from an
    input; an edge over several ranks gets a bend at each of them, which keeps a lane free.
    The same graph gives the same places.
    """
    ranks: dict[str, int] = {}
    for name, sources in reads.items():
        ranks[name] = 1 + max((ranks[source] for source in sources), default=-1)
    routes = tuple(
        _route(source, name, ranks)
        for name, sources in reads.items()
        for source in dict.fromkeys(sources)
    )
    rows = _rows(ranks, routes)
    above, below = _neighbours(routes)
    for _ in range(SWEEPS):
        _sort(rows[1:], above, rows)
        _sort(rows[-2::-1], below, rows)
    across = _positions(rows, above, below)
    least = min(across.values())
    spot = {stop: (across[stop] - least, rank) for rank, row in enumerate(rows) for stop in row}
    return Places(spot, routes, max(across.values()) - least, len(rows))


def _route(source: str, target: str, ranks: Mapping[str, int]) -> tuple[Stop, ...]:
    bends = ((source, target, rank) for rank in range(ranks[source] + 1, ranks[target]))
    return (source, *bends, target)


def _rows(ranks: Mapping[str, int], routes: Sequence[tuple[Stop, ...]]) -> list[list[Stop]]:
    rows: list[list[Stop]] = [[] for _ in range(1 + max(ranks.values()))]
    for name, rank in ranks.items():
        rows[rank].append(name)
    for route in routes:
        for bend in route[1:-1]:
            rows[int(bend[2])].append(bend)
    return rows


def _neighbours(
    routes: Sequence[tuple[Stop, ...]],
) -> tuple[dict[Stop, list[Stop]], dict[Stop, list[Stop]]]:
    above: dict[Stop, list[Stop]] = {}
    below: dict[Stop, list[Stop]] = {}
    for route in routes:
        for upper, lower in pairwise(route):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return above, below


def _sort(
    rows: Sequence[list[Stop]], near: Mapping[Stop, list[Stop]], all_rows: Sequence[list[Stop]]
) -> None:
    """Order each row by the mean position of what its stops are tied to (the barycentre)."""
    index = {stop: _centred(i, len(row)) for row in all_rows for i, stop in enumerate(row)}
    for row in rows:
        row.sort(key=lambda stop: _mean([index[n] for n in near.get(stop, [stop])]))
        index |= {stop: _centred(i, len(row)) for i, stop in enumerate(row)}


def _positions(
    rows: Sequence[list[Stop]],
    above: Mapping[Stop, list[Stop]],
    below: Mapping[Stop, list[Stop]],
) -> dict[Stop, float]:
    """Pull every stop towards its neighbours, while those of a row keep their distance."""
    across = {stop: _centred(i, len(row)) for row in rows for i, stop in enumerate(row)}
    for _ in range(SWEEPS):
        for near in (above, below):
            for row in rows if near is above else reversed(rows):
                wishes = [_mean([across[n] for n in near.get(stop, [stop])]) for stop in row]
                across |= dict(zip(row, _spread(row, wishes), strict=True))
    return across


def _spread(row: Sequence[Stop], wishes: Sequence[float]) -> list[float]:
    """Return places near the wishes, in order, each far enough from the one before.

    Pushing only right would drift, so the mean of pushing right and pushing left is taken.
    """
    gaps = [_gap(a, b) for a, b in pairwise(row)]
    right, left = [*wishes], [*wishes]
    for i, gap in enumerate(gaps):
        right[i + 1] = max(right[i + 1], right[i] + gap)
    for i in reversed(range(len(gaps))):
        left[i] = min(left[i], left[i + 1] - gaps[i])
    return [(a + b) / 2 for a, b in zip(right, left, strict=True)]


def _gap(one: Stop, other: Stop) -> float:
    """Two boxes need a box's width; a bend needs only half of one."""
    bends = isinstance(one, tuple) + isinstance(other, tuple)
    return (1.0, 0.7, 0.25)[bends]


def _centred(index: int, count: int) -> float:
    return index - (count - 1) / 2


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
