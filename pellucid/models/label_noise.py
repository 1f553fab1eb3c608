"""Labels that networks which have not seen them contradict."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Int

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.doctor.deep import of_labels
from pellucid.doctor.finding import Finding
from pellucid.doctor.task import CLASSES, YES_OR_NO, task_of
from pellucid.functions.confidence import contradicted
from pellucid.functions.intervals import Interval, wilson_interval
from pellucid.models.rehearsal import Rehearsal, rehearsal_of

UPDATES = 1000  # of each network, where no number of epochs is given


@dataclass(frozen=True, eq=False)
class LabelNoise:
    """Which labels out-of-fold predictions contradict, and how far these are to be trusted.

    Attributes:
        rows: Rows whose label is contradicted, the surest first.
        given: Their labels, as indices of classes.
        instead: The classes that fit better.
        confidence: How probable the given label is, of those rows.
        share: Of all rows, and its 95 % interval.
        accuracy: The share of all labels that the predictions agree with. Where it is low,
            many of the rows are hard rather than wrong.
        probabilities: Those of each row and class, from networks that had not seen the row.
        findings: What that means, if anything.
    """

    rows: Int[np.ndarray, " suspects"]
    given: Int[np.ndarray, " suspects"]
    instead: Int[np.ndarray, " suspects"]
    confidence: Float[np.ndarray, " suspects"]
    share: float
    interval: Interval
    accuracy: float
    probabilities: Float[np.ndarray, "rows classes"]
    findings: tuple[Finding, ...]

    def table(self) -> dict[str, np.ndarray]:
        """Return the rows as columns, for a table or a data frame."""
        return {
            "row": self.rows,
            "given": self.given,
            "instead": self.instead,
            "probability of given": self.confidence,
        }

    def __repr__(self) -> str:
        low, high = self.interval
        told = f"{len(self.rows)} of {len(self.probabilities)} labels contradicted"
        return f"<LabelNoise: {told} ({low:.1%} to {high:.1%}), accuracy {self.accuracy:.1%}>"


def find_label_noise(
    model: Any,
    x: Any,
    y: Any,
    *,
    folds: int = 5,
    epochs: int | None = None,
    batch_size: int = 32,
) -> LabelNoise:
    """Return the rows of `x` whose label in `y` copies of `model` contradict.

    The rows are dealt into `folds`; for each, a copy is trained on the others from the
    model's first weights, for so many `epochs` (or about 1,000 updates), and predicts it. So
    every prediction is of a row that the copy had not seen. A label is contradicted where
    the copies are less sure of it than of its class on average, and surer of another class
    than of that one on average. The model stays as it is.

    Honest labels are contradicted too where classes overlap: look at the rows.

    Raises:
        DataError: the model has several outputs, or y has no one class a row.
        ConfigError: there are fewer than 2 folds, or more than rows of a class allow.
    """
    rehearsal = rehearsal_of(model, x, y)
    rows = len(rehearsal.examples)
    if not 2 <= folds <= rows:
        what = "Rows are dealt into two folds or more, with a row in each."
        raise ConfigError(explain(what, got=folds, expected=f"2 to {rows}"))
    return judge_labels(rehearsal, folds, epochs, batch_size)


def judge_labels(
    rehearsal: Rehearsal, folds: int, epochs: int | None, batch_size: int
) -> LabelNoise:
    """Return which labels of a rehearsal's rows networks contradict that had not seen them."""
    labels = _labels(rehearsal)
    p = out_of_fold(rehearsal, labels, folds, epochs, batch_size)
    found = contradicted(labels, p)
    given = labels[found.rows]
    interval = wilson_interval(len(found.rows), len(labels))
    accuracy = float((p.argmax(axis=1) == labels).mean())
    suspects = tuple(found.rows.tolist())
    return LabelNoise(
        rows=found.rows,
        given=given,
        instead=found.instead,
        confidence=p[found.rows, given],
        share=len(suspects) / len(labels),
        interval=interval,
        accuracy=accuracy,
        probabilities=p,
        findings=tuple(of_labels(suspects, len(labels), *interval, accuracy)),
    )


def out_of_fold(
    rehearsal: Rehearsal,
    labels: Int[np.ndarray, " rows"],
    folds: int,
    epochs: int | None,
    batch_size: int,
) -> Float[np.ndarray, "rows classes"]:
    """Return probabilities of each row's classes, from networks trained on the other folds.

    All folds train on as many rows, so that they share one compiled program.
    """
    fold = _dealt(labels, folds)
    fewest = min(int((fold != out).sum()) for out in range(folds))
    steps = -(-fewest // batch_size)
    updates = epochs * steps if epochs else max(UPDATES // steps, 1) * steps
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for out in range(folds):
        train = rehearsal.part(np.flatnonzero(fold != out)[:fewest])
        (stage,) = rehearsal.train(train, batch_size, updates)
        apart = np.flatnonzero(fold == out)
        inputs = dict(rehearsal.part(apart).inputs)
        (answers,) = rehearsal.answers(jax.device_get(stage.train), inputs).values()
        found.append((apart, _probabilities(answers)))
    places = np.concatenate([apart for apart, _ in found])
    return np.concatenate([p for _, p in found])[np.argsort(places)]


def _dealt(labels: Int[np.ndarray, " rows"], folds: int) -> Int[np.ndarray, " rows"]:
    """Return a fold for each row: every class dealt out evenly, in an order drawn once."""
    drawn = np.random.default_rng(0).permutation(len(labels))
    by_class = drawn[np.argsort(labels[drawn], kind="stable")]
    fold = np.empty(len(labels), int)
    fold[by_class] = np.arange(len(labels)) % folds
    return fold


def _labels(rehearsal: Rehearsal) -> Int[np.ndarray, " rows"]:
    """Return the class of each row.

    Raises:
        DataError: there is no one class a row.
    """
    goals, targets = rehearsal.recipe.goals, rehearsal.examples.targets
    task = task_of(targets[goals[0].output], goals[0].loss) if len(goals) == 1 else None
    one = task is not None and task.kind in (CLASSES, YES_OR_NO) and task.labels is not None
    if task is None or not one or len(task.labels) != len(task.y):  # pyright: ignore
        what = "Only labels that say one class a row can be checked."
        got = "several outputs" if task is None else f"targets of shape {task.y.shape}"
        raise DataError(explain(what, got=got, expected="one output, one class a row"))
    if task.y.reshape(len(task.y), -1).shape[1] == 1:
        return task.y.reshape(-1).astype(int).clip(0)  # as the network counts them; -1 is no
    return task.labels.astype(int)  # pyright: ignore[reportOptionalMemberAccess]


def _probabilities(
    answers: Float[np.ndarray, "rows outputs"],
) -> Float[np.ndarray, "rows classes"]:
    """Return answers as probabilities of classes, of which one output means two."""
    a = np.asarray(answers, np.float64)
    if a.shape[1] == 1:
        yes = a if a.min() >= 0 and a.max() <= 1 else 1 / (1 + np.exp(-a))
        return np.concatenate([1 - yes, yes], axis=1)
    if a.min() >= 0 and np.allclose(a.sum(axis=1), 1, atol=1e-3):
        return a
    powers = np.exp(a - a.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
