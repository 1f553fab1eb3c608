"""How good a network is on rows it has not learnt from, beside what needs no network."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num

from pellucid.functions.intervals import Interval, bootstrap_interval, wilson_interval
from pellucid.functions.scores import (
    ClassScore,
    accuracy,
    auc,
    average_precision,
    balanced_accuracy,
    class_scores,
    confusion_matrix,
    log_loss,
    majority_prediction,
    mean_absolute_error,
    mean_prediction,
    mean_squared_error,
    r2,
)

UNBALANCED = 0.75  # share of the largest class from which accuracy alone says little
UNEVEN = 3.0  # or of the largest class over that of an equal share


class Score(NamedTuple):
    """One figure, how sure it is, and what a constant prediction scores."""

    name: str
    value: float
    low: float | None  # ends of the 95 % interval, where one is known
    high: float | None
    baseline: float | None


class Judgement(NamedTuple):
    """Everything a report says about a score. The first score is the one that counts."""

    task: str
    rows: int
    scores: tuple[Score, ...]
    baseline: str  # in words
    class_names: tuple[str, ...] = ()
    classes: tuple[ClassScore, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    unbalanced: bool = False

    @property
    def headline(self) -> Score:
        """The figure that counts."""
        return self.scores[0]

    @property
    def beats_baseline(self) -> bool:
        """Whether the whole interval of the headline lies beyond the constant prediction."""
        name, value, low, high, baseline = self.headline
        if baseline is None:
            return True
        smaller = name in SMALLER_IS_BETTER
        return (
            (value if high is None else high) < baseline
            if smaller
            else (value if low is None else low) > baseline
        )

    def to_json(self) -> dict[str, Any]:
        """Return the judgement as JSON values."""
        told = self._asdict()
        told["scores"] = [score._asdict() for score in self.scores]
        told["classes"] = [score._asdict() for score in self.classes]
        return told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Judgement":
        """Return the judgement that `to_json` described."""
        return cls(
            told["task"],
            told["rows"],
            tuple(Score(**score) for score in told["scores"]),
            told["baseline"],
            tuple(told["class_names"]),
            tuple(ClassScore(**score) for score in told["classes"]),
            tuple(tuple(row) for row in told["confusion"]),
            told["unbalanced"],
        )


SMALLER_IS_BETTER = {"mean absolute error", "root mean squared error", "log loss"}


def judge_classes(
    true: Int[np.ndarray, " rows"],
    probabilities: Float[np.ndarray, "rows classes"],
    training: Int[np.ndarray, " training_rows"],
    names: tuple[str, ...],
) -> Judgement:
    """Return how well classes were told apart.

    Where the classes are unbalanced the mean recall over them counts, not the accuracy.
    """
    said = probabilities.argmax(1)
    matrix = confusion_matrix(true, said, len(names))
    constant = majority_prediction(training, len(true))
    hits, lucky = int(np.trace(matrix)), float(np.mean(constant == true))
    of_accuracy = wilson_interval(hits, len(true))
    scores = [Score("accuracy", accuracy(matrix), *of_accuracy, lucky)]
    balanced = _bootstrapped("balanced accuracy", _mean_recall(len(names)), true, said)
    scores.append(balanced._replace(baseline=1 / len(np.unique(true))))
    classes = class_scores(matrix, names)
    scores.append(Score("macro F1", float(np.mean([c.f1 for c in classes])), None, None, None))
    scores.append(Score("log loss", log_loss(true, probabilities), None, None, None))
    if len(names) == 2 and len(np.unique(true)) == 2:
        yes = probabilities[:, 1]
        scores.append(_bootstrapped("area under the ROC curve", auc, true, yes, baseline=0.5))
        share = float(np.mean(true))
        scores.append(
            _bootstrapped("average precision", average_precision, true, yes, baseline=share)
        )
    largest = np.bincount(training).max() / len(training)
    unbalanced = bool(largest > UNBALANCED or largest * len(names) > UNEVEN)
    if unbalanced:
        scores[0], scores[1] = scores[1], scores[0]
    baseline = f"always saying {names[int(constant[0])]!r}, the most frequent class"
    return Judgement(
        "classification",
        len(true),
        tuple(scores),
        baseline,
        names,
        classes,
        tuple(tuple(map(int, row)) for row in matrix),
        unbalanced,
    )


def judge_numbers(
    true: Num[np.ndarray, " rows"],
    said: Num[np.ndarray, " rows"],
    training: Num[np.ndarray, " training_rows"],
) -> Judgement:
    """Return how close numbers were met, beside the mean of the training rows."""
    constant = mean_prediction(training, len(true))
    measures: dict[str, Callable[..., float]] = {
        "mean absolute error": mean_absolute_error,
        "root mean squared error": _root_mean_squared_error,
        "R2": r2,
    }
    scores = tuple(
        _bootstrapped(name, measure, true, said, baseline=measure(true, constant))
        for name, measure in measures.items()
    )
    baseline = "always saying the mean of the training rows"
    return Judgement("regression", len(true), scores, baseline)


def _bootstrapped(
    name: str,
    statistic: Callable[..., float],
    true: np.ndarray,
    said: np.ndarray,
    baseline: float | None = None,
) -> Score:
    def of_drawn(true: np.ndarray, said: np.ndarray) -> float:
        one_kind = statistic in (auc, average_precision) and len(np.unique(true)) < 2
        return float("nan") if one_kind else statistic(true, said)

    interval: Interval = bootstrap_interval(of_drawn, true, said, draws=400)
    return Score(name, statistic(true, said), *interval, baseline)


def _mean_recall(classes: int) -> Callable[..., float]:
    return lambda true, said: balanced_accuracy(confusion_matrix(true, said, classes))


def _root_mean_squared_error(true: np.ndarray, said: np.ndarray) -> float:
    return mean_squared_error(true, said) ** 0.5
