"""Rosenblatt's perceptron rule, step by step: w <- w + lr (y - a) x, b <- b + lr (y - a)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float64, Int

from pellucid.base.errors import ConfigError, ShapeError, explain
from pellucid.models.model import Model
from pellucid.models.perceptron import perceptron
from pellucid.models.separability import Separability, separability, two_classes
from pellucid.plots.figures import Figure
from pellucid.plots.moving_boundary import Move, moving_boundary
from pellucid.plots.style import label

LINES = 40  # of a printed table; of a longer run, the first and the last half of them

Weights = Float64[np.ndarray, " features"]


class RuleStep(NamedTuple):
    """One row, and what it does to the weights."""

    epoch: int  # counted from 1
    row: int  # its number in x
    x: Weights
    y: int
    w: Weights  # before
    b: float
    z: float  # w . x + b
    a: int  # 1 if z > 0, else 0
    error: int  # y - a
    new_w: Weights  # w + lr (y - a) x
    new_b: float  # b + lr (y - a)


@dataclass(frozen=True, eq=False)
class RuleRun:
    """A training by the perceptron rule: every step, and whether it came to an end.

    It converges when a whole epoch passes without a mistake; then nothing changes any more.
    """

    x: Float64[np.ndarray, "rows features"]
    y: Int[np.ndarray, " rows"]
    steps: tuple[RuleStep, ...]
    converged: bool

    @property
    def w(self) -> Weights:
        """The weights after the last step."""
        return self.steps[-1].new_w

    @property
    def b(self) -> float:
        """The bias after the last step: the threshold is -b."""
        return self.steps[-1].new_b

    @property
    def epochs(self) -> int:
        """How many times all rows were visited."""
        return self.steps[-1].epoch

    @property
    def updates(self) -> tuple[RuleStep, ...]:
        """The steps that changed something: the mistakes."""
        return tuple(step for step in self.steps if step.error)

    @property
    def model(self) -> Model:
        """The perceptron that was learnt."""
        return perceptron(self.w.tolist(), bias=self.b)

    @cached_property
    def separability(self) -> Separability:
        """Whether any perceptron can be right on all rows, with the proof."""
        return separability(self.x, self.y)

    @property
    def verdict(self) -> str:
        """What came of it, and what would have come of going on."""
        mistakes = f"{len(self.updates)} mistakes in {self.epochs} epochs"
        if self.converged:
            return f"Converged after {mistakes}. {self.separability}"
        return f"Not converged after {mistakes}. {self.separability}"

    def to_frame(self) -> Any:
        """Return a polars dataframe: a line a step."""
        import polars

        lines = [_cells(step) for step in self.steps]
        return polars.DataFrame({name: [line[name] for line in lines] for name in lines[0]})

    def plot(self, class_names: Sequence[str] = ("0", "1"), most: int = 9) -> Figure:
        """Return the boundary before and after each update, `most` of them, for two features.

        Raises:
            ShapeError: the rows do not have two features.
        """
        if self.x.shape[1] != 2:
            what = "A moving boundary is drawn in the plane of two features."
            hint = "run the rule on two columns, x[:, [0, 1]]"
            raise ShapeError(
                explain(what, got=f"{self.x.shape[1]} features", expected=2, hint=hint)
            )
        moves = [
            Move(f"update {count}, epoch {s.epoch}", s.row, s.error, s.w, s.b, s.new_w, s.new_b)
            for count, s in enumerate(self.updates, 1)
        ]
        chosen = _spaced(len(moves), most)
        return moving_boundary(self.x, self.y, [moves[i] for i in chosen], class_names)

    def __str__(self) -> str:
        return "\n".join(_table(self.steps))

    def __repr__(self) -> str:
        end = "converged" if self.converged else "not converged"
        return f"<RuleRun: {len(self.updates)} mistakes in {self.epochs} epochs, {end}>"


def perceptron_rule(
    x: Any,
    y: Any,
    *,
    learning_rate: float = 1.0,
    epochs: int = 100,
    weights: Any = None,
    bias: float = 0.0,
    shuffle: bool = False,
    seed: int = 0,
) -> RuleRun:
    """Train a perceptron row by row, at most `epochs` times over all rows; keep every step.

    The same as `fit` with batch_size=1, the perceptron loss and SGD, but in float64 and with
    everything to be seen. It starts at `weights` and `bias`, which are 0 if not given, and
    ends after the first epoch without a mistake. `shuffle` visits the rows in a new order
    each epoch, drawn from `seed`.

    Shapes:
        x        (rows, features)
        y        (rows,), 0 or 1
        weights  (features,)

    Raises:
        DataError: x or y is not that.
        ConfigError: the learning rate is not positive, or there are no epochs.
        ShapeError: `weights` are not one a feature.

    Example:
        >>> both = [[0, 0], [0, 1], [1, 0], [1, 1]]
        >>> run = perceptron_rule(both, [0, 0, 0, 1])
        >>> run.w.tolist(), run.b, run.converged
        ([2.0, 1.0], -2.0, True)
        >>> mistake = run.updates[0]
        >>> mistake.x.tolist(), mistake.y, mistake.z, mistake.a, mistake.new_w.tolist()
        ([1.0, 1.0], 1, 0.0, 0, [1.0, 1.0])
    """
    x, y = two_classes(x, y)
    if learning_rate <= 0 or epochs < 1:
        what = "The perceptron rule needs a positive learning rate and at least one epoch."
        got = f"learning_rate={learning_rate}, epochs={epochs}"
        raise ConfigError(explain(what, got=got, expected="learning_rate > 0, epochs >= 1"))
    w = np.zeros(x.shape[1]) if weights is None else np.array(weights, np.float64)
    if w.shape != x.shape[1:]:
        what = "A perceptron has one weight for each feature."
        raise ShapeError(explain(what, got=w.shape, expected=x.shape[1:]))
    random = np.random.default_rng(seed)
    steps: list[RuleStep] = []
    for epoch in range(1, epochs + 1):
        order = random.permutation(len(x)) if shuffle else np.arange(len(x))
        visited = list(_epoch(epoch, x, y, order, w, float(bias), learning_rate))
        steps += visited
        w, bias = visited[-1].new_w, visited[-1].new_b
        if not any(step.error for step in visited):
            return RuleRun(x, y, tuple(steps), converged=True)
    return RuleRun(x, y, tuple(steps), converged=False)


def _epoch(
    epoch: int,
    x: Float64[np.ndarray, "rows features"],
    y: Int[np.ndarray, " rows"],
    order: Int[np.ndarray, " rows"],
    w: Weights,
    b: float,
    learning_rate: float,
) -> Iterator[RuleStep]:
    for row in order.tolist():
        z = float(w @ x[row] + b)
        a = int(z > 0)
        error = int(y[row]) - a
        new_w = w + learning_rate * error * x[row] if error else w
        new_b = b + learning_rate * error
        yield RuleStep(epoch, row, x[row], int(y[row]), w, b, z, a, error, new_w, new_b)
        w, b = new_w, new_b


def _table(steps: Sequence[RuleStep]) -> list[str]:
    """Lines of text under their headings; of many, the first and the last."""
    lines = [_cells(steps[place]) for place in _ends(len(steps))]
    texts = [[label(name) for name in lines[0]]]
    texts += [[_text(value) for value in line.values()] for line in lines]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    shown = [
        "  ".join(cell.rjust(width) for cell, width in zip(text, widths, strict=True))
        for text in texts
    ]
    left_out = len(steps) - len(lines)
    if left_out:
        shown.insert(1 + LINES // 2, f"... {left_out} steps ...")
    return shown


def _cells(step: RuleStep) -> dict[str, float]:
    """Return the numbers of a step by the headings of the table."""
    places = range(1, len(step.x) + 1)
    return {
        "epoch": step.epoch,
        "row": step.row,
        **{f"x{i}": float(v) for i, v in zip(places, step.x, strict=True)},
        "y": step.y,
        **{f"w{i}": float(v) for i, v in zip(places, step.w, strict=True)},
        "b": step.b,
        "z": step.z,
        "a": step.a,
        "y - a": step.error,
        **{f"new w{i}": float(v) for i, v in zip(places, step.new_w, strict=True)},
        "new b": step.new_b,
    }


def _text(value: float) -> str:
    return f"{value:.4g}"


def _ends(count: int) -> list[int]:
    if count <= LINES:
        return [*range(count)]
    return [*range(LINES // 2), *range(count - LINES // 2, count)]


def _spaced(count: int, most: int) -> list[int]:
    """Return at most `most` numbers below `count`, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int)).tolist()
