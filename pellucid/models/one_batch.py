"""Whether a network can learn a few rows by heart: if not, something in it is broken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int, Shaped

from pellucid.base.errors import ConfigError, explain
from pellucid.doctor.chart import gain_of
from pellucid.doctor.deep import AS_IS, HIGHER, LOWER, QUIETLY, SCALED, WITH_ADAM, of_batch
from pellucid.doctor.finding import Finding
from pellucid.doctor.task import Task, is_own, task_of
from pellucid.doctor.thresholds import threshold
from pellucid.functions.schedules import Schedule
from pellucid.layers.layer import Layer
from pellucid.models.rehearsal import Rehearsal, rehearsal_of
from pellucid.network.network import Network
from pellucid.optimizers.adam import Adam
from pellucid.plots.lines import lines
from pellucid.training.state import Examples

AT_A_TIME = 50  # updates between two looks at the answers
RATES = {HIGHER: (10.0, 100.0), LOWER: (0.1, 0.01, 1e-4)}
NO_NOISE = {
    **{"rate": 0.0, "stddev": 0.0, "kernel_regularizer": None, "bias_regularizer": None},
    **{"activity_regularizer": None, "recurrent_dropout": 0.0, "dropout": 0.0},
}


class Try(NamedTuple):
    """One way to train on the batch: what was changed, and how it went."""

    name: str
    rate: float
    losses: Float[np.ndarray, " updates"]
    gain: float  # 0 for the constant answer, 1 for perfect ones


@dataclass(frozen=True, eq=False)
class OneBatch:
    """How a network did on a few rows it was trained on again and again.

    Attributes:
        rows: How many rows those were.
        tries: The ways it was trained: first as it is, then, if it did not learn the rows,
            with one thing changed, until one helped.
        findings: What that means, if anything.
    """

    rows: int
    tries: tuple[Try, ...]
    findings: tuple[Finding, ...]

    @property
    def learnt(self) -> bool:
        """Whether the rows were learnt by heart by the network as it is."""
        return self.tries[0].gain >= threshold("batch_gain")

    @property
    def losses(self) -> Float[np.ndarray, " updates"]:
        """The loss of each update of the network as it is."""
        return self.tries[0].losses

    def plot(self) -> Any:
        """Return the loss of each try against updates, as a figure."""
        longest = max(len(one.losses) for one in self.tries)
        series = {
            one.name: np.append(one.losses, np.full(longest - len(one.losses), np.nan))
            for one in self.tries
        }
        return lines(series, np.arange(1, longest + 1), across="update")

    def __repr__(self) -> str:
        end = "learnt by heart" if self.learnt else "not learnt"
        return f"<OneBatch: {self.rows} rows {end} in {len(self.losses)} updates>"


def overfit_batch(
    model: Any, x: Any, y: Any, *, batch_size: int = 32, updates: int = 1000
) -> OneBatch:
    """Train a copy of `model` on one batch of `x` and `y`, until it knows the rows by heart.

    A network that cannot is broken: wired wrongly, saturated, driven by a wrong rate, or
    given targets that it cannot answer. So if it does not learn them in so many `updates`,
    it is tried with other rates, with Adam, with inputs scaled, and without noise and
    penalties; what helps says what was wrong.

    The rows are spread evenly over all there are, none twice. The copy starts from the
    model's first weights; the model stays as it is.

    Raises:
        ConfigError: `batch_size` is below 2, or `updates` below 1.
    """
    if batch_size < 2 or updates < 1:
        what = "A batch to learn by heart has two rows or more, and takes an update or more."
        got = f"batch_size={batch_size}, updates={updates}"
        raise ConfigError(explain(what, got=got, expected="batch_size 2 ..., updates 1 ..."))
    return learn_by_heart(rehearsal_of(model, x, y), batch_size, updates)


def learn_by_heart(rehearsal: Rehearsal, batch_size: int, updates: int) -> OneBatch:
    """Return how a rehearsal does on one batch of its rows."""
    rows = _spread(rehearsal.examples, batch_size)
    batch = rehearsal.part(rows)
    losses = {goal.output: goal.loss for goal in rehearsal.recipe.goals}
    tasks = {name: task_of(y, losses[name]) for name, y in batch.targets.items()}
    tries: list[Try] = []
    for name, rate, way in _ways(rehearsal):
        here = way.part(rows)
        tries.append(_tried(name, rate, way, here, tasks, updates))
        if tries[-1].gain >= threshold("batch_gain") or not np.isfinite(tries[-1].gain):
            break
    best: dict[str, Try] = {}
    for one in tries:
        if one.name not in best or one.gain > best[one.name].gain:
            best[one.name] = one
    gains = {name: one.gain for name, one in best.items()}
    rates = {name: one.rate for name, one in best.items()}
    found = of_batch(gains, len(rows), updates, rates) if np.isfinite(gains[AS_IS]) else ()
    return OneBatch(len(rows), tuple(tries), tuple(found))


def _spread(examples: Examples, most: int) -> Int[np.ndarray, " rows"]:
    """Return places of rows spread evenly, none with the same inputs as another."""
    places = np.unique(np.linspace(0, len(examples) - 1, most).astype(int))
    inputs = [np.asarray(column) for column in examples.inputs.values()]
    first = {b"".join(x[row].tobytes() for x in inputs): row for row in places[::-1].tolist()}
    return np.sort(np.array(list(first.values())))


def _ways(rehearsal: Rehearsal) -> Iterator[tuple[str, float, Rehearsal]]:
    """Give ways to train, one thing changed in each, with their rates."""
    rate = rehearsal.rate
    yield AS_IS, rate, rehearsal
    if rate > 0 and not isinstance(rehearsal.recipe.optimizer.learning_rate, Schedule):
        for name, factors in RATES.items():
            yield from ((name, factor * rate, rehearsal) for factor in factors)
    adam = rehearsal.recipe._replace(optimizer=Adam())
    yield WITH_ADAM, 1e-3, rehearsal._replace(recipe=adam)
    yield SCALED, rate, rehearsal._replace(examples=_scaled(rehearsal.examples))
    quiet = _quiet(rehearsal.recipe.network)
    if quiet is not None:
        recipe = rehearsal.recipe._replace(network=quiet)
        yield QUIETLY, rate, rehearsal._replace(recipe=recipe)


def _scaled(examples: Examples) -> Examples:
    """Return the same examples, each feature with mean 0 and deviation 1 over all of them."""
    inputs = {
        name: _standard(np.asarray(x)) if x.dtype.kind == "f" else x
        for name, x in examples.inputs.items()
    }
    return Examples(inputs, examples.targets, examples.weights)


def _standard(x: Shaped[np.ndarray, "rows ..."]) -> Float[np.ndarray, "rows ..."]:
    deviation = x.std(axis=0, dtype=np.float64)
    return ((x - x.mean(axis=0)) / np.where(deviation > 0, deviation, 1)).astype(np.float32)


def _quiet(network: Network) -> Network | None:
    """Return the network without dropout, noise and penalties, or None if it has none."""
    nodes = tuple(node._replace(layer=_still(node.layer)) for node in network.nodes)
    return None if nodes == network.nodes else replace(network, nodes=nodes)


def _still(layer: Layer) -> Layer:
    settings = {f.name for f in fields(layer)} & set(NO_NOISE)  # pyright: ignore[reportArgumentType]
    return replace(layer, **{name: NO_NOISE[name] for name in settings})


def _tried(
    name: str, rate: float, way: Rehearsal, batch: Examples, tasks: Mapping[str, Task], most: int
) -> Try:
    """Train on a batch until its rows are learnt, or for so many updates."""
    losses, gain = [], float("nan")
    count = len(batch)
    for stage in way.train(batch, count, most, at_a_time=AT_A_TIME, rate=rate):
        losses.append(stage.losses)
        answers = way.answers(stage.train, dict(batch.inputs))
        gain = _gain({n: _gain_of(answers[n], t) for n, t in tasks.items()}, way)
        if gain >= threshold("batch_gain") or not np.isfinite(stage.losses).all():
            break
    return Try(name, rate, np.concatenate(losses), gain)


def _gain(gains: Mapping[str, float], way: Rehearsal) -> float:
    """Return the least gain of the outputs; NaN if some may well be learnt, and nobody can tell."""
    low = min(gains.values(), default=float("nan"))
    own = any(is_own(goal.loss) for goal in way.recipe.goals)
    return float("nan") if own and low < threshold("batch_gain") else low


def _gain_of(answers: Float[np.ndarray, "rows ..."], task: Task) -> float:
    """Return how far answers are beyond the best constant one; NaN if that is perfect already."""
    if not np.isfinite(answers).all():
        return 0.0
    if task.labels is not None:
        if task.majority == 1:
            return float("nan")
        return gain_of(answers.reshape(len(task.labels), -1), task.labels, task)
    y = task.y.reshape(len(task.y), -1).astype(float)
    if y.shape != answers.reshape(len(answers), -1).shape or not y.std(axis=0).any():
        return float("nan")
    return gain_of(answers, task.y, task)
