"""Two plain predictors on some of the rows: what there is to learn, without any network.

Nearest neighbours, each row left out in turn, and ridge regression in five folds, both on
standardised inputs in their main directions. Rows that neither can say anything about carry
no plain signal; a network that does much worse than either has a fault of its own.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from pellucid.doctor.chart import Chart
from pellucid.doctor.columns import amounts, is_copy, kept, sampled, table_of
from pellucid.doctor.task import CLASSES, NUMBERS, YES_OR_NO, Task

MOST_ROWS, MOST_DIRECTIONS = 2000, 50
TAIL = 5  # deviations at which targets are cut, so that a few do not hide the rest
NEIGHBOURS, FOLDS = (3, 10), 5
FEW_VOTES = 0.101  # of ten neighbours, one
PENALTIES = (1e-3, 1e-1, 10.0)  # times the rows


class Score(NamedTuple):
    """How a predictor does on rows it has not seen."""

    gain: float  # beyond the constant answer: 0 as good, 1 perfect
    z: float  # deviations by which its answers go with the targets more than by chance


class Probe(NamedTuple):
    """What plain predictors find in the rows."""

    neighbours: Score
    linear: Score
    rows: int
    uncommon: int  # rows that the constant answer gets wrong; all of them for amounts
    rank: int  # directions that hold 95 % of the inputs' variance
    nearness: float  # distance to the nearest neighbour, by that with columns shuffled
    contradicted: tuple[int, ...] = ()  # rows whose neighbours are nearly all of one other class

    @property
    def gain(self) -> float:
        """The better one's gain."""
        return max(self.neighbours.gain, self.linear.gain)

    @property
    def z(self) -> float:
        """The clearer one's evidence of a signal."""
        return max(self.neighbours.z, self.linear.z)


def best_gain(chart: Chart, output: str) -> float | None:
    """Return what the better plain predictor gains, or None where they cannot be asked."""
    probe = probe_of(chart, output)
    return None if probe is None else probe.gain


def probe_of(chart: Chart, output: str) -> Probe | None:
    """Return what plain predictors find, or None where they cannot be asked.

    They can be for classes and amounts, one answer a row, inputs of finite numbers, 20 rows.
    """
    return kept(chart, f"probe {output}", lambda: _probe(chart, output))


def copies(chart: Chart, output: str) -> bool:
    """Tell whether an output is to give an input back, as an autoencoder's."""
    y = chart.tasks[output].y
    return any(is_copy(x, y) for x in chart.rows.x.values())


def _probe(chart: Chart, output: str) -> Probe | None:
    task = chart.tasks[output]
    if copies(chart, output):
        return None  # for them that is no achievement
    tables = [table_of(chart, source) for source in chart.rows.x]
    y = _columns(task)
    whole = [table for table in tables if table is not None and table.total == len(task.y)]
    if y is None or not tables or len(whole) < len(tables) or len(y) < 20:
        return None
    # tables are sampled each by its width: rows they share are looked at
    places = whole[0].places
    for table in whole[1:]:
        places = np.intersect1d(places, table.places)
    if len(places) < 20:
        return None
    few = places[sampled(len(places), 1)][:: max(1, -(-len(places) // MOST_ROWS))]
    x = np.hstack([table.x[np.searchsorted(table.places, few)] for table in whole])
    probe, alone = _asked(x, y[few], task)
    return probe and probe._replace(contradicted=tuple(few[alone].tolist()))


def _columns(task: Task) -> Float[np.ndarray, "rows columns"] | None:
    """Return targets as columns: one for each class, or amounts in deviations."""
    if task.kind in (CLASSES, YES_OR_NO):
        if task.labels is None or len(task.labels) != len(task.y) or not 2 <= task.classes <= 200:
            return None
        return np.eye(task.classes, dtype=np.float32)[task.labels.astype(int)]
    y = amounts(task.y) if task.kind == NUMBERS else None
    if y is None or y.shape[1] > 100 or not (y.std(axis=0) > 0).any():
        return None
    y = y[:, y.std(axis=0) > 0]
    low, middle, high = np.quantile(y, (0.1, 0.5, 0.9), axis=0)
    usual = np.where(high > low, (high - low) / 2.56, y.std(axis=0))  # of a normal column
    y = np.clip(y, middle - TAIL * usual, middle + TAIL * usual)
    return ((y - y.mean(axis=0)) / np.maximum(y.std(axis=0), 1e-30)).astype(np.float32)


def _asked(
    x: Float[np.ndarray, "rows features"], y: Float[np.ndarray, "rows columns"], task: Task
) -> tuple[Probe | None, Int[np.ndarray, " contradicted"]]:
    if not np.isfinite(x).all():
        return None, np.zeros(0, int)
    deviation = x.std(axis=0, dtype=np.float64)
    moves = deviation > 1e-6 * np.abs(x).max(initial=1e-30)
    if not moves.any():
        return None, np.zeros(0, int)
    x = ((x - x.mean(axis=0, dtype=np.float64))[:, moves] / deviation[moves]).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(x))  # folds are not of neighbouring rows
    x, y = x[order], y[order]
    u, variances = directions(x)
    answers = list(_by_neighbours(u, y, [k for k in NEIGHBOURS if k < len(x) / 2]))
    linear = [_by_ridge(u, y, penalty) for penalty in PENALTIES]
    rank = 1 + int(np.searchsorted(np.cumsum(variances), 0.95 * variances.sum()))
    probe = Probe(
        _best([_score(a, y, task) for a in answers]),
        _best([_score(a, y, task) for a in linear]),
        len(x),
        len(x) if task.kind == NUMBERS else int(len(x) - y.sum(axis=0).max()),
        rank,
        _nearness(x),
    )
    return probe, order[_alone(answers[-1], y)] if task.kind != NUMBERS else np.zeros(0, int)


def _alone(
    votes: Float[np.ndarray, "rows classes"], y: Float[np.ndarray, "rows classes"]
) -> Bool[np.ndarray, " rows"]:
    """Tell which rows have hardly a neighbour of their class, and nearly all of one other."""
    return ((votes * y).sum(axis=1) <= FEW_VOTES) & (votes.max(axis=1) >= 1 - 2 * FEW_VOTES)


def _best(scores: list[Score]) -> Score:
    return Score(max(s.gain for s in scores), max(s.z for s in scores))


def directions(
    x: Float[np.ndarray, "rows features"],
) -> tuple[Float[np.ndarray, "rows directions"], Float[np.ndarray, " directions"]]:
    """Return rows in their main directions, and the variance in each.

    For many features by random projections, sharpened once.
    """
    if x.shape[1] > 2 * MOST_DIRECTIONS:
        random = np.random.default_rng(0)
        start = random.standard_normal((x.shape[1], MOST_DIRECTIONS + 10)).astype(np.float32)
        basis = np.linalg.qr(x @ (x.T @ (x @ start)))[0]
        small = basis.T @ x
        left, values, _ = np.linalg.svd(small, full_matrices=False)
        left = basis @ left
    else:
        left, values, _ = np.linalg.svd(x, full_matrices=False)
    most = min(MOST_DIRECTIONS, len(values))
    return (left * values)[:, :most], np.square(values[:most]) / len(x)


def _by_neighbours(
    u: Float[np.ndarray, "rows directions"], y: Float[np.ndarray, "rows columns"], ks: list[int]
) -> Iterator[Float[np.ndarray, "rows columns"]]:
    """Give the mean target of each row's k nearest other rows, for each k."""
    near = np.argpartition(_distances(u), ks, axis=1)
    for k in ks:
        yield y[near[:, :k]].mean(axis=1)


def _distances(u: Float[np.ndarray, "rows directions"]) -> Float[np.ndarray, "rows rows"]:
    size = np.square(u).sum(axis=1)
    squared = size[:, None] + size[None, :] - 2 * (u @ u.T)
    np.fill_diagonal(squared, np.inf)
    return squared


def _by_ridge(
    u: Float[np.ndarray, "rows directions"], y: Float[np.ndarray, "rows columns"], penalty: float
) -> Float[np.ndarray, "rows columns"]:
    """Return answers of ridge regression fitted to the other folds."""
    answers, fold = np.empty_like(y), np.arange(len(u)) % FOLDS
    for out in range(FOLDS):
        rest = fold != out
        centre, middle = u[rest].mean(axis=0), y[rest].mean(axis=0)
        a = (u[rest] - centre).astype(np.float64)
        square = a.T @ a + penalty * len(a) * np.eye(a.shape[1])
        weights = np.linalg.solve(square, a.T @ (y[rest] - middle))
        answers[~rest] = (u[~rest] - centre) @ weights + middle
    return answers


def _score(answers: Float[np.ndarray, "rows columns"], y: np.ndarray, task: Task) -> Score:
    """Judge answers to rows not seen, by how they go with the targets, row by row."""
    count = len(y)
    others = (y.sum(axis=0) - y) / (count - 1)  # the constant answer, the row left out
    agreement = ((answers - others) * (y - others)).sum(axis=1)
    error = agreement.std() / np.sqrt(count)
    mean = float(agreement.mean())
    z = float(mean / error) if error else np.sign(mean) * np.inf
    if task.kind == NUMBERS:
        gain = 1 - float(np.square(answers - y).sum() / np.square(y - y.mean(axis=0)).sum())
    else:
        right = float((answers.argmax(axis=1) == y.argmax(axis=1)).mean())
        majority = float(y.mean(axis=0).max())
        gain = (right - majority) / (1 - majority) if majority < 1 else 0.0
    return Score(gain, z)


def _nearness(x: Float[np.ndarray, "rows features"]) -> float:
    """Return how near rows lie to each other, by what they would if columns had no bond.

    1 where columns are independent; below where rows lie on a surface or in clusters.
    """
    random = np.random.default_rng(0)
    few = x[:500]
    loose = few[random.random(few.shape).argsort(axis=0), np.arange(few.shape[1])]
    bound, free = (np.sqrt(np.maximum(_distances(t).min(axis=1), 0)).mean() for t in (few, loose))
    return float(bound / free) if free else 1.0
